"""Gradients against central differences of the NumPy counterparts, which are worked out in doubles."""

import numpy as np
import pytest

import lazuli as lz
from catalogue import COMPARED, NEEDS_PLAIN, calls_of, each_of
from operands import FLOATS

STEP = 1e-6


def differentiable(call):
    """The operands that a gradient flows to."""
    if call.function["is_in_place"]:
        return []
    values = call.bound()
    own = [id(values[name]) for name in call.entry["argument_dtypes"] if name in values]
    return [each for each in call.operands() if each.is_floating and id(each) not in own]


def weights_of(result):
    """A weight for each element of a result that a gradient flows from; else None."""
    if not result.requires_grad:
        return None
    return np.round(np.random.default_rng(0).uniform(-1, 1, result.shape) * 64) / 64


def weighted_sum(results, weights):
    terms = [(each * lz.tensor(weight, dtype=each.dtype)).sum() for each, weight in zip(results, weights) if weight is not None]
    return sum(terms[1:], terms[0])


def slopes(call, weights, operand):
    """The central differences of sum(weights * result) by every element of one operand, over results with weights."""
    arrays = [each.wide().copy() for each in call.operands()]
    place = [id(each) for each in call.operands()].index(id(operand))
    slope = np.zeros(operand.array.shape)
    for index in np.ndindex(slope.shape):
        middle = arrays[place][index]
        step = STEP * max(1.0, abs(middle))
        ends = []
        for end in (middle + step, middle - step):
            arrays[place][index] = end
            ends.append([each.copy() for each in call.expected(arrays)])
        arrays[place][index] = middle
        rises = [np.sum(weight * (up - down)) for weight, up, down in zip(weights, *ends) if weight is not None]
        slope[index] = sum(rises) / (2 * step)
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
        if dtype != WIDEST or not operands or want[0].dtype.kind != "f" or max(each.array.size for each in operands) > 60:
            continue
        if entry["kind"] == "reduction" and len(call.named) == 0 and checked > 8:
            continue  # keepdim says no more of the gradient
        leaves = {}

        def convert(operand):
            needs = any(operand is each for each in operands)
            if id(operand) not in leaves:
                leaves[id(operand)] = operand.lazuli(layout, requires_grad=needs)
            return leaves[id(operand)]

        results = each_of(call.run(convert))
        if not results[0].requires_grad:
            assert not results[0].dtype.is_floating_point, f"{call} has no gradient"
            continue
        weights = [weights_of(each) for each in results]
        weighted_sum(results, weights).backward()
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
