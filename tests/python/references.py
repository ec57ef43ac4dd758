"""Counterparts in plain Python of operators that NumPy has not: `ref` in the catalogue's `numpy` expressions."""

import numpy as np


def expand(self, size):
    """Broadcasts to size, in which -1 keeps an extent."""
    added = len(size) - self.ndim
    shape = [self.shape[i - added] if extent == -1 else extent for i, extent in enumerate(size)]
    return np.broadcast_to(self, shape)


def scatter_add(self, dim, index, src):
    """Adds every element of src at the place that index names along dim, in order."""
    result = self.copy()
    for place in np.ndindex(index.shape):
        target = list(place)
        target[dim] = index[place]
        result[tuple(target)] += src[place]
    return result


def var(self, dim, correction, keepdim, unbiased):
    """The variance with `correction`, or as `unbiased` says."""
    if correction is None:
        correction = 0 if unbiased is False else 1
    return np.var(self, axis=dim, ddof=correction, keepdims=keepdim)


def norm(self, p, dim, keepdim):
    """The p-norm of vectors."""
    size = np.abs(self)
    if p == 0:
        return np.sum(size != 0, axis=dim, keepdims=keepdim, dtype=float)
    if np.isinf(p):
        return (np.max if p > 0 else np.min)(size, axis=dim, keepdims=keepdim)
    return np.sum(size**p, axis=dim, keepdims=keepdim) ** (1 / p)


def nansum(self, dim, keepdim):
    """The sum without NaNs, of integers in int64."""
    return np.nansum(self, axis=dim, keepdims=keepdim, dtype=None if self.dtype.kind == "f" else np.int64)
