"""The messages of bad input in every operator family, compared with golden/errors.txt. LAZULI_UPDATE_GOLDEN=1 writes the
file anew, for review as a diff."""

import os
import pathlib
import re

import numpy as np

import lazuli as lz

GOLDEN = pathlib.Path(__file__).parent / "golden" / "errors.txt"

# family, then expressions over: x f32[2, 3], n i64[3], m bool[2], leaf f32[2] that requires grad
FAMILIES = {
    "elementwise": ["x + lz.ones(4)", "lz.exp('a')", "lz.neg(m)", "n.add_(0.5)", "lz.sub(n, n, alpha=0.5)", "x + 2**70",
                    "lz.where(x, x, x)", "lz.maximum(x, 1)", "x.to(3)", "x << 1", "lz.relu(m)"],
    "math": ["lz.atan2(x, 1)", "lz.pow('a', 2)", "x.clamp()", "x.copysign(lz.ones(4))", "x.lerp(x, 'a')", "lz.hypot(x, lz.ones(4))",
             "x.nan_to_num(nan='a')", "x.logaddexp(lz.ones(4))", "lz.clip(x)"],
    "division": ["x.div(2, rounding_mode='up')", "n.div_(2, rounding_mode=None)", "m.floor_divide(m)", "n.round(decimals=1)",
                 "x.remainder(lz.ones(4))", "lz.divide(x, lz.ones(4))"],
    "bits": ["x.bitwise_and(x)", "x | 1", "n ^ x", "lz.bitwise_not(x)"],
    "activations": ["lz.gelu(x, approximate='none at all')", "x.threshold(1)", "lz.softplus(x, 'a')", "x.mish_(1)"],
    "losses": ["lz.mse_loss(x, lz.ones(4))", "lz.nll_loss(x, x)", "lz.nll_loss(x, n)", "lz.kl_div(x, x, 7)", "lz.l1_loss(x, 3)",
               "lz.binary_cross_entropy(x, x.T)", "lz.cosine_similarity(x, lz.ones(2, 4))", "lz.huber_loss(x, x, 1, 'a')",
               "lz.nll_loss(x, lz.tensor([0, 9])).item()"],
    "normalization": ["lz.layer_norm(x, (4,))", "lz.rms_norm(n, (3,))", "lz.dropout(x, 2, True)", "lz.embedding(x, x)",
                      "lz.embedding(x, n).tolist()", "lz.layer_norm(x, (3,), lz.ones(4))"],
    "in place": ["leaf.add_(1)", "leaf[0:1].mul_(2)", "lz.ones(1).expand(3).exp_()", "lz.ones(3).add_(lz.ones(2, 3))", "n.div_(2)"],
    "reduction": ["x.sum(2)", "x.sum(-3)", "x.sum((0, 0))", "x.sum(1.5)", "lz.ones(0, 2).amax(0)", "x.amin(0, keep=True)"],
    "statistics": ["n.var()", "x.var(0, correction=1, unbiased=True)", "x.std(2)", "x.norm(float('nan'))", "n.norm()",
                   "lz.ones(0, 2).max(0)", "lz.ones(0, 2).norm(float('inf'), 0)", "x.max(0, 1)", "lz.zeros(0).argmin()",
                   "x.aminmax(0)", "lz.prod(x, 3)"],
    "cumulative": ["x.cumsum(2)", "m.cumsum(0, dtype=bool)", "n.logcumsumexp(0)", "x.cummax()", "x.cumprod('a')"],
    "orders": ["x.sort(2)", "x.topk(4)", "x.topk(-1, 0)", "x.kthvalue(0)", "lz.searchsorted(x, lz.ones(3, 2))",
               "lz.bucketize(x, x)", "lz.unique(3)", "x.argsort(dim='a')",
               "lz.unique(x, dim=2)", "lz.searchsorted(n, n, side='up')", "lz.searchsorted(n, n, right=True, side='left')",
               "lz.isin(x, 2)", "lz.bucketize(3, x)"],
    "places": ["lz.stack([])", "lz.stack([x, n])", "x.index_select(0, x)", "x.index_select(2, n)", "x.index_select(1, n.view(3, 1))",
               "x.index_select(0, n).tolist()", "x.take(n.add(5)).tolist()", "x.take_along_dim(n, 1)", "x.masked_select(n)",
               "x.masked_select(m)", "x.scatter(1, n, x)", "x.scatter_reduce(0, n.view(1, 3), x, 'most')",
               "x.index_add(0, n, lz.ones(2, 3))", "x.index_copy(0, n, x)", "x.index_fill(1, n, x)", "x.index([n, n, n])",
               "n.tril()", "x.index([x])", "x[x]", "x[lz.tensor([True] * 3)]", "x[n, n].tolist()",
               "x.index_put([n], lz.ones(7))", "x.masked_scatter(x > 0, lz.ones(1)).tolist()", "x.masked_scatter(m, x)", "lz.one_hot(x)",
               "lz.one_hot(n, 2).tolist()", "lz.one_hot(n, 0)", "x.flip([2])", "x.flip([0, 0])", "x.roll((1, 2))", "x.roll(1, 2)", "x.nonzero(as_tuple=2)", "lz.where(n, 1, 0)", "x.scatter(0, n.view(1, 3), x, reduce='most')",
               "x.repeat(2)", "x.repeat(-1, 1)", "x.repeat_interleave(-1)", "x.repeat_interleave(n, 0)", "x.tril('a')"],
    "view": ["x.view(4)", "x.view(-1, -1)", "x.T.view(6)", "x.reshape(-2, 3)", "x.expand(3, 3)", "x.expand(3)", "x.permute(0)",
             "x.permute(0, 0)", "x.narrow(0, 1, 2)", "x.select(1, 3)", "x.transpose(0, 2)", "x.unsqueeze(3)", "x[2]",
             "x[0, 0, 0]", "n[::-1]", "x['a']", "x.slice(0, 0, 2, 0)", "x.slice(2)", "x[0, 0].slice()", "n.diagonal()",
             "x.diagonal(0, 1, -1)", "x.as_strided((2, 2), (5, 1))", "x.as_strided((2,), (1, 1))", "x.as_strided((2,), (-1,))",
             "x.split(0)", "x.split((1, 2))", "x[0, 0].split(1)", "x.split_with_sizes((1, -1, 2))", "x.chunk(0)", "x.unbind(2)",
             "x.movedim((0, 1), 0)", "x.movedim((0, 1), (0, 0))", "x.flatten(1, 0)", "x.unflatten(1, (2, -1))", "x.unflatten(0, ())",
             "lz.ones(2, 2, 2).t()", "x.expand_as(n)", "x.view_as(n)", "x.as_strided((2, 2), (1, 1)).add_(1)"],
    "contraction": ["x @ x", "lz.mm(x, n)", "x @ 2", "lz.mm(m.view(2, 1), m.view(1, 2))", "lz.bmm(x, x)",
                    "lz.bmm(lz.ones(2, 3, 4), lz.ones(3, 4, 2))", "lz.bmm(lz.ones(2, 3, 4), lz.ones(2, 3, 4))", "x @ x[0, 0]",
                    "x @ lz.ones(2)", "lz.ones(2, 3, 4) @ lz.ones(3, 4, 2)", "x.mv(x)", "n.dot(lz.ones(2))", "m.dot(m)",
                    "n.outer(x)", "lz.addmm(x, x, x)", "lz.addmm(lz.ones(3, 3), x.T, x, beta=2).add_(lz.ones(1, 3, 3))",
                    "lz.addmm(lz.ones(2), x.T, x)", "lz.addmm(n, n.view(3, 1), n.view(1, 3), alpha=0.5)",
                    "lz.baddbmm(x, lz.ones(2, 3, 4), lz.ones(2, 3, 4))", "lz.tensordot(x, x, 3)", "lz.tensordot(x, x, (0,), (1,))",
                    "lz.tensordot(x, x, (0, 0), (0, 0))", "lz.tensordot(x, x, (0,), (0, 1))", "lz.tensordot(x, x, dims=([0], [0], [0]))", "lz.tensordot(x, x, dims=([0], [1]))"],
    "einsum": ["lz.einsum('ij', [])", "lz.einsum('i?', [x])", "lz.einsum('ij,jk', [x])", "lz.einsum('ijk', [x])",
               "lz.einsum('ij,ij->ik', [x, x])", "lz.einsum('ij->ii', [x])", "lz.einsum('ij,jk', [x, x])", "lz.einsum('ii', [x])",
               "lz.einsum('i...j...', [x])", "lz.einsum('ij->i->j', [x])", "lz.einsum('i...', [x[0, 0]])", "lz.einsum('i', [m])",
               "lz.einsum(x, 'ij')"],
    "gather": ["x.gather(1, x)", "x.gather(2, n.view(1, 3))", "x.gather(1, n)", "x.gather(1, lz.tensor([[3]])).tolist()"],
    "write": ["x.__setitem__(5, 1)", "x.__setitem__(0, lz.ones(2))", "x.__setitem__(0, 'a')", "x.copy_(lz.ones(2, 2))"],
    "concat": ["lz.cat([])", "lz.cat([x, n])", "lz.cat([x, x], 2)", "lz.cat(x)", "lz.cat([x, lz.ones(3, 2)])"],
    "library": ["x.scatter_add(1, n, x)", "x.scatter_add(0, lz.tensor([[7]]), lz.ones(1, 1)).tolist()",
                "m.scatter_add(0, lz.tensor([0]), m)", "lz.randint(3, 3, (2,))", "lz.randint(-1, 3, (2,), dtype=lz.uint8)",
                "lz.randperm(-1)", "lz.randperm(300, dtype=lz.int8)", "lz.multinomial(x[0], 4)", "lz.multinomial(n, 1)", "lz.multinomial(lz.ones(2, 0), 1, True)",
                "lz.multinomial(-x, 1).tolist()", "lz.multinomial(x.view(1, 2, 3), 1)", "lz.rand(2, dtype=lz.int64)", "lz.rand(-1)"],
    "composite": ["lz.mean(n)", "x.softmax(2)", "lz.cross_entropy(x, n)", "lz.cross_entropy(x, lz.tensor([0, 9])).item()",
                  "lz.cross_entropy(x, x.T)", "lz.linear(x, x.T)", "lz.linear(x)", "x.argmax(2)"],
    "creation": ["lz.zeros(-1)", "lz.zeros('a')", "lz.zeros(2, dtype='f31')", "lz.zeros([1] * 9)", "lz.full((2,), 'a')",
                 "lz.arange(0, 5, 0)", "lz.arange(0, 5, -1)", "lz.arange(5, dtype=bool)", "lz.eye(-1)", "lz.linspace(0, 1, -1)", "lz.linspace(0, 1, 3, dtype=bool)",
                 "lz.logspace(0, 1, 3, dtype=lz.int64)", "lz.zeros_like(3)", "lz.full_like(x, 'a')", "lz.bernoulli(n)",
                 "lz.bernoulli(x, 2)", "x.uniform_(2, 1)", "n.normal_()", "x.normal_(0, -1)", "leaf.uniform_()",
                 "lz.normal(x, lz.ones(2))", "lz.tensor([[1, 2], [3]])",
                 "lz.tensor('a')", "lz.tensor(np.zeros(2, complex))", "lz.from_numpy(np.zeros(3, np.float32)[::-1])",
                 "lz.from_numpy([1])", "lz.zeros(1 << 40).sum().item()"],
    "autograd": ["x.backward()", "(leaf * 2).backward()", "n.requires_grad_()", "lz.grad(x.sum(), x)", "leaf.numpy()",
                 "leaf.sum().backward(lz.ones(2))", "x.__setattr__('grad', 3)"],
    "reading": ["x.item()", "bool(x)", "int(n)", "len(x[0, 0])", "iter(x[0, 0])", "[1, 2][x[0, 0]]"],
}


def message(expression):
    names = {"lz": lz, "np": np, "x": lz.ones(2, 3), "n": lz.tensor([0, 1, 2]), "m": lz.tensor([True, False]),
             "leaf": lz.ones(2).requires_grad_()}
    program = compile(f"\n\n{expression}", "program.py", "eval")  # on line 3
    try:
        eval(program, names)
    except Exception as error:  # noqa: BLE001: any, for the file
        return f"{type(error).__name__}: {error}"
    return "no error"


def test_messages():
    lines = []
    for family, expressions in FAMILIES.items():
        lines.append(f"# {family}")
        for expression in expressions:
            told = message(expression)
            told = re.sub(r"; \d+ are in use", "; ... are in use", told)
            lines += [f">>> {expression}", *(f"    {line}" for line in told.splitlines())]
        lines.append("")
    text = "\n".join(lines)
    if "LAZULI_UPDATE_GOLDEN" in os.environ:
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_each_is_an_error_with_its_line():
    for expression in (each for family in FAMILIES.values() for each in family):
        told = message(expression)
        assert told != "no error", expression
        is_pythons = "unsupported operand" in told or "must be" in told or "incompatible function arguments" in told
        assert "program.py:3" in told or is_pythons, f"{expression}: {told}"
    assert lz.ones(2).sum().item() == 2  # nothing is left behind
