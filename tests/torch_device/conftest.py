"""What all tests of the device share: the same call on the host and on the device, and what was counted meanwhile."""

import contextlib

import pytest
import torch

import lazuli_torch


def move(value, device):
    """Tensors, also in lists, on another device."""
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, (list, tuple)):
        return type(value)(move(each, device) for each in value)
    return value


def tensors_of(result):
    return list(result) if isinstance(result, (list, tuple)) else [result]


def assert_same(got, want, **tolerance):
    """The device's tensor has the host's values, dtype, sizes and strides."""
    assert got.device.type == "lazuli"
    assert (got.dtype, got.shape, got.stride()) == (want.dtype, want.shape, want.stride())
    torch.testing.assert_close(got.cpu(), want, equal_nan=True, **tolerance)


@pytest.fixture
def compare():
    """compare(f, operands...): f gives the same on both devices. Afterwards its operands are the same, too."""

    def call(function, *operands, **tolerance):
        host = [each.clone() if isinstance(each, torch.Tensor) else each for each in operands]
        there = move(host, "lazuli")
        want, got = function(*host), function(*there)
        for ours, theirs in zip(tensors_of(got), tensors_of(want), strict=True):
            assert_same(ours, theirs, **tolerance)
        for ours, theirs in zip(there, host):
            if isinstance(ours, torch.Tensor):
                assert_same(ours, theirs, **tolerance)

    return call


@pytest.fixture
def counted():
    """with counted() as counts: counts.kernels and counts.fallbacks afterwards, by operator."""

    class Counts:
        kernels: dict
        fallbacks: dict

    @contextlib.contextmanager
    def watch():
        counts = Counts()
        lazuli_torch.reset_counts()
        yield counts
        counts.kernels = lazuli_torch.kernel_counts()
        counts.fallbacks = lazuli_torch.fallback_counts()

    return watch
