"""The class Tensor: data in and out, numbers, text, attributes, autograd."""

import copy
import pickle

import numpy as np
import pytest

import lazuli as lz
from operands import DTYPES, FLOATS, INTEGERS


def test_takes_numbers_and_lists():
    assert lz.tensor(2).dtype is lz.int64
    assert lz.tensor(2.5).dtype is lz.float32
    assert lz.tensor(True).dtype is lz.bool
    assert lz.tensor([1, 2.5]).dtype is lz.float32
    assert lz.tensor([True, 2]).tolist() == [1, 2]
    assert lz.tensor([[1, 2], (3, 4)]).tolist() == [[1, 2], [3, 4]]
    assert lz.tensor([]).shape == (0,) and lz.tensor([]).dtype is lz.float32
    assert lz.tensor([[], []]).shape == (2, 0)
    assert lz.tensor([lz.tensor(1.5), 2]).tolist() == [1.5, 2.0]
    assert lz.tensor([np.arange(2), np.arange(2)]).shape == (2, 2)
    assert lz.tensor([1, 0], dtype=bool).tolist() == [True, False]
    assert lz.tensor(2**63 - 1).item() == 2**63 - 1
    for dtype in DTYPES.values():
        assert lz.tensor([0, 1], dtype=dtype).dtype is dtype


@pytest.mark.parametrize("data", [[[1, 2], [3]], [1, [2]], [[1], 2], [[], [1]], [[1], []], 2**63])
def test_refuses_what_is_no_tensor(data):
    with pytest.raises(ValueError, match=r"test_tensor.py:\d+\)$"):
        lz.tensor(data)


@pytest.mark.parametrize("data", ["a", None, {1: 2}, object(), 1j, ["a"]])
def test_refuses_what_holds_no_numbers(data):
    with pytest.raises(TypeError):
        lz.tensor(data)


@pytest.mark.parametrize("name", [name for name in DTYPES if name != "bfloat16"])
def test_arrays_come_and_go_unchanged(name):
    array = np.arange(24).reshape(2, 3, 4).astype(name)
    for view in (array, array.T, array[::-1, ::2], array[:, 1:2], array[0, 0, 0], np.broadcast_to(array, (2, 2, 3, 4)), array[:0]):
        tensor = lz.tensor(view)
        assert tensor.dtype.name == name and tensor.shape == view.shape
        assert np.array_equal(tensor.numpy(), view) and tensor.numpy().dtype == view.dtype
        assert tensor.tolist() == view.tolist()
        assert np.array_equal(np.asarray(tensor), view)
    tensor = lz.tensor(array)
    array[:] = 0
    assert tensor.sum().item() != 0  # a copy


def test_casts_arrays():
    assert lz.tensor(np.array([1.5, -2.5], np.float64), dtype=lz.float32).tolist() == [1.5, -2.5]
    assert lz.tensor(np.array([1.5, -2.5], np.float32), dtype="int64").tolist() == [1, -2]
    assert lz.tensor(np.array([1, 2], ">i4"), dtype=np.float32).tolist() == [1, 2]
    with pytest.raises(TypeError, match="complex128"):
        lz.tensor(np.zeros(2, complex))
    assert lz.tensor(memoryview(np.arange(3))).tolist() == [0, 1, 2]


def test_copies_tensors():
    x = lz.tensor([1.0, 2.0], requires_grad=True)
    y = lz.tensor(x)
    assert not y.requires_grad and not y.is_same(x)
    y.fill_(0)
    assert x.tolist() == [1, 2] and lz.tensor(x, dtype=lz.int64).tolist() == [1, 2]


def test_numpy_shows_a_snapshot():
    x = lz.tensor([1.0, 2.0])
    array = x.numpy()
    assert not array.flags.writeable
    x.add_(1)
    lz.eval()
    assert array.tolist() == [1, 2] and x.tolist() == [2, 3]
    with pytest.raises(ValueError, match="detach"):
        lz.tensor([1.0], requires_grad=True).numpy()
    assert lz.ones(2, 3).T.numpy().shape == (3, 2) and x[1:].numpy().tolist() == [3]
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    assert np.array(x).flags.writeable


def test_dlpack_in_both_directions():
    x = lz.tensor([[1.0, 2.0], [3.0, 4.0]])
    for view in (x, x.T, x[1]):
        assert np.from_dlpack(view).tolist() == view.tolist()
    assert x.__dlpack_device__() == (1, 0)
    array = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    y = lz.from_dlpack(array)
    y.mul_(2)
    assert array.tolist() == [[0, 2, 4], [6, 8, 10]]
    assert lz.from_dlpack(lz.from_numpy(array)).tolist() == array.tolist()
    with pytest.raises(ValueError, match="read-only"):
        lz.from_dlpack(x)
    with pytest.raises(TypeError, match="need an array"):
        lz.from_dlpack([1, 2])


def test_numbers():
    x = lz.tensor([2.5])
    assert float(x) == 2.5 and int(x) == 2 and bool(x) and x.item() == 2.5
    assert [10, 20, 30][lz.tensor(1)] == 20 and range(5)[lz.tensor(-1)] == 4
    assert f"{x[0]:.3f}" == "2.500" and f"{x[0]}" == repr(x[0])
    assert isinstance(lz.tensor(True).item(), bool) and isinstance(lz.tensor(3).item(), int)
    with pytest.raises(ValueError, match="need one element"):
        bool(lz.ones(2))
    with pytest.raises(TypeError):
        range(3)[lz.tensor(1.0)]


def test_sequence():
    x = lz.tensor([[1, 2], [3, 4], [5, 6]])
    assert len(x) == 3 and [row.tolist() for row in x] == [[1, 2], [3, 4], [5, 6]]
    a, b, c = x
    assert c.tolist() == [5, 6] and 4 in x and 7 not in x and "a" not in x
    with pytest.raises(TypeError, match="dimension"):
        len(lz.tensor(1))
    with pytest.raises(TypeError, match="dimension"):
        list(lz.tensor(1))


def test_weak_numbers():
    for name in FLOATS:
        assert (lz.ones(2, dtype=name) * 2.5).dtype.name == name
        assert (lz.ones(2, dtype=name) + np.float64(1)).dtype.name == name
    for name in INTEGERS:
        assert (lz.ones(2, dtype=name) + 2).dtype.name == name
        assert (lz.ones(2, dtype=name) + 2.5).dtype is lz.float32
    assert (lz.ones(2, dtype="bool") + 2).dtype is lz.int64
    x = lz.tensor([1.0, 2.0])
    assert (3 - x).tolist() == [2, 1] and (4 / x).tolist() == [4, 2] and (2 < x).tolist() == [False, False]
    with pytest.raises(ValueError, match="64 bits"):
        x + 2**70


def test_meets_arrays():
    x = lz.tensor([1.0, 2.0])
    assert isinstance(x + np.ones(2), np.ndarray) and (x + np.ones(2)).tolist() == [2, 3]
    assert isinstance(np.ones(2) * x, np.ndarray)
    assert np.exp(lz.zeros(2)).tolist() == [1, 1]


def test_text():
    assert repr(lz.tensor([1.0, 2.5])) == "tensor([1.0000, 2.5000], f32[2])"
    assert str(lz.tensor(3)) == "tensor(3, i64[])"
    assert repr(lz.float32) == "lazuli.float32"


def test_attributes():
    x = lz.ones(2, 3, dtype=lz.int64)
    assert (x.shape, x.size(), x.size(-1), x.ndim, x.dim(), x.numel()) == ((2, 3), (2, 3), 3, 2, 2, 6)
    assert (x.itemsize, x.element_size(), x.nbytes, x.stride(), x.stride(1)) == (8, 8, 48, (3, 1), 1)
    assert x.T.shape == (3, 2) and x.mT.stride() == (1, 3) and not x.T.is_contiguous() and x.is_contiguous()
    assert lz.ones(2, 3, 4).T.shape == (4, 3, 2) and lz.ones(2, 3, 4).mT.shape == (2, 4, 3)
    assert x.float().dtype is lz.float32 and x.bool().dtype is lz.bool and x.long().is_same(x)
    assert not x.is_floating_point() and lz.float32.is_floating_point and lz.int64.itemsize == 8
    assert lz.zeros_like(x).tolist() == [[0] * 3] * 2 and lz.full_like(x, 7).dtype is lz.int64
    assert hash(x) == hash(x) and {x: 1}[x] == 1


def test_dtypes_by_other_names():
    for dtype in (lz.float32, float, "float32", np.float32, np.dtype("float32")):
        assert lz.zeros(1, dtype=dtype).dtype is lz.float32
    assert lz.zeros(1, dtype=int).dtype is lz.int64 and lz.zeros(1, dtype=np.bool_).dtype is lz.bool
    for wrong in ("f32", np.complex64, str, 3, np.dtype("complex64")):
        with pytest.raises(TypeError):
            lz.zeros(1, dtype=wrong)
    with pytest.raises(TypeError, match="one of bool"):
        lz.tensor(1, dtype="float31")


def test_copies_and_pickles():
    x = lz.tensor([[1.5, 2.5]], requires_grad=True)
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.tolist() == x.tolist() and y.requires_grad and y.dtype is x.dtype and not y.is_same(x)
    assert copy.copy(x).is_same(x)
    assert pickle.loads(pickle.dumps(lz.int64)) is lz.int64
    with pytest.raises(ValueError, match="deepcopy"):
        copy.deepcopy(x * 2)


def test_gradients():
    x = lz.tensor([1.0, 2.0], requires_grad=True)
    assert x.grad is None and x.is_leaf
    y = (x * x).sum()
    assert y.requires_grad and not y.is_leaf
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4, 8]
    x.grad = None
    assert x.grad is None
    x.grad = lz.ones(2)
    (x * 3).backward(lz.tensor([1.0, 2.0]))
    assert x.grad.tolist() == [4, 7]
    assert not x.detach().requires_grad and x.detach().tolist() == [1, 2]
    z = lz.zeros(2).requires_grad_()
    z.requires_grad = False
    assert not z.requires_grad
    with pytest.raises(TypeError):
        lz.zeros(2, dtype=int).requires_grad_()
    with pytest.raises(ValueError, match="scalar outputs"):
        (x * 2).backward()


def test_gradients_as_results():
    x = lz.tensor([3.0], requires_grad=True)
    unused = lz.tensor([1.0], requires_grad=True)
    first, nothing = lz.grad((x * x * x).sum(), [x, unused], create_graph=True)
    assert first.tolist() == [27] and nothing is None
    assert lz.grad(first.sum(), x)[0].tolist() == [18]
    with pytest.raises(TypeError, match="need a Tensor"):
        lz.grad(3, x)


def test_no_grad():
    x = lz.tensor([1.0], requires_grad=True)
    with lz.no_grad():
        assert not lz.is_grad_enabled() and not (x * 2).requires_grad
        with lz.no_grad():
            pass
        assert not lz.is_grad_enabled()
    with pytest.raises(KeyError):
        with lz.no_grad():
            raise KeyError
    assert lz.is_grad_enabled()

    @lz.no_grad()
    def double(value, *, times=2):
        """Doubles."""
        return value * times

    assert not double(x).requires_grad and double(x, times=3).item() == 3
    assert double.__name__ == "double" and lz.is_grad_enabled()


def test_runs():
    before = lz.metrics.counters()
    x = (lz.ones(4) + 1).exp()
    lz.eval()
    assert lz.metrics.counters()["evaluations"] > before["evaluations"]
    assert x.tolist() == pytest.approx([np.exp(2)] * 4)
    lz.manual_seed(3)
    first = lz.rand(4).tolist()
    lz.manual_seed(3)
    assert lz.rand(4).tolist() == first
    threads = lz.get_num_threads()
    lz.set_num_threads(1)
    assert lz.get_num_threads() == 1
    lz.set_num_threads(threads)
    with pytest.raises(ValueError):
        lz.set_num_threads(0)
    assert "evaluations" in lz.metrics.report()
