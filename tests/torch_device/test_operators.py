"""Every kernel shape of the generated device against the host: values, dtypes, sizes, strides."""

import pytest
import torch

REAL = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16,
        torch.float32, torch.float64]


def numbers(*shape, dtype=torch.float32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(shape, generator=generator) * 4
    return (values > 0) if dtype == torch.bool else values.abs().to(dtype) if dtype == torch.uint8 else values.to(dtype)


@pytest.mark.parametrize("left", REAL)
@pytest.mark.parametrize("right", REAL)
def test_add_promotes_as_on_the_host(compare, left, right):
    compare(lambda a, b: a + b, numbers(2, 3, dtype=left), numbers(3, dtype=right, seed=1), rtol=0, atol=0)


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("number", [True, 3, 2.5, -1e-3])
@pytest.mark.parametrize("shape", [(2, 3), ()])
def test_numbers_are_weak(compare, dtype, number, shape):
    compare(lambda a: a + number, numbers(*shape, dtype=dtype))
    compare(lambda a: number * a, numbers(*shape, dtype=dtype))


def test_a_number_compares_in_the_tensors_dtype(compare):
    tenth = torch.tensor([0.1, 0.2], dtype=torch.float64)
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        compare(lambda a: a == 0.1, tenth.to(dtype))
        compare(lambda a: a > 0.1, tenth.to(dtype))


def test_host_tensors_without_dimensions_go_along():
    for host in (torch.tensor(3), torch.tensor(2.5), torch.tensor(2.5, dtype=torch.float64), torch.tensor(True)):
        for dtype in (torch.int8, torch.float16, torch.float32):
            want = numbers(3, dtype=dtype) + host
            got = numbers(3, dtype=dtype).to("lazuli") + host
            assert got.dtype == want.dtype
            torch.testing.assert_close(got.cpu(), want)


def test_fractions_of_the_device_without_dimensions_give_way(compare):
    compare(lambda a, b: a * b, numbers(3), torch.tensor(0.1, dtype=torch.float64))
    compare(lambda a, b: a == b, torch.tensor([0.1, 1.0]), torch.tensor(0.1, dtype=torch.float64))


@pytest.mark.parametrize("alpha", [1, 0.5, -2])
def test_add_scales(compare, alpha):
    compare(lambda a, b: torch.add(a, b, alpha=alpha), numbers(2, 3), numbers(2, 1, seed=1))
    compare(lambda a, b: torch.sub(a, b, alpha=alpha), numbers(2, 3), numbers(3, seed=1))


@pytest.mark.parametrize("function", [torch.relu, torch.exp, torch.tanh, torch.neg])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_of_each_element(compare, function, dtype):
    compare(function, numbers(4, 5, dtype=dtype) / 4)
    compare(function, numbers(0, 5, dtype=dtype))
    compare(function, numbers(dtype=dtype))


def test_products(compare):
    compare(torch.mm, numbers(3, 4), numbers(4, 5))
    compare(torch.mm, numbers(3, 0), numbers(0, 5))
    compare(lambda a, b: a.t() @ b.t(), numbers(4, 3), numbers(5, 4))
    compare(lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), numbers(5), numbers(3, 4), numbers(4, 5))


def test_several_results(compare):
    compare(lambda a: tuple(torch.max(a, 1)), numbers(3, 4))
    compare(lambda a: tuple(a.max(0, keepdim=True)), numbers(3, 4, dtype=torch.int32))


def test_lists(compare):
    compare(lambda a, b: torch.cat([a, b]), numbers(2, 3), numbers(1, 3))
    compare(lambda a, b: torch.cat([a, b], -1), numbers(2, 3), numbers(2, 1, dtype=torch.int64))


def test_sums(compare):
    compare(torch.sum, numbers(3, 4))
    compare(lambda a: a.sum((0, -1), True), numbers(3, 4, 2))
    compare(lambda a: a.sum(1), numbers(3, 4, dtype=torch.int32))
    compare(lambda a: a.sum(1, dtype=torch.float64), numbers(3, 4, dtype=torch.int32))
    compare(torch.mean, numbers(3, 4))


def test_optional_numbers(compare):
    compare(lambda a: a.clamp(-1, 1.5), numbers(3, 4))
    compare(lambda a: a.clamp(min=0), numbers(3, 4))
    compare(lambda a: a.clamp(max=2), numbers(3, 4, dtype=torch.int32))


def test_choices(compare):
    compare(lambda a, b: torch.where(a > b, a, b), numbers(3, 4), numbers(4, seed=1))
    compare(lambda a: torch.where(a > 0, a, 0.5), numbers(3, 4))


def test_softmax(compare):
    compare(lambda a: torch.softmax(a, 1), numbers(3, 4))


def test_the_device_has_these_kernels_itself(counted):
    a = numbers(3, 3).to("lazuli")
    with counted() as counts:
        b = torch.mm(torch.relu(a + 1) * 2, a.t()).sum(0)
        torch.cat([b, b]).cpu()
        torch.max(a, 1)
        a.fill_(2)
        torch.zeros(3, device="lazuli")
    assert counts.fallbacks == {}
    assert counts.kernels == {"aten::add.Tensor": 1, "aten::relu": 1, "aten::mul.Tensor": 1, "aten::mm": 1,
                              "aten::sum.dim_IntList": 1, "aten::cat": 1, "aten::max.dim": 1}


def test_out(compare):
    compare(lambda a, b, out: torch.add(a, b, out=out), numbers(2, 3), numbers(3), torch.empty(2, 3))
    compare(lambda a, b, out: torch.add(a, b, out=out), numbers(2, 3), numbers(3), torch.empty(0))
    compare(lambda a, b, out: torch.add(a, b, out=out.t()), numbers(2, 3), numbers(3), torch.zeros(3, 2))
    compare(lambda a, b, out: torch.mm(a, b, out=out[1:3]), numbers(2, 3), numbers(3, 4), torch.zeros(4, 4))
    compare(lambda a, m, i: tuple(torch.max(a, 1, out=(m, i))), numbers(2, 3), torch.empty(0),
            torch.empty(0, dtype=torch.int64))


def test_in_place_keeps_the_dtype(compare):
    compare(lambda a, b: a.add_(b), numbers(2, 3, dtype=torch.float16), numbers(3))
    compare(lambda a: a.mul_(2).relu_(), numbers(2, 3, dtype=torch.int32))


def test_a_tensor_of_each_dtype_comes_and_goes():
    for dtype in REAL:
        value = numbers(3, 4, dtype=dtype)
        torch.testing.assert_close(value.to("lazuli").cpu(), value, rtol=0, atol=0)
        torch.testing.assert_close(value.t().to("lazuli").cpu(), value.t(), rtol=0, atol=0)
        assert value.flatten()[5].to("lazuli").item() == value.flatten()[5].item()
