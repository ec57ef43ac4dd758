"""Counterparts in plain Python of operators that NumPy has not: `ref` in the catalogue's `numpy` expressions."""

import numpy as np
import scipy.special


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


def divided(self, other, rounding_mode):
    if rounding_mode is None:
        return np.true_divide(self, other)
    if rounding_mode == "floor":
        return np.floor_divide(self, other)
    towards_zero = np.trunc(np.true_divide(self, other))
    return towards_zero if np.asarray(self).dtype.kind == "f" else towards_zero.astype(np.asarray(self).dtype)


def unique(self, return_inverse, return_counts, dim):
    values, inverse, counts = np.unique(self, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    asked = [values] + [inverse.reshape(self.shape if dim is None else -1)] * return_inverse + [counts] * return_counts
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


def sinc(self):
    """sin(pi x) / (pi x); whole turns of large x are taken off before pi rounds."""
    whole = np.rint(self)
    sine = np.sin(np.pi * (self - whole)) * np.where(np.fmod(whole, 2) == 0, 1, -1)
    return np.where(self == 0, 1, np.where(np.isinf(self), np.nan, sine / (np.pi * self)))


def clamp(self, min, max):
    low = self if min is None else np.maximum(self, min)
    return low if max is None else np.minimum(low, max)


# Losses. `reduction` is 0 for every element's, 1 for their mean, 2 for their sum.
def reduced(losses, reduction):
    return [np.asarray, np.mean, np.sum][reduction](losses)


def smooth_l1_loss(self, target, reduction, beta):
    apart = np.abs(self - target)
    near = apart * apart / (2 * beta) if beta else apart
    return reduced(np.where(apart < beta, near, apart - beta / 2), reduction)


def huber_loss(self, target, reduction, delta):
    apart = np.abs(self - target)
    return reduced(np.where(apart < delta, apart * apart / 2, delta * (apart - delta / 2)), reduction)


def _class_weights(self, target, weight, ignore_index):
    """The weight of each target's class, 0 where it is ignored, and the class to look up there."""
    is_counted = target != ignore_index
    classes = np.where(is_counted, target, 0)
    weight = np.ones(self.shape[min(1, self.ndim - 1)]) if weight is None else weight
    return np.where(is_counted, weight[classes], 0), classes


def _at_class(self, classes):
    axis = min(1, self.ndim - 1)
    return np.take_along_axis(self, np.expand_dims(classes, axis), axis).squeeze(axis)


def nll_loss(self, target, weight, reduction, ignore_index):
    weights, classes = _class_weights(self, target, weight, ignore_index)
    losses = -weights * _at_class(self, classes)
    return np.sum(losses) / np.sum(weights) if reduction == 1 else reduced(losses, reduction)


def cross_entropy(self, target, weight, reduction, ignore_index, label_smoothing):
    axis = min(1, self.ndim - 1)
    logs = scipy.special.log_softmax(self, axis=axis)
    count = self.shape[axis]
    if target.dtype.kind == "f":
        target = target * (1 - label_smoothing) + label_smoothing / count
        losses = -np.sum(logs * target * (1 if weight is None else weight), axis=axis)
        return reduced(losses, reduction)
    plain = nll_loss(logs, target, weight, reduction, ignore_index)
    weights, _ = _class_weights(self, target, weight, ignore_index)
    shape = [count if i == axis else 1 for i in range(self.ndim)]
    by_class = np.ones(shape) if weight is None else weight.reshape(shape)
    spread = -np.sum(logs * by_class, axis=axis) * (target != ignore_index)
    smooth = np.sum(spread) / np.sum(weights) if reduction == 1 else reduced(spread, reduction)
    return (1 - label_smoothing) * plain + label_smoothing / count * smooth


def binary_cross_entropy(self, target, weight, reduction):
    losses = -(target * np.log(self) + (1 - target) * np.log1p(-self))
    return reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy_with_logits(self, target, weight, pos_weight, reduction):
    yes = target * scipy.special.log_expit(self) * (1 if pos_weight is None else pos_weight)
    losses = -(yes + (1 - target) * scipy.special.log_expit(-self))
    return reduced(losses if weight is None else losses * weight, reduction)


def kl_div(self, target, reduction, log_target):
    if log_target:
        return reduced(np.exp(target) * (target - self), reduction)
    return reduced(scipy.special.xlogy(target, target) - target * self, reduction)


def cosine_similarity(x1, x2, dim, eps):
    def length(x):
        return np.maximum(np.sqrt(np.sum(x * x, axis=dim)), eps)

    return np.sum(x1 * x2, axis=dim) / (length(x1) * length(x2))


# Normalizations.
def layer_norm(input, normalized_shape, weight, bias, eps):
    axes = tuple(range(-len(normalized_shape), 0))
    centred = input - np.mean(input, axis=axes, keepdims=True)
    result = centred / np.sqrt(np.mean(centred * centred, axis=axes, keepdims=True) + eps)
    return result * (1 if weight is None else weight) + (0 if bias is None else bias)


def rms_norm(input, normalized_shape, weight, eps):
    axes = tuple(range(-len(normalized_shape), 0))
    result = input / np.sqrt(np.mean(input * input, axis=axes, keepdims=True) + eps)
    return result * (1 if weight is None else weight)


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


def lgamma(self):
    """C's: SciPy differs at -infinity and next to 0."""
    near_zero = -np.log(np.abs(self))
    return np.where(np.abs(self) < 1e-300, near_zero, np.where(self == -np.inf, np.inf, scipy.special.gammaln(self)))
