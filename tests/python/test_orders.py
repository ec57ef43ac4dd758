"""Rules of reductions, running folds, orders and writes at places that no table of calls shows: NaNs, ties, zeros, names of
results, sizes read from data, faults."""

import numpy as np
import pytest

import lazuli as lz

NAN, INF = float("nan"), float("inf")


def same(got, want):
    np.testing.assert_array_equal(got.numpy(), np.array(want))


def test_results_have_names():
    found = lz.tensor([[3.0, 1.0, 2.0]]).sort(dim=1)
    assert type(found).__name__ == "sort" and type(found).__module__ == "lazuli.return_types"
    same(found.values, [[1, 2, 3]])
    same(found.indices, [[1, 2, 0]])
    values, indices = found
    assert values is found[0] and indices is found[1]
    variance, mean = lz.var_mean(lz.tensor([1.0, 3.0]))
    assert variance.item() == 2 and mean.item() == 2


def test_a_nan_wins_every_reduction_that_knows_it():
    x = lz.tensor([[1.0, NAN, 3.0], [4.0, 5.0, 6.0]])
    same(x.max(1).indices, [1, 2])
    same(x.min(1).indices, [1, 0])
    same(x.max(1).values, [NAN, 6])
    same(lz.prod(x, 1), [NAN, 120])
    same(x.nansum(1), [4, 15])
    same(x.nanmean(1), [2, 5])
    same(lz.tensor([NAN, NAN]).nanmean(), NAN)
    same(lz.any(lz.tensor([0.0, NAN])), True)
    same(x.count_nonzero(), 6)


def test_nothing_has_a_rule():
    none = lz.zeros(0, 3)
    same(none.prod(0), [1, 1, 1])
    same(none.all(0), [True] * 3)
    same(none.any(0), [False] * 3)
    same(none.logsumexp(0), [-INF] * 3)
    same(none.var(0), [NAN] * 3)
    same(lz.tensor([[1.0, 2.0]]).var(0), [NAN, NAN])
    for call in (lambda: none.max(0), lambda: none.argmin(0), lambda: none.aminmax(), lambda: none.norm(INF)):
        with pytest.raises(ValueError, match="need at least one element"):
            call()


def test_variance_keeps_its_digits():
    x = np.random.default_rng(0).normal(1e4, 1, (3, 5000)).astype(np.float32)
    np.testing.assert_allclose(lz.tensor(x).var(1).numpy(), x.astype(np.float64).var(1, ddof=1), rtol=1e-5)


def test_gradients_at_zero():
    for call in (lambda x: x.std(), lambda x: x.norm(), lambda x: x.norm(3.0), lambda x: x.logsumexp(0)):
        x = lz.zeros(4).requires_grad_()
        call(x).backward()
        assert np.isfinite(x.grad.numpy()).all()
    x = lz.full((3,), -INF).requires_grad_()
    x.logsumexp(0).backward()
    same(x.grad, [0, 0, 0])
    same(lz.tensor([0.0, 2.0, -1.0]).norm(0), 2)


@pytest.mark.parametrize("values", [[2.0, 3.0, 4.0], [2.0, 0.0, 4.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
def test_products_with_zeros(values):
    """First and second derivatives are products of the other factors."""
    x = lz.tensor(values, dtype=lz.float64).requires_grad_()
    (slope,) = lz.grad(x.prod(), [x], create_graph=True)
    a, b, c = values
    same(slope.detach(), [b * c, a * c, a * b])
    (second,) = lz.grad((slope * lz.tensor([1.0, 0.0, 0.0], dtype=lz.float64)).sum(), [x])
    same(second, [0, c, b])

    x = lz.tensor(values, dtype=lz.float64).requires_grad_()
    (slope,) = lz.grad(x.cumprod(0).sum(), [x], create_graph=True)
    same(slope.detach(), [1 + b + b * c, a + a * c, a * b])
    (second,) = lz.grad((slope * lz.tensor([0.0, 1.0, 0.0], dtype=lz.float64)).sum(), [x])
    same(second, [1 + c, 0, a])


def test_running_extremes_of_ties_and_nans():
    values, places = lz.tensor([1.0, 3.0, 3.0, NAN, 5.0]).cummax(0)
    same(places, [0, 1, 2, 3, 3])
    same(values, [1, 3, 3, NAN, NAN])
    same(lz.tensor([2, 1, 1, 4]).cummin(0).indices, [0, 1, 2, 2])
    same(lz.tensor([-INF, -INF, 0.0, INF, 1.0]).logcumsumexp(0), [-INF, -INF, 0, INF, INF])
    x = lz.tensor([-INF, 1.0, 2.0]).requires_grad_()
    x.logcumsumexp(0).sum().backward()
    assert np.isfinite(x.grad.numpy()).all()


def test_order_of_ties_and_nans():
    x = lz.tensor([NAN, 0.0, -0.0, INF, -INF, NAN])
    same(x.argsort(), [4, 1, 2, 3, 0, 5])
    same(x.argsort(descending=True), [0, 5, 3, 1, 2, 4])
    same(x.topk(3).indices, [0, 5, 3])
    same(x.topk(3, largest=False).indices, [4, 1, 2])
    same(lz.tensor([1, 1, 0, 1]).topk(2).indices, [0, 1])
    same(lz.searchsorted(lz.tensor([1.0, 2.0, NAN]), lz.tensor([NAN, 3.0])), [2, 2])
    same(lz.unique(lz.tensor([NAN, 1.0, NAN])), [1, NAN, NAN])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int16", "uint8"])
@pytest.mark.parametrize("length", [255, 256, 5000, 300_000])
def test_long_lines(dtype, length):
    random = np.random.default_rng(length)
    x = random.normal(0, 50, length).astype(dtype) if dtype != "uint8" else random.integers(0, 256, length).astype(dtype)
    same(lz.tensor(x).argsort(), np.argsort(x, kind="stable"))
    same(lz.tensor(x).sort(descending=True).values, np.sort(x)[::-1])
    same(lz.tensor(x).topk(20).values, np.sort(x)[::-1][:20])
    values, inverse, counts = lz.unique(lz.tensor(x), return_inverse=True, return_counts=True)
    want = np.unique(x, return_inverse=True, return_counts=True)
    for got, expected in zip((values, inverse, counts), want):
        same(got, expected)


def test_sizes_from_data_are_counted():
    x = lz.tensor([0.0, 1.0, 2.0])
    for call in (lambda: x.nonzero(), lambda: x.masked_select(x > 0), lambda: lz.unique(x),
                 lambda: lz.one_hot(lz.tensor([1, 2])), lambda: x.repeat_interleave(lz.tensor([1, 0, 2]))):
        before = lz.metrics.counters()["sizes_read"]
        call()
        assert lz.metrics.counters()["sizes_read"] > before
    before = lz.metrics.counters()["sizes_read"]
    x.topk(2), x.sort(), lz.one_hot(lz.tensor([1, 2]), 3), x.masked_scatter(x > 0, x)
    assert lz.metrics.counters()["sizes_read"] == before


def test_tensors_as_indices():
    array = np.arange(24).reshape(2, 3, 4)
    rows, columns, mask = np.array([1, 0, 1]), np.array([3, -1, 0]), array % 5 == 0
    for index in [(rows,), (rows[:, None], columns % 3), (slice(None), slice(0, 2), columns), (mask,), (Ellipsis, columns),
                  (rows, slice(None), columns), (None, rows), (slice(None), mask[0])]:
        ours = tuple(lz.tensor(each) if isinstance(each, np.ndarray) else each for each in index)
        same(lz.tensor(array)[ours if len(ours) > 1 else ours[0]], array[index])
        x, want = lz.tensor(array), array.copy()
        x[ours], want[index] = -7, -7
        same(x, want)
        x[ours] = lz.tensor(array)[ours] * 2
        want[index] = array[index] * 2
        same(x, want)


def test_in_place_forms():
    x = lz.arange(6).view(2, 3)
    rows = x[0:1]
    rows.scatter_(1, lz.tensor([[2]]), lz.tensor([[9]])).index_fill_(1, lz.tensor([0]), 7)
    same(x, [[7, 1, 9], [3, 4, 5]])
    x.tril_(-1)
    same(x, [[0, 0, 0], [3, 0, 0]])
    x.index_put_([lz.tensor([0, 0]), lz.tensor([1, 1])], lz.tensor([2, 3]), accumulate=True)
    same(x, [[0, 5, 0], [3, 0, 0]])
    x.masked_scatter_(x == 0, lz.arange(10, 20))
    same(x, [[10, 5, 11], [3, 12, 13]])


def test_the_last_of_several_for_one_place_stays():
    src = lz.tensor([1.0, 2.0, 3.0]).requires_grad_()
    result = lz.zeros(2).scatter(0, lz.tensor([1, 1, 0]), src)
    same(result.detach(), [3, 2])
    result.sum().backward()
    same(src.grad, [0, 1, 1])


@pytest.mark.parametrize("call", [
    lambda x: x.index_select(0, lz.tensor([3])),
    lambda x: x.take(lz.tensor([-7])),
    lambda x: x.scatter(1, lz.tensor([[5]]), 1),
    lambda x: x.index_add(0, lz.tensor([2]), lz.ones(1, 3)),
    lambda x: x.index([lz.tensor([0]), lz.tensor([3])]),
    lambda x: x.index([lz.tensor([-3]), lz.tensor([1])]),
    lambda x: x.index_put([lz.tensor([1]), lz.tensor([-4])], lz.tensor(1.0)),
    lambda x: x.scatter_reduce(0, lz.tensor([[2]]), lz.ones(1, 1), "amax"),
    lambda x: x.masked_scatter(x == x, lz.ones(5)),
    lambda x: x.masked_scatter(x == x, lz.ones(0)),
    lambda x: lz.one_hot(lz.tensor([0, 4]), 4),
])
def test_an_index_out_of_range_fails_on_the_device(call):
    x = lz.ones(2, 3)
    result = call(x)
    with pytest.raises(lz.DeviceError):
        result.tolist()
    same(x, np.ones((2, 3)))
