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


def scaled_sum(self, beta, other, alpha):
    """beta * self + alpha * other, in the shape of other; self is not read where beta is 0."""
    return (0 if beta == 0 else beta * self) + np.asarray(alpha * other, np.result_type(self, other))


def sliced(self, dim, start, end, step):
    """Python's slice along dim."""
    index = [slice(None)] * self.ndim
    index[dim] = slice(start, end, step)
    return self[tuple(index)]


def as_strided(self, size, stride, storage_offset):
    """Elements of the flat array."""
    flat = self.ravel()[storage_offset or 0:]
    return np.lib.stride_tricks.as_strided(flat, size, [step * flat.itemsize for step in stride]).copy()


def squeezed(self, dim):
    """Without dimensions of extent 1, all of them or those of dim that have it."""
    if self.ndim == 0 or dim is None:
        return np.squeeze(self)
    dims = dim if isinstance(dim, tuple) else (dim,)
    return np.squeeze(self, tuple(each for each in dims if self.shape[each] == 1))


def flattened(self, start, end):
    """Dimensions from start to end as one."""
    rank = self.ndim
    if rank == 0:
        return self.reshape(1)
    start, end = start % rank, end % rank
    return self.reshape(self.shape[:start] + (int(np.prod(self.shape[start:end + 1])),) + self.shape[end + 1:])


def unflattened(self, dim, sizes):
    """One dimension as several."""
    dim %= self.ndim
    parts = np.empty(self.shape[dim]).reshape(sizes).shape
    return self.reshape(self.shape[:dim] + parts + self.shape[dim + 1:])


def split(self, size, dim):
    """Parts of one size, or of the listed ones."""
    extent = self.shape[dim]
    ends = range(size, extent, size) if isinstance(size, int) else np.cumsum(size)[:-1]
    return np.split(self, ends, axis=dim)


def chunk(self, chunks, dim):
    """At most so many parts of one size, the last one shorter."""
    size = -(-self.shape[dim] // chunks)
    return split(self, size, dim) if size else [self] * chunks
