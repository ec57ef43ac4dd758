"""Operands of test calls: one value that Lazuli, NumPy and PyTorch each take in their own form."""

import re
import zlib
from dataclasses import dataclass

import numpy as np

import lazuli as lz

# Lazuli's dtypes, from bool to the largest float; the catalogue says "f32" for float32.
DTYPES = {name: value for name, value in vars(lz).items() if isinstance(value, lz.dtype)}
FLOATS = [name for name, dtype in DTYPES.items() if dtype.is_floating_point]
INTEGERS = [name for name in DTYPES if name != "bool" and name not in FLOATS]

# Ways in which the elements of one tensor may lie.
LAYOUTS = ("plain", "transposed", "sliced", "borrowed")


def long_name(short):
    """float32 for f32."""
    letters, bits = re.fullmatch(r"([a-z]+)(\d*)", short).groups()
    return {"f": "float", "i": "int", "u": "uint", "bf": "bfloat"}.get(letters, letters) + bits


def numpy_dtype(name):
    """Where the elements of a dtype are kept exactly: NumPy has no bfloat16."""
    return np.dtype("float32" if name == "bfloat16" else name)


def epsilon(name):
    """The distance of 1 to the next number."""
    return 2.0**-7 if name == "bfloat16" else float(np.finfo(numpy_dtype(name)).eps)


def smallest(name):
    """The distance of 0 to the next number."""
    return 2.0**-133 if name == "bfloat16" else float(np.finfo(numpy_dtype(name)).smallest_subnormal)


def rounded(array, name):
    """Fractions as a dtype holds them."""
    if name != "bfloat16":
        with np.errstate(all="ignore"):
            return np.asarray(array).astype(numpy_dtype(name))
    bits = np.asarray(array, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)


@dataclass
class Operand:
    """A tensor: its elements, kept in NumPy, and the name of its dtype."""

    array: np.ndarray
    dtype: str

    @property
    def is_floating(self):
        return self.dtype in FLOATS

    def wide(self):
        """For NumPy: fractions as doubles."""
        return self.array.astype(np.float64) if self.is_floating else self.array

    def lazuli(self, layout="plain", requires_grad=False):
        dtype = DTYPES[self.dtype]
        array = self.array
        if layout == "borrowed" and self.dtype != "bfloat16" and array.ndim > 0:
            spread = np.zeros(tuple(2 * extent for extent in array.shape), array.dtype)
            spread[tuple(slice(None, None, 2) for _ in array.shape)] = array
            result = lz.from_numpy(spread[tuple(slice(None, None, 2) for _ in array.shape)])
        elif layout == "transposed" and array.ndim > 1:
            result = lz.tensor(array.T, dtype=dtype).T
        elif layout == "sliced" and array.ndim > 0:
            padded = np.pad(array, [(1, 2)] * array.ndim)
            result = lz.tensor(padded, dtype=dtype)[tuple(slice(1, 1 + extent) for extent in array.shape)]
        else:
            result = lz.tensor(array, dtype=dtype)
        return result.detach().requires_grad_() if requires_grad else result

    def torch(self, requires_grad=False):
        import torch

        return torch.tensor(self.array).to(getattr(torch, self.dtype)).requires_grad_(requires_grad)


class Maker:
    """Makes operands from a seed that the name of a case gives."""

    def __init__(self, name, floating="float32", integer="int64"):
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.floating = floating
        self.integer = integer

    def sample(self, dtype, shape, low=-3.0, high=3.0, whole=False):
        """Elements in [low, high]; whole numbers where asked for, and of integers."""
        if dtype == "bool":
            return Operand(self.random.integers(0, 2, shape).astype(bool), dtype)
        values = self.random.uniform(low, high, shape)
        if dtype in FLOATS:
            return Operand(rounded(np.round(values) if whole else values, dtype), dtype)
        least = max(low, np.iinfo(dtype).min)
        return Operand(np.asarray(np.round(np.clip(values, least, high))).astype(dtype), dtype)

    # What `calls` of the catalogue say.
    def t(self, *shape):
        return self.sample(self.floating, shape)

    def probability(self, *shape):
        return self.sample(self.floating, shape, 0.05, 0.95)

    def whole(self, *shape):
        return self.sample(self.integer, shape)

    def mask(self, *shape):
        return self.sample("bool", shape)

    def arange(self, count):
        """Integers from -4 on."""
        return Operand(np.arange(-4, count - 4), "int64")

    def rising(self, *shape):
        """Fractions in order along the last dimension."""
        operand = self.t(*shape)
        return Operand(np.sort(operand.array, axis=-1), operand.dtype)

    def index(self, high, *shape):
        return Operand(self.random.integers(0, max(high, 1), shape), "int64")


def special(dtype):
    """Elements at the edges of a dtype."""
    if dtype == "bool":
        return [False, True]
    if dtype not in FLOATS:
        info = np.iinfo(dtype)
        return [0, 1, 2, 7, info.max, info.min, info.max // 2]
    largest = 2.0**127 * (2 - 2.0**-7) if dtype == "bfloat16" else float(np.finfo(numpy_dtype(dtype)).max)
    return [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, np.inf, -np.inf, np.nan, largest, -largest, smallest(dtype), 2.0**-10]


def close(got, want, dtype, ulp, scale=0.0):
    """Where `got`, of a dtype, is as near to the doubles `want` as `ulp` units in the last place of want, or of
    scale, allow. NaNs are equal. NumPy's own error counts where it works in the same precision."""
    if dtype not in FLOATS:
        return np.asarray(got) == np.asarray(want).astype(numpy_dtype(dtype))
    got = np.asarray(got, np.float64)
    want = np.asarray(want, np.float64)
    slack = ulp + (2 if dtype == "float64" else 0.5)
    with np.errstate(all="ignore"):
        nearest = rounded(want, dtype).astype(np.float64)  # may be infinite where want is not
        size = np.maximum(np.abs(want), scale)
        unit = np.maximum(2.0 ** np.floor(np.log2(size)) * epsilon(dtype), smallest(dtype))
        unit = np.where(np.isfinite(unit), unit, smallest(dtype))
        return (got == nearest) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= slack * unit)
