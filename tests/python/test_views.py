"""Views share memory: what is written through one is seen by its base and by every other."""

import numpy as np
import pytest

import lazuli as lz

# A view of [4, 6] elements, in Lazuli and in NumPy.
VIEWS = {
    "slice": (lambda x: x.slice(1, 1, None, 2), lambda a: a[:, 1::2]),
    "slice of rows": (lambda x: x[::3], lambda a: a[::3]),
    "diagonal": (lambda x: x.diagonal(1), lambda a: a.reshape(-1)[1:29:7][:4]),
    "diagonal of the transpose": (lambda x: x.t().diagonal(-2), lambda a: a.reshape(-1)[2:24:7]),
    "as_strided": (lambda x: x.as_strided((2, 3), (12, 2), 1), lambda a: a.reshape(2, 12)[:, 1:7:2]),
    "as_strided of a view": (lambda x: x[1:].as_strided((3, 2), (1, 6)), lambda a: a[1:3, :3].T),
    "slice of a slice": (lambda x: x[::2][:, ::3], lambda a: a[::2, ::3]),
    "transposed slice": (lambda x: x[:, ::2].t()[::2], lambda a: a[:, ::2].T[::2]),
    "reshaped": (lambda x: x.view(2, 12)[:, ::4], lambda a: a.reshape(2, 12)[:, ::4]),
    "swapaxes": (lambda x: x.swapaxes(0, 1)[2], lambda a: a.T[2]),
    "movedim": (lambda x: x.view(2, 2, 6).movedim(0, -1)[1], lambda a: np.moveaxis(a.reshape(2, 2, 6), 0, -1)[1]),
    "squeeze": (lambda x: x[1:2].squeeze(), lambda a: a[1]),
    "flatten": (lambda x: x.flatten()[5:9], lambda a: a.reshape(-1)[5:9]),
    "unflatten": (lambda x: x.unflatten(1, (2, 3))[:, 1], lambda a: a[:, 3:]),
    "split": (lambda x: x.split(4, 1)[1], lambda a: a[:, 4:]),
    "split_with_sizes": (lambda x: x.split_with_sizes((1, 3))[1], lambda a: a[1:]),
    "chunk": (lambda x: x.chunk(2)[0], lambda a: a[:2]),
    "unbind": (lambda x: x.unbind(1)[3], lambda a: a[:, 3]),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("evaluated", [False, True])
@pytest.mark.parametrize("borrowed", [False, True])
def test_writes_reach_base_and_aliases(name, evaluated, borrowed):
    view, numpy_view = VIEWS[name]
    array = np.arange(24, dtype=np.float32).reshape(4, 6)
    want = array.copy()
    x = lz.from_numpy(array) if borrowed else lz.tensor(array)
    alias = x.view(24)
    if evaluated:
        lz.eval()
    part, mirror = view(x), numpy_view(want)
    assert np.shares_memory(mirror, want)
    assert part.shape == mirror.shape and np.array_equal(part.numpy(), mirror)
    part.mul_(10)  # through the view
    mirror *= 10
    assert np.array_equal(x.numpy(), want) and np.array_equal(alias.numpy(), want.reshape(-1))
    assert np.array_equal(part.numpy(), mirror)
    alias.add_(1)  # beneath it
    want += 1
    assert np.array_equal(part.numpy(), mirror)
    part.fill_(-3)
    mirror[...] = -3
    assert np.array_equal(x.numpy(), want)
    if borrowed:
        assert np.array_equal(array, want)


@pytest.mark.parametrize("name", VIEWS)
def test_gradients_of_writes(name):
    """y[view] *= w: the gradient is w there and 1 elsewhere; that of w is what was there."""
    view, numpy_view = VIEWS[name]
    array = np.arange(24, dtype=np.float32).reshape(4, 6)
    x = lz.tensor(array, requires_grad=True)
    y = x * 1
    part = view(y)
    w = lz.full(part.shape, 3.0).requires_grad_()
    part.mul_(w)
    y.sum().backward()
    want = np.ones_like(array)
    numpy_view(want)[...] = 3
    assert np.array_equal(x.grad.numpy(), want)
    assert np.array_equal(w.grad.numpy(), numpy_view(array))


def test_overlapping_views_are_not_written():
    x = lz.zeros(6)
    windows = x.as_strided((4, 3), (1, 1))
    with pytest.raises(ValueError, match="single memory location"):
        windows.add_(1)
    x[2] = 5
    assert windows.tolist() == [[0, 0, 5], [0, 5, 0], [5, 0, 0], [0, 0, 0]]


def test_gradients_of_overlapping_views_add_up():
    x = lz.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    (x.as_strided((3, 2), (1, 1)) * lz.tensor([[1.0, 2.0]])).sum().backward()
    assert x.grad.tolist() == [1, 3, 3, 2]


def test_as_strided_of_what_is_detached():
    x = lz.ones(6).requires_grad_()
    assert not x.detach()[2:].as_strided((2,), (3,)).requires_grad
    leaf = (x * 2)[3:].detach().requires_grad_()
    with pytest.raises(ValueError, match="as_strided: need gradients of whole memory"):
        leaf.as_strided((2,), (1,))
    y = x * 1
    y.detach().as_strided((2,), (2,)).zero_()
    assert y.tolist() == [0, 1, 0, 1, 1, 1]


def test_clone_is_apart():
    array = np.ones(3, np.float32)
    x = lz.from_numpy(array)
    copy = x.clone()
    x.add_(1)
    array[0] = 7
    assert copy.tolist() == [1, 1, 1]
    y = lz.zeros(3)
    y.copy_(x)
    array[1] = 8
    assert y.tolist() == [7, 2, 2]
    copy.zero_()
    assert x.tolist() == [7, 8, 2]
    y = lz.arange(6).view(2, 3)
    assert y.contiguous() is not None and y.t().contiguous().is_contiguous() and y.t().contiguous().tolist() == y.t().tolist()
    assert y.clone().add_(1).tolist() != y.tolist()


def test_lists_of_views_are_tuples():
    parts = lz.arange(5).split(2)
    assert isinstance(parts, tuple) and [each.tolist() for each in parts] == [[0, 1], [2, 3], [4]]
    first, second = lz.arange(4).chunk(2)
    first.add_(second)
    assert first.tolist() == [2, 4]
