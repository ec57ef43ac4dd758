"""x[...] and x[...] = value against NumPy."""

import numpy as np
import pytest

import lazuli as lz

INDICES = [
    0, -1, np.int64(1), slice(None), slice(1, 3), slice(-2, None), slice(2, 1), slice(None, 100), ..., None,
    (0, 1), (slice(None), 1), (..., 0), (..., None), (None, 0), (0, ..., 1), (slice(1), slice(2, 4), 0), (1, None, slice(3)),
    slice(None, None, 2), slice(1, None, 2), (slice(None), slice(-3, None, 2)), (..., slice(None, None, 5)), slice(2, 0, 3),
    (0, 0, 0), (..., slice(1, 2), None), (None, ..., None), (), (slice(None), slice(None), slice(None), ...),
]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_views(index):
    array = np.arange(24).reshape(3, 4, 2)
    x = lz.tensor(array)
    view = x[index]
    assert view.tolist() == array[index].tolist() and view.shape == array[index].shape
    view.add_(100)  # they share memory
    array[index] += 100
    assert x.tolist() == array.tolist()
    x[index] = 7
    array[index] = 7
    assert x.tolist() == array.tolist()


def test_assigns_tensors():
    x = lz.zeros(3, 4)
    x[1] = lz.tensor([1.0, 2.0, 3.0, 4.0])
    x[:, 0] = lz.tensor([5])
    x[2, 1:3] += 2
    assert x.tolist() == [[5, 0, 0, 0], [5, 2, 3, 4], [5, 2, 2, 0]]


def test_indices_of_tensors():
    x = lz.tensor([1, 2, 3])
    assert x[lz.tensor(2)].item() == 3 and x[lz.tensor([1])].item() == 2


def test_gradients_through_indices():
    x = lz.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    (x[1] * x[:, 0]).sum().backward()
    assert x.grad.tolist() == [[3, 0], [5, 3]]


@pytest.mark.parametrize("index, error", [
    (3, IndexError), (-4, IndexError), ((0, 0, 0, 0), IndexError), ((..., ...), IndexError), (1.5, TypeError), ("a", TypeError),
    (slice(None, None, -1), ValueError), (slice(0.5), TypeError), ([0, 1], TypeError),
    (True, TypeError), (slice(None, None, 0), ValueError), ((None,) * 9, ValueError)])
def test_refuses(index, error):
    x = lz.ones(3, 4, 2)
    with pytest.raises(error):
        x[index]
    with pytest.raises(error):
        x[index] = 1


def test_refuses_values():
    x = lz.ones(3)
    with pytest.raises(TypeError, match="need a Tensor or a number"):
        x[0] = "a"
    with pytest.raises(ValueError):
        x[0:2] = lz.ones(3)
    with pytest.raises(TypeError, match="deleted"):
        del x[0]
    assert x.tolist() == [1, 1, 1]
