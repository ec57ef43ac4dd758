"""What depends on how a dtype's numbers lie: neighbours, and the ends of its range."""

import itertools

import numpy as np
import pytest

import lazuli as lz
from operands import DTYPES, FLOATS, Operand, rounded, special


def stored(bits, dtype):
    """All numbers of a 16-bit dtype, in NumPy."""
    bits = np.asarray(bits, np.uint16)
    return bits.view(np.float16) if dtype == "float16" else (bits.astype(np.uint32) << 16).view(np.float32)


def neighbour(x, other, dtype):
    """C's nextafter in the dtype, which of two zeros gives the other; NumPy has no bfloat16: that one walks by bits."""
    if dtype != "bfloat16":
        return np.where(x == other, other, np.nextafter(x, other))
    bits = x.view(np.int32)
    step = np.where((x < other) == (bits >= 0), 1 << 16, -(1 << 16)).astype(np.int32)
    least = np.copysign(np.uint32(1 << 16).view(np.float32), other)
    moved = np.where(x == 0, least, (bits + step).view(np.float32))
    return np.where(np.isnan(x) | np.isnan(other), np.nan, np.where(x == other, other, moved)).astype(np.float32)


def same(got, want):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    return np.array_equal(got, want, equal_nan=True) and np.array_equal(np.signbit(got[got == got]), np.signbit(want[want == want]))


def lazuli_nextafter(x, other, dtype):
    def made(array):
        return Operand(array, dtype).lazuli()

    return lz.nextafter(made(x), made(other)).to(lz.float64).numpy()


@pytest.mark.parametrize("dtype", FLOATS)
def test_nextafter_at_the_edges(dtype):
    kept = np.float32 if dtype == "bfloat16" else np.dtype(dtype)
    x, other = (np.array(column, kept) for column in zip(*itertools.product(special(dtype), repeat=2)))
    assert same(lazuli_nextafter(x, other, dtype), neighbour(x, other, dtype))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("towards", [np.inf, -np.inf, 0.0])
def test_nextafter_of_every_number(dtype, towards):
    x = stored(np.arange(1 << 16), dtype)
    other = np.full_like(x, towards)
    assert same(lazuli_nextafter(x, other, dtype), neighbour(x, other, dtype))


@pytest.mark.parametrize("dtype", FLOATS)
def test_nan_to_num(dtype):
    values = special(dtype)
    x = Operand(rounded(np.array(values), dtype), dtype).lazuli()
    largest = max(value for value in values if np.isfinite(value))
    want = np.nan_to_num(np.array(values), nan=0.0, posinf=largest, neginf=-largest)
    assert same(x.nan_to_num().to(lz.float64).numpy(), rounded(want, dtype))
    want = np.nan_to_num(np.array(values), nan=1.5, posinf=2.0, neginf=-3.0)
    assert same(lz.nan_to_num(x, 1.5, 2.0, -3.0).to(lz.float64).numpy(), rounded(want, dtype))
    assert x.nan_to_num_(nan=0.5).dtype is DTYPES[dtype]
