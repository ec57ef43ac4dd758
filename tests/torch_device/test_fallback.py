"""What has no kernel is worked out on the host, and counted by name."""

import os
import subprocess
import sys

import torch

import lazuli_torch


def test_operators_without_a_kernel_work_and_are_counted(compare, counted):
    compare(lambda a: torch.sort(a, 1), torch.tensor([[3.0, 1, 2], [6, 5, 4]]))
    compare(lambda a: a.cumsum(0), torch.ones(3, 2))
    a = torch.ones(3, device="lazuli")
    with counted() as counts:
        assert torch.lgamma(a).tolist() == [0, 0, 0]
    assert counts.fallbacks == {"aten::lgamma.out": 1} or counts.fallbacks == {"aten::lgamma": 1}
    assert counts.kernels == {}


def test_results_written_in_place_come_back(compare):
    compare(lambda a: a.cumsum_(0), torch.ones(3, 2))
    compare(lambda a: a[1:].floor_(), torch.tensor([1.5, 2.5, 3.5]))


def test_random_numbers_are_the_hosts():
    torch.manual_seed(3)
    want = torch.randn(4)
    torch.manual_seed(3)
    assert torch.randn(4, device="lazuli").tolist() == want.tolist()


def test_kernels_can_be_told_to_fall_back(counted):
    a = torch.ones(2, device="lazuli")
    lazuli_torch.set_fallbacks(["aten::add.Tensor"])
    try:
        with counted() as counts:
            assert (a + a).tolist() == [2, 2]
            assert (a * a).tolist() == [1, 1]
    finally:
        lazuli_torch.set_fallbacks([])
    assert counts.fallbacks == {"aten::add.Tensor": 1}
    assert counts.kernels["aten::mul.Tensor"] == 1
    with counted() as counts:
        a + a
    assert counts.fallbacks == {}


def test_the_environment_names_them_too():
    program = """
import torch, lazuli_torch
a = torch.ones(2, device="lazuli")
assert (a * a + a).tolist() == [2, 2]
print(lazuli_torch.fallback_counts())
"""
    environment = dict(os.environ, LAZULI_TORCH_FALLBACK="aten::mm,aten::mul.Tensor")
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "{'aten::mul.Tensor': 1}"
