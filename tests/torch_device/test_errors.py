"""Mistakes are PyTorch's errors, change nothing and end no process."""

import pytest
import torch


def ones(*shape, dtype=torch.float32):
    return torch.ones(shape, dtype=dtype, device="lazuli")


def test_two_devices_are_both_named():
    with pytest.raises(RuntimeError, match=r"aten::add.Tensor: need tensors of one device; got lazuli:0 and cpu"):
        ones(3) + torch.ones(3)
    with pytest.raises(RuntimeError, match=r"got cpu and lazuli:0|need tensors of lazuli:0; got one of cpu"):
        torch.cat([torch.ones(3), ones(3)])


def test_shapes_are_checked_before_anything_is_recorded():
    a, b = ones(2, 3), ones(4, 5)
    with pytest.raises(RuntimeError, match=r"mat1 and mat2 shapes cannot be multiplied \(2x3 and 4x5\)"):
        torch.mm(a, b)
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        a + b
    with pytest.raises(IndexError, match="Dimension out of range"):
        torch.max(a, 2)
    assert a.sum().item() == 6


def test_in_place_keeps_size_and_kind():
    a = ones(3)
    with pytest.raises(RuntimeError, match="shape"):
        a.add_(ones(2, 3))
    whole = ones(3, dtype=torch.int64)
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type"):
        whole.add_(1.5)
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type"):
        torch.add(a, a, out=whole)
    assert a.tolist() == whole.tolist() == [1, 1, 1]


def test_elements_that_are_one_are_not_written():
    a = ones(3, 1)
    for write in (lambda b: b.add_(1), lambda b: b.fill_(2), lambda b: b.copy_(ones(3, 2))):
        with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
            write(a.expand(3, 2))
    assert a.flatten().tolist() == [1, 1, 1]


def test_dtypes_that_lazuli_has_not_are_refused():
    for dtype in (torch.complex64, torch.uint16, torch.float8_e5m2):
        with pytest.raises(NotImplementedError, match="need one of Bool, Byte"):
            torch.empty(2, dtype=dtype, device="lazuli")
    with pytest.raises(NotImplementedError, match="got Complex"):
        ones(2) + 1j


def test_more_dimensions_than_lazuli_has():
    with pytest.raises(ValueError, match="aten::_copy_from: .*8"):
        torch.ones([1] * 9).to("lazuli")


def test_other_devices_layouts_and_memory_are_refused():
    with pytest.raises(RuntimeError, match="need device 0; got lazuli:1"):
        torch.empty(2, device="lazuli:1")
    with pytest.raises(RuntimeError):
        torch.empty(2, device="lazuli", layout=torch.sparse_coo)
