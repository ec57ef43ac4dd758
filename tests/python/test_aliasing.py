"""Memory that two names share: borrowed arrays, views, in-place writes."""

import numpy as np
import pytest

import lazuli as lz


def test_borrowed_memory_is_the_arrays():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    x = lz.from_numpy(array)
    x.add_(1)
    assert array.tolist() == [[1, 2, 3], [4, 5, 6]]  # before anything is read
    x[0] = 9
    x[1, 1:].mul_(2)
    assert array.tolist() == [[9, 9, 9], [4, 10, 12]]
    array[0, 0] = -1
    assert x[0, 0].item() == -1 and x.tolist()[0][0] == -1


def test_operations_see_the_array_as_it_was_at_the_call():
    array = np.ones(1000, dtype=np.float32)
    x = lz.from_numpy(array)
    y = x + 1
    array[:] = 50
    z = x + 1
    array[:] = 0
    assert y.sum().item() == 2000 and z.sum().item() == 51000


def test_borrowed_memory_is_exported_as_it_is():
    array = np.zeros(3, dtype=np.float32)
    shown = lz.from_numpy(array).numpy()
    assert shown.flags.writeable and np.shares_memory(shown, array)
    shown[0] = 4
    assert array[0] == 4


@pytest.mark.parametrize("view", [lambda a: a.T, lambda a: a[::2], lambda a: a[:, 1::2], lambda a: a[1], lambda a: a[:0]])
def test_borrows_any_strides(view):
    array = np.arange(24, dtype=np.float32).reshape(4, 6)
    want = array.copy()
    x = lz.from_numpy(view(array))
    assert x.tolist() == view(want).tolist()
    x.mul_(3)
    view(want)[...] *= 3
    assert array.tolist() == want.tolist()


def test_refuses_to_borrow():
    frozen = np.zeros(3, np.float32)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="writable"):
        lz.from_numpy(frozen)
    with pytest.raises(ValueError, match="strides"):
        lz.from_numpy(np.zeros(3, np.float32)[::-1])
    with pytest.raises(TypeError, match="need an array"):
        lz.from_numpy([1, 2])
    with pytest.raises(TypeError, match="complex64"):
        lz.from_numpy(np.zeros(3, np.complex64))


def test_a_borrowed_array_is_never_written_by_donation():
    array = np.ones(4096, dtype=np.float32)
    x = lz.from_numpy(array)
    for _ in range(20):
        x = x * 2 + 1
    lz.eval()
    x.tolist()
    assert (array == 1).all()


def test_an_exported_snapshot_is_never_written():
    x = lz.ones(4096)
    arrays = []
    for step in range(20):
        x.add_(1)
        arrays.append(x.numpy())
    assert [array[7] for array in arrays] == list(range(2, 22))


def test_views_share_memory():
    x = lz.zeros(2, 3)
    flat, row, column = x.view(6), x[1], x.T[2]
    row += 1
    column *= 5
    assert flat.tolist() == [0, 0, 0, 1, 1, 5]
    assert x.detach()[1, 2].item() == 5


def test_in_place_gives_the_same_object():
    x = lz.ones(2)
    y = x
    assert x.add_(1) is x and x.exp_() is x
    x += 1
    x /= 2
    assert x is y
    x = x + 1
    assert x is not y


def test_in_place_refusals():
    x = lz.ones(2).requires_grad_()
    with pytest.raises(ValueError, match="leaf"):
        x += 1
    with pytest.raises(TypeError, match="cast to i64"):
        y = lz.ones(2, dtype=int)
        y += 0.5
    with pytest.raises(ValueError, match="shape of self"):
        lz.ones(2).add_(lz.ones(2, 2))
    with pytest.raises(ValueError, match="more than one element"):
        lz.ones(1).expand(3).add_(1)
