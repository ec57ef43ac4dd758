"""Gradients against central differences of the NumPy counterparts, which are worked out in doubles."""

import numpy as np
import pytest

import lazuli as lz
from catalogue import COMPARED, NEEDS_PLAIN, calls_of, parts
from operands import FLOATS

STEP = 1e-6


def differentiable(call):
    """The operands that a gradient flows to."""
    if call.function["is_in_place"]:
        return []
    values = call.bound()
    own = [id(values[name]) for name in call.entry["argument_dtypes"] if name in values]
    return [each for each in call.operands() if each.is_floating and id(each) not in own]


def slopes(call, weights, operand):
    """The central differences of the sum of weights * result, of all results, by every element of one operand."""
    arrays = [each.wide().copy() for each in call.operands()]
    place = [id(each) for each in call.operands()].index(id(operand))
    slope = np.zeros(operand.array.shape)
    for index in np.ndindex(slope.shape):
        middle = arrays[place][index]
        step = STEP * max(1.0, abs(middle))
        ends = []
        for end in (middle + step, middle - step):
            arrays[place][index] = end
            ends.append([one.copy() for one in parts(call.expected(arrays))])
        arrays[place][index] = middle
        slope[index] = sum(np.sum(w * (a - b)) for w, a, b in zip(weights, *ends)) / (2 * step)
    return slope


GRADIENTS = [entry for entry in COMPARED if entry["has_gradient"]]
# Wider floats are as good a test of a formula as any: the widest that has one.
WIDEST = FLOATS[-1]


@pytest.mark.parametrize("layout", ["plain", "transposed"])
@pytest.mark.parametrize("entry", GRADIENTS, ids=lambda entry: entry["functions"][0]["full_name"])
def test_gradients(entry, layout):
    if layout == "transposed" and entry["name"] in NEEDS_PLAIN:
        return
    checked = 0
    for dtype, call in calls_of(entry):
        operands = differentiable(call)
        want = call.expected()
        is_whole = any(each.dtype.kind != "f" for each in parts(want))
        if dtype != WIDEST or not operands or is_whole or max(each.array.size for each in operands) > 60:
            continue
        if entry["kind"] == "reduction" and len(call.named) == 0 and checked > 8:
            continue  # keepdim says no more of the gradient
        leaves = {}

        def convert(operand):
            needs = any(operand is each for each in operands)
            if id(operand) not in leaves:
                leaves[id(operand)] = operand.lazuli(layout, requires_grad=needs)
            return leaves[id(operand)]

        results = parts(call.run(convert))
        if not all(result.requires_grad for result in results):
            assert not any(result.dtype.is_floating_point for result in results), f"{call} has no gradient"
            continue
        random = np.random.default_rng(0)
        weights = [np.round(random.uniform(-1, 1, one.shape) * 64) / 64 for one in parts(want)]
        sum((one * lz.tensor(w, dtype=one.dtype)).sum() for one, w in zip(results, weights)).backward()
        for operand in operands:
            slope = slopes(call, weights, operand)
            got = leaves[id(operand)].grad
            got = np.zeros(slope.shape) if got is None else got.numpy()
            tolerance = 2e-4 * np.maximum(1.0, np.abs(slope))
            assert np.all(np.abs(got - slope) <= tolerance), f"{call}: {got} need {slope}"
        checked += 1
    if entry["name"] not in NO_FRACTIONS:
        assert checked > 0


# Their results hold no fractions, or none that came from an operand.
NO_FRACTIONS = {"argmax", "arange", "empty", "full", "zeros", "ones", "fill_", "zero_", "copy_"}
