"""The same calls and gradients as PyTorch's, where PyTorch is installed (`make test-peers`)."""

import numpy as np
import pytest

import lazuli as lz
from catalogue import COMPARED, calls_of, each_of
from operands import FLOATS, close
from test_gradients import GRADIENTS, NO_FRACTIONS, WIDEST, differentiable

torch = pytest.importorskip("torch")


def product(self, dim=(), keepdim=False):
    """PyTorch's takes one dimension, and rounds float16 after each factor."""
    if self.dtype in (torch.float16, torch.bfloat16):
        return product(self.float(), dim, keepdim).to(self.dtype)
    rank = max(self.dim(), 1)
    dims = [int(each) % rank for each in (range(rank) if dim in ((), None) else np.atleast_1d(dim))]
    line = torch.movedim(self.reshape(self.shape or (1,)), dims, list(range(-len(dims), 0))).flatten(-len(dims)).prod(-1)
    kept = [1 if i in dims else extent for i, extent in enumerate(self.shape)]
    return line.reshape(kept) if keepdim else line


def first(self, k, dim=-1, largest=True, sorted=True):
    """PyTorch's topk takes any of equal elements."""
    return [each.narrow(dim, 0, k) for each in torch.sort(self, dim=dim, descending=largest, stable=True)]


def element(self, k, dim=-1, keepdim=False):
    found = [each.narrow(dim, k - 1, 1) for each in torch.sort(self, dim=dim, stable=True)]
    return found if keepdim else [each.squeeze(dim) for each in found]


# Functions that PyTorch has not under their name, or that take less, and what stands for them.
STAND_INS = {
    "prod": product,
    "any": lambda *a, **k: torch.any(*a, **k).bool(),  # theirs of uint8 is uint8
    "all": lambda *a, **k: torch.all(*a, **k).bool(),
    "sort": lambda self, dim=-1, descending=False, stable=True: torch.sort(self, dim=dim, descending=descending, stable=True),
    "argsort": lambda self, dim=-1, descending=False, stable=True: torch.sort(self, dim=dim, descending=descending, stable=True)[1],
    "topk": first,
    "kthvalue": element,
    "index": lambda self, indices: torch.ops.aten.index(self, indices),
    "index_put": lambda self, indices, values, accumulate=False: torch.ops.aten.index_put(self, indices, values, accumulate),
    "cross_entropy": torch.ops.aten.cross_entropy_loss,
    "nll_loss": torch.ops.aten.nll_loss_nd,
    "rdiv": lambda self, other: other / self,
    "empty": torch.zeros,  # ours are 0
    "empty_like": torch.zeros_like,
    "bmm": torch.matmul,  # of any number of dimensions
    "tensordot": lambda self, other, dims=2, dims_other=None: torch.tensordot(
        self, other, dims if dims_other is None else (dims, dims_other)),
    "slice": torch.ops.aten.slice,
    "split": lambda self, split_size, dim=0: torch.split(self, split_size, dim),
}


def peer_of(call):
    name = call.function["name"]
    if name in STAND_INS:
        return STAND_INS[name]
    # Elsewhere PyTorch names reductions by words and gives activations no in-place form.
    takes_numbers = any(each["name"] == "reduction" for each in call.function["arguments"])
    homes = [torch.Tensor] if call.function["is_in_place"] else [torch]
    for home in [torch.ops.aten] if takes_numbers else [*homes, torch.ops.aten, torch.nn.functional, torch.Tensor]:
        if hasattr(home, name):
            return getattr(home, name)
    raise AssertionError(f"PyTorch has no {name}: name what stands for it")


def to_torch(call, convert):
    """PyTorch's result of a call; its functions call self `input` or `self`."""
    def turned(value):
        return getattr(torch, value.name) if isinstance(value, lz.dtype) else value

    def run(*positional, **named):
        positional = [turned(value) for value in positional]
        return peer_of(call)(*positional, **{name: turned(value) for name, value in named.items()})

    return call.run(convert, run)


def elements(tensor):
    return tensor.detach().to(torch.float64 if tensor.is_floating_point() else tensor.dtype).numpy(force=True)


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


# PyTorch's miss zeros, or lose digits where the result is small.
ROUGH = {"sinc", "gelu", "logit", "digamma"}
# Their gradients in double precision keep a float's digits: of a constant, of trigamma's series, of a bound of 1e-12.
OF_FLOATS = {"hardsigmoid", "sinc", "lgamma", "digamma", "binary_cross_entropy"}
# Operands to which they have no gradient, or no second one, or not in every overload.
PARTLY_CONSTANT = {"remainder", "floor_divide", "layer_norm", "nll_loss", "cross_entropy", "binary_cross_entropy",
                   "binary_cross_entropy_with_logits", "meshgrid"}


# As functions, PyTorch's take lists of extents alone.
def is_ours_alone(call):
    takes_tensor = call.function["arguments"][0]["type"] == "Tensor"
    return takes_tensor and len(call.positional) > 1 and call.function["arguments"][-1]["type"].endswith("[]") and isinstance(
        call.positional[1], int)


@pytest.mark.parametrize("entry", COMPARED, ids=lambda entry: entry["functions"][0]["full_name"])
def test_values(entry):
    for dtype, call in calls_of(entry):
        if is_ours_alone(call):
            continue
        try:
            want = to_torch(call, lambda operand: operand.torch())
        except (RuntimeError, NotImplementedError):
            assert is_refused(call), f"{call}: PyTorch refuses it"
            continue
        got = call.run(lambda operand: operand.lazuli())
        assert len(each_of(got)) == len(each_of(want)), f"{call}: results"
        for mine, theirs in zip(each_of(got), each_of(want)):
            compare_values(call, mine, theirs)


def compare_values(call, got, want):
    assert got.dtype.name == name_of(want.dtype), f"{call}: dtype"
    assert got.shape == tuple(want.shape), f"{call}: shape"
    # PyTorch rounds parts of a result that ours does not, so the operands' size counts.
    parts = [np.abs(each.wide()).max() * np.sqrt(each.array.size) for each in call.operands() if each.array.size]
    is_alone = call.entry["kind"] == "elementwise" and len(call.positional) + len(call.named) == 1
    is_rough = call.entry["name"] in ROUGH
    scale = max([0.0, *parts]) if is_rough or not is_alone else 0.0
    ulp = max(call.entry["ulp"], 2) + 2  # PyTorch's own error
    values = (got.to(lz.float32) if got.dtype.name == "bfloat16" else got).numpy()
    assert np.all(close(values, elements(want), got.dtype.name, ulp, scale)), f"{call}: {values} need {want}"


def is_refused(call):
    """PyTorch leaves out many functions of integers and bools, and bools as factors."""
    values = [*call.positional, *call.named.values()]
    return any(isinstance(each, bool) for each in values) or not all(each.is_floating for each in call.operands())


def gradients_by_lazuli(call, operands):
    leaves = {id(each): each.lazuli(requires_grad=any(each is other for other in operands)) for each in call.operands()}
    result = call.run(lambda operand: leaves[id(operand)])
    return each_of(result), [leaves[id(each)] for each in operands]


def gradients_by_torch(call, operands):
    leaves = {id(each): each.torch(requires_grad=any(each is other for other in operands)) for each in call.operands()}
    result = to_torch(call, lambda operand: leaves[id(operand)])
    return each_of(result), [leaves[id(each)] for each in operands]


def compare(call, got, want, dtype, what):
    for mine, theirs in zip(got, want):
        mine = np.zeros(1) if mine is None else mine.numpy()
        theirs = np.zeros(1) if theirs is None else elements(theirs)
        size = np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0)
        size *= 1e8 if call.entry["name"] in OF_FLOATS else 1
        assert np.all(close(mine, theirs, dtype, 16, size)), f"{call}: {what} {mine} need {theirs}"


# Where several elements are written to one place, PyTorch gives those that are overwritten a gradient, too.
OVERWRITES = {"scatter", "index_copy", "index_put"}


def of_theirs(entry, call, function, *arguments, **named):
    """What a function of PyTorch's gives; None where it lacks a gradient that it may lack."""
    try:
        return function(*arguments, **named)
    except RuntimeError as error:
        assert entry["name"] in PARTLY_CONSTANT, f"{call}: {error}"


@pytest.mark.parametrize("entry", [each for each in GRADIENTS if each["name"] not in OVERWRITES],
                         ids=lambda entry: entry["functions"][0]["full_name"])
def test_gradients(entry):
    """First gradients, and gradients of gradients where PyTorch has them."""
    for dtype, call in calls_of(entry):
        operands = differentiable(call)
        if dtype != WIDEST or not operands or is_ours_alone(call) or entry["name"] in NO_FRACTIONS:
            continue
        if entry["kind"] == "elementwise" and is_refused(call):
            continue
        mine, my_leaves = gradients_by_lazuli(call, operands)
        theirs, their_leaves = of_theirs(entry, call, gradients_by_torch, call, operands) or (None, None)
        if theirs is None:
            continue
        assert len(mine) == len(theirs), f"{call}: count"
        fractions = [each.dtype.is_floating_point for each in mine]
        if not any(fractions):
            continue
        mine, theirs = ([each for each, counts in zip(results, fractions) if counts] for results in (mine, theirs))
        assert [each.requires_grad for each in mine] == [each.requires_grad for each in theirs], f"{call}: requires_grad"
        random = np.random.default_rng(0)
        weights = [np.round(random.uniform(-1, 1, each.shape) * 64) / 64 for each in mine]
        my_sum = sum((each * lz.tensor(w, dtype=each.dtype)).sum() for each, w in zip(mine, weights))
        their_sum = sum((each * torch.tensor(w).to(each.dtype)).sum() for each, w in zip(theirs, weights))
        got = lz.grad(my_sum, my_leaves, create_graph=True)
        want = of_theirs(entry, call, torch.autograd.grad, their_sum, their_leaves, create_graph=True, allow_unused=True)
        if want is None:
            continue
        compare(call, [None if g is None else g.detach() for g in got], want, dtype, "gradient")

        my_second = [(g * g).sum() for g in got if g is not None and g.requires_grad]
        their_second = [(g * g).sum() for g in want if g is not None and g.requires_grad]
        if not my_second or not their_second:
            continue
        got = lz.grad(sum(my_second[1:], my_second[0]), my_leaves)
        their_sum = sum(their_second[1:], their_second[0])
        want = of_theirs(entry, call, torch.autograd.grad, their_sum, their_leaves, allow_unused=True)
        if want is None:
            continue
        pairs = [(a, b) for a, b in zip(got, want) if a is not None and b is not None]
        compare(call, [a for a, _ in pairs], [b for _, b in pairs], dtype, "second gradient")


def test_every_dtype_is_pytorchs():
    for name in FLOATS:
        assert hasattr(torch, name)
