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


def cumulative(fold, self, dim):
    """A running fold along dim, integers in int64."""
    if self.ndim == 0:
        return self if self.dtype.kind == "f" else self.astype(np.int64)
    return fold(self, axis=dim, dtype=None if self.dtype.kind == "f" else np.int64)


def running_extreme(wins, self, dim):
    """The last element so far that wins against all others, and its place."""
    lines = np.moveaxis(np.atleast_1d(self), dim, -1)
    places = np.zeros(lines.shape, np.int64)
    for line in np.ndindex(lines.shape[:-1]):
        best = 0
        for i, x in enumerate(lines[line]):
            if x != x or (lines[line][best] == lines[line][best] and wins(x, lines[line][best])):
                best = i
            places[line + (i,)] = best
    values = np.take_along_axis(lines, places, -1)
    return tuple(np.moveaxis(each, -1, dim).reshape(self.shape) for each in (values, places))


def sort(self, dim, descending):
    """Values and places, equal elements in the order in which they stand."""
    line = np.atleast_1d(self)
    if descending:  # the order of what comes last, from the end
        places = line.shape[dim] - 1 - np.flip(np.argsort(np.flip(line, dim), axis=dim, kind="stable"), dim)
    else:
        places = np.argsort(line, axis=dim, kind="stable")
    return np.take_along_axis(line, places, dim).reshape(self.shape), places.reshape(self.shape)


def topk(self, k, dim, largest):
    values, places = sort(self, dim, largest)
    return np.take(values, range(k), axis=dim), np.take(places, range(k), axis=dim)


def kthvalue(self, k, dim, keepdim):
    pick = [k - 1] if keepdim else k - 1
    return tuple(np.take(each, pick, axis=dim) for each in sort(self, dim, False))


def searchsorted(sequence, values, right):
    side = "right" if right else "left"
    if sequence.ndim == 1:
        return np.searchsorted(sequence, values, side)
    return np.stack([np.searchsorted(a, b, side) for a, b in zip(sequence, values)])


def unique(self, return_inverse, return_counts):
    values, inverse, counts = np.unique(self, return_inverse=True, return_counts=True, equal_nan=False)
    asked = [values] + [inverse.reshape(self.shape)] * return_inverse + [counts] * return_counts
    return tuple(asked) if len(asked) > 1 else values


def put(target, places, values):
    target[places] = values


def scatter(self, dim, index, src):
    """Every element of src in the place that index names along dim, in order."""
    result = self.copy()
    for place in np.ndindex(index.shape):
        target = list(place)
        target[dim] = index[place]
        result[tuple(target)] = src[place]
    return result


def scatter_reduce(self, dim, index, src, reduce, include_self):
    """Folds of what stands at each place and the elements of src that index sends there."""
    found = {}
    for place in np.ndindex(index.shape):
        target = list(place)
        target[dim] = index[place]
        found.setdefault(tuple(target), []).append(src[place])
    fold = {"sum": np.sum, "prod": np.prod, "mean": np.mean, "amax": np.max, "amin": np.min}[reduce]
    result = self.copy()
    for target, values in found.items():
        value = fold(([self[target]] if include_self else []) + values)
        result[target] = np.floor(value) if self.dtype.kind != "f" else value
    return result


def index_into(write, self, dim, index, source):
    """Writes slices of source at those that index names along dim."""
    result = self.copy()
    places = [slice(None)] * self.ndim
    places[dim] = index
    write(result, tuple(places), source)
    return result


def index_put(self, indices, values, accumulate):
    result = self.copy()
    places = tuple(slice(None) if each is None else each for each in indices)
    (np.add.at if accumulate else put)(result, places, values)
    return result


def masked_scatter(self, mask, source):
    mask = np.broadcast_to(mask, self.shape)
    result = self.copy()
    result[mask] = source.ravel()[: mask.sum()]
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
