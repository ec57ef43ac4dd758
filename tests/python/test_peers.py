"""The same calls and gradients as PyTorch's, where PyTorch is installed (`make test-peers`)."""

import numpy as np
import pytest

import lazuli as lz
from catalogue import COMPARED, calls_of, parts
from operands import FLOATS, close
from test_gradients import GRADIENTS, NO_FRACTIONS, WIDEST, differentiable

torch = pytest.importorskip("torch")

# Functions that PyTorch has not under their name, and what stands for them.
STAND_INS = {
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
    if call.function["is_in_place"]:
        return getattr(torch.Tensor, name)
    for home in (torch, torch.nn.functional, torch.Tensor):
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
    return tensor.detach().to(torch.float64 if tensor.is_floating_point() else tensor.dtype).numpy()


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


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
        assert len(parts(got)) == len(parts(want)), f"{call}: count"
        for mine, theirs in zip(parts(got), parts(want)):
            compare_values(call, mine, theirs)


def compare_values(call, got, want):
    assert got.dtype.name == name_of(want.dtype), f"{call}: dtype"
    assert got.shape == tuple(want.shape), f"{call}: shape"
    # PyTorch rounds parts of a result that ours does not, so the operands' size counts.
    sizes = [np.abs(each.wide()).max() * np.sqrt(each.array.size) for each in call.operands() if each.array.size]
    scale = max([0.0, *sizes]) if len(call.operands()) > 1 or call.entry["kind"] != "elementwise" else 0.0
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
    return result, [leaves[id(each)] for each in operands]


def gradients_by_torch(call, operands):
    leaves = {id(each): each.torch(requires_grad=any(each is other for other in operands)) for each in call.operands()}
    result = to_torch(call, lambda operand: leaves[id(operand)])
    return result, [leaves[id(each)] for each in operands]


def compare(call, got, want, dtype, what):
    for mine, theirs in zip(got, want):
        mine = np.zeros(1) if mine is None else mine.numpy()
        theirs = np.zeros(1) if theirs is None else elements(theirs)
        size = np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0)
        assert np.all(close(mine, theirs, dtype, 16, size)), f"{call}: {what} {mine} need {theirs}"


@pytest.mark.parametrize("entry", GRADIENTS, ids=lambda entry: entry["functions"][0]["full_name"])
def test_gradients(entry):
    """First gradients, and gradients of gradients where PyTorch has them."""
    for dtype, call in calls_of(entry):
        operands = differentiable(call)
        if dtype != WIDEST or not operands or is_ours_alone(call) or entry["name"] in NO_FRACTIONS:
            continue
        if entry["kind"] == "elementwise" and is_refused(call):
            continue
        mine, my_leaves = gradients_by_lazuli(call, operands)
        theirs, their_leaves = gradients_by_torch(call, operands)
        mine, theirs = parts(mine), parts(theirs)
        if not all(each.dtype.is_floating_point for each in mine):
            continue
        assert [each.requires_grad for each in mine] == [each.requires_grad for each in theirs], f"{call}: requires_grad"
        random = np.random.default_rng(0)
        weights = [np.round(random.uniform(-1, 1, each.shape) * 64) / 64 for each in mine]
        my_sum = sum((each * lz.tensor(w, dtype=each.dtype)).sum() for each, w in zip(mine, weights))
        their_sum = sum((each * torch.tensor(w).to(each.dtype)).sum() for each, w in zip(theirs, weights))
        got = lz.grad(my_sum, my_leaves, create_graph=True)
        want = torch.autograd.grad(their_sum, their_leaves, create_graph=True, allow_unused=True)
        compare(call, [None if g is None else g.detach() for g in got], want, dtype, "gradient")

        my_second = [(g * g).sum() for g in got if g is not None and g.requires_grad]
        their_second = [(g * g).sum() for g in want if g is not None and g.requires_grad]
        if not my_second or not their_second:
            continue
        got = lz.grad(sum(my_second[1:], my_second[0]), my_leaves)
        want = torch.autograd.grad(sum(their_second[1:], their_second[0]), their_leaves, allow_unused=True)
        pairs = [(a, b) for a, b in zip(got, want) if a is not None and b is not None]
        compare(call, [a for a, _ in pairs], [b for _, b in pairs], dtype, "second gradient")


def test_every_dtype_is_pytorchs():
    for name in FLOATS:
        assert hasattr(torch, name)
