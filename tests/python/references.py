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
