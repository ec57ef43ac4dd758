"""Random operators: ranges, moments, reproducibility; they have no counterpart to be compared with."""

import numpy as np
import pytest
from scipy import stats

import lazuli as lz

COUNT = 100_000


def test_uniform():
    lz.manual_seed(1)
    values = lz.rand(COUNT).numpy()
    assert values.min() >= 0 and values.max() < 1
    assert stats.kstest(values[:20_000], "uniform").pvalue > 1e-3


def test_normal():
    lz.manual_seed(2)
    values = lz.randn(COUNT).numpy()
    assert abs(values.mean()) < 0.02 and abs(values.std() - 1) < 0.02
    assert stats.kstest(values[:20_000], "norm").pvalue > 1e-3


def is_uniform(counts):
    """Whether counts of equally likely outcomes are such."""
    return stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("dtype", ["int64", "int8", "float32", "bfloat16"])
def test_integers_are_equally_likely(dtype):
    lz.manual_seed(3)
    values = lz.randint(-5, 12, (COUNT,), dtype=getattr(lz, dtype)).to(lz.int64).numpy()
    assert is_uniform(np.bincount(values + 5, minlength=17)) and values.min() == -5 and values.max() == 11


def test_integers_of_any_range():
    lz.manual_seed(4)
    values = lz.randint(-(2**63), 2**63 - 1, (COUNT,)).numpy()
    assert stats.kstest(values[:20_000] / 2.0**64 + 0.5, "uniform").pvalue > 1e-3
    assert set(lz.randint(2, (100,), dtype=lz.bool).tolist()) == {False, True}
    assert lz.randint(7, 8, (3,)).tolist() == [7, 7, 7] and lz.randint(3, (0, 2)).shape == (0, 2)
    assert lz.randint_like(lz.zeros(4), 9).dtype is lz.float32
    for bad in [lambda: lz.randint(3, 3, (1,)), lambda: lz.randint(300, (1,), dtype=lz.uint8), lambda: lz.randint(3, (-1,))]:
        with pytest.raises(ValueError, match="randint: need"):
            bad()


def test_orders_are_equally_likely():
    lz.manual_seed(5)
    counts = {}
    for _ in range(6000):
        order = tuple(lz.randperm(4).tolist())
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 24 and is_uniform(list(counts.values()))
    large = lz.randperm(5001, dtype=lz.int32)
    assert large.dtype is lz.int32 and sorted(large.tolist()) == list(range(5001))
    assert lz.randperm(0).shape == (0,) and lz.randperm(1).tolist() == [0]
    places = lz.randperm(COUNT).numpy()
    assert abs(np.corrcoef(places, np.arange(COUNT))[0, 1]) < 0.02


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_multinomial_with_replacement(dtype):
    lz.manual_seed(6)
    weights = lz.tensor([[1, 0, 3, 4], [5, 5, 0, 0]]).to(getattr(lz, dtype))
    drawn = lz.multinomial(weights, 20_000, replacement=True)
    assert drawn.shape == (2, 20_000) and drawn.dtype is lz.int64
    counts = [np.bincount(row, minlength=4) for row in drawn.numpy()]
    assert counts[0][1] == 0 and counts[1][2:].tolist() == [0, 0]
    assert stats.chisquare(counts[0][[0, 2, 3]], np.array([1, 3, 4]) * 2500).pvalue > 1e-3
    assert is_uniform(counts[1][:2])


def test_multinomial_without_replacement():
    """The first place by weight, the second by the weights that are left."""
    lz.manual_seed(7)
    weights = np.array([1.0, 2.0, 3.0, 0.0, 4.0])
    drawn = lz.multinomial(lz.tensor(np.tile(weights, (20_000, 1))), 2).numpy()
    assert np.all(drawn[:, 0] != drawn[:, 1]) and not np.any(drawn == 3)
    pairs = [(i, j) for i in range(5) for j in range(5) if i != j and weights[i] * weights[j] > 0]
    want = [weights[i] / 10 * weights[j] / (10 - weights[i]) for i, j in pairs]
    counts = [np.sum((drawn[:, 0] == i) & (drawn[:, 1] == j)) for i, j in pairs]
    assert stats.chisquare(counts, np.array(want) * 20_000).pvalue > 1e-3
    assert sorted(lz.multinomial(lz.ones(100), 100).tolist()) == list(range(100))


def test_multinomial_refuses():
    for bad in [lambda: lz.multinomial(lz.ones(3), 4), lambda: lz.multinomial(lz.ones(3), 0),
                lambda: lz.multinomial(lz.ones(2, 2, 2), 1)]:
        with pytest.raises(ValueError, match="multinomial: need"):
            bad()
    with pytest.raises(TypeError):
        lz.multinomial(lz.tensor([1, 2]), 1)
    for weights, count in [([1.0, -1.0], 1), ([np.nan, 1.0], 1), ([np.inf, 1.0], 1), ([0.0, 0.0], 1), ([1.0, 0.0], 2)]:
        with pytest.raises(RuntimeError, match="multinomial .*need finite weights of at least 0"):
            lz.multinomial(lz.tensor(weights), count).tolist()


def test_bernoulli():
    lz.manual_seed(8)
    p = lz.linspace(0, 1, 5).expand(20_000, 5)
    drawn = lz.bernoulli(p)
    assert drawn.dtype is lz.float32 and set(np.unique(drawn.numpy())) == {0, 1}
    means = drawn.numpy().mean(0)
    assert means[0] == 0 and means[4] == 1 and np.all(np.abs(means - np.linspace(0, 1, 5)) < 0.02)
    assert abs(lz.zeros(COUNT, dtype=lz.int32).bernoulli_(0.3).to(lz.float32).mean().item() - 0.3) < 0.01
    assert abs(lz.zeros(COUNT).bernoulli_(lz.tensor(0.7)).mean().item() - 0.7) < 0.01
    assert lz.bernoulli(lz.zeros(3), 1.0).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="need p from 0 to 1"):
        lz.zeros(2).bernoulli_(1.5)


def test_normal_with_mean_and_deviation():
    lz.manual_seed(9)
    for values in [lz.normal(lz.full((COUNT,), 3.0), 2.0), lz.normal(3.0, lz.full((COUNT,), 2.0)),
                   lz.normal(lz.full((COUNT,), 3.0), lz.tensor(2.0)), lz.normal(3.0, 2.0, (COUNT,)),
                   lz.zeros(COUNT).normal_(3, 2), lz.randn_like(lz.zeros(COUNT)) * 2 + 3]:
        assert stats.kstest(values.numpy()[:20_000], "norm", (3, 2)).pvalue > 1e-3
    mean = lz.zeros(3).requires_grad_()
    assert not lz.normal(mean, 1.0).requires_grad
    with pytest.raises(ValueError, match="need std of at least 0"):
        lz.normal(0.0, -1.0, (2,))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_uniform_in_place(dtype):
    lz.manual_seed(10)
    x = lz.zeros(COUNT, 2, dtype=getattr(lz, dtype))
    x[:, 0].uniform_(-2, 3)
    values = x.to(lz.float64).numpy()
    assert values[:, 1].max() == 0 and values.min() >= -2 and values.max() <= 3
    assert stats.kstest(values[:20_000, 0], "uniform", (-2, 5)).pvalue > 1e-3
    with pytest.raises(ValueError, match="uniform_: need from at most to"):
        x.uniform_(1, 0)


DRAWS = {
    "randint": lambda: lz.randint(1000, (40_001,)),
    "randperm": lambda: lz.randperm(30_001),
    "multinomial": lambda: lz.multinomial(lz.ones(50, 77), 33),
    "normal_": lambda: lz.zeros(40_001).normal_(),
    "uniform_": lambda: lz.zeros(40_001).uniform_(2, 3),
    "bernoulli": lambda: lz.bernoulli(lz.full((40_001,), 0.5)),
}


@pytest.mark.parametrize("name", DRAWS)
def test_draws_do_not_depend_on_threads_or_cuts(name):
    before = lz.get_num_threads()
    results = []
    for threads, cuts in [(1, False), (3, True), (2, False)]:
        lz.set_num_threads(threads)
        lz.manual_seed(11)
        first = DRAWS[name]()
        if cuts:
            lz.eval()
        results.append((first.numpy(), DRAWS[name]().numpy()))
    lz.set_num_threads(before)
    for other in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0], other))
    assert not np.array_equal(*results[0])


@pytest.mark.parametrize("make", [lz.rand, lz.randn])
def test_follows_the_seed(make):
    lz.manual_seed(7)
    first, second = make(5, 3), make((5, 3))
    lz.manual_seed(7)
    assert np.array_equal(make(5, 3).numpy(), first.numpy())
    assert not np.array_equal(first.numpy(), second.numpy())
    assert make(0, 2).shape == (0, 2) and make(()).shape == ()
    assert first.dtype is lz.float32
    with pytest.raises(TypeError):
        make(3, dtype=lz.int64)
    with pytest.raises(ValueError):
        make(-1)
