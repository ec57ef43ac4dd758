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
