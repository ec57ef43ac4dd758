"""Every operator that torch/decompositions.yaml composes gives what PyTorch gives (`make test-peers`)."""

import math

import numpy as np
import pytest

import lazuli as lz

torch = pytest.importorskip("torch")
pytest.importorskip("yaml")

from decompositions import read

ALL = {each.name: each for each in read()}
# PyTorch's 1 / 6 is an f32 in f64, too.
LESS_EXACT = {"hardsigmoid_backward": 1e-7, "hardswish_backward": 1e-7}
# Results that are random, or memory that nobody has written.
RANDOM = {"native_dropout", "uniform", "normal_functional", "random.to", "empty_strided"}


class Make:
    """Operands in one dtype, the same in each run."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.random = np.random.default_rng(7)

    def __call__(self, *shape):
        return torch.from_numpy(np.asarray(self.random.normal(0, 2, shape))).to(self.dtype)

    def rising(self, *shape):
        """Every kind of number: zeros, steps, large ones, infinities, a NaN."""
        special = [0.0, -0.0, 1, -1, 3, -3, 0.5, -0.5, 1e3, -1e3, math.inf, -math.inf, math.nan]
        values = np.concatenate([special, self.random.normal(0, 2, 51)])
        return torch.from_numpy(values.reshape(shape or (8, 8))).to(self.dtype)

    def share(self, *shape):
        return torch.from_numpy(np.asarray(self.random.uniform(0.05, 0.95, shape))).to(self.dtype)

    def index(self, below, *shape):
        return torch.from_numpy(np.asarray(self.random.integers(0, below, shape)))

    def mask(self, *shape):
        return torch.from_numpy(np.asarray(self.random.integers(0, 2, shape) == 1))


def losses(t, name, *rest):
    for reduction in (0, 1, 2):
        for each in rest or [()]:
            grad = t(4, 3) if reduction == 0 else t()
            yield (grad, t(4, 3), t(4, 3), reduction, *each)


def class_losses(t, shape, classes):
    for reduction in (0, 1, 2):
        for weight in (None, t.share(classes)):
            for ignored in (-100, 1):
                yield t(*shape), t.index(classes, *shape[:1], *shape[2:]), weight, reduction, ignored


def class_loss_gradients(t, shape, classes):
    for values, target, weight, reduction, ignored in class_losses(t, shape, classes):
        grad = t(*target.shape) if reduction == 0 else t()
        yield grad, values, target, weight, reduction, ignored, t.share() * 5


def layer_norms(t):
    for shape, normal in (((2, 3, 4), [4]), ((2, 3, 4), [3, 4]), ((5,), [5]), ((3, 2), [3, 2])):
        for weight, bias in ((None, None), (t(*normal), t(*normal)), (t(*normal), None)):
            yield t(*shape), normal, weight, bias


def layer_norm_gradients(t):
    for values, normal, weight, bias in layer_norms(t):
        _, mean, rstd = torch.ops.aten.native_layer_norm(values, normal, weight, bias, 1e-5)
        # Without a weight PyTorch gives no gradient of it.
        yield t(*values.shape), values, normal, mean, rstd, weight, bias, [True, weight is not None, bias is not None]


def batch_norm_gradients(t):
    for shape in ((4, 3), (2, 3, 5), (2, 3, 4, 5)):
        for train in (True, False):
            for weight in (None, t(3)):
                yield (t(*shape), t(*shape), weight, t(3), t.share(3), t(3), t.share(3), train, 1e-5,
                       [True, weight is not None, True])


def embedding_gradients(t):
    for shape in ((5,), (2, 3), ()):
        for padding, by_frequency in ((-1, False), (1, False), (-1, True), (2, True)):
            yield t(*shape, 3), t.index(4, *shape), 4, padding, by_frequency


def patches(t):
    yield (t(7),), (0, 3, 2)
    yield (t(4, 7),), (1, 2, 3)
    yield (t(4, 7),), (-1, 7, 1)
    yield (t(4, 7, 2),), (-2, 2, 2)
    yield (t(),), (0, 1, 1)


def bilinear(t):
    for size, out in (((2, 3, 4, 5), [7, 3]), ((1, 2, 4, 4), [8, 8]), ((1, 1, 3, 3), [1, 5])):
        for aligned, scales in ((False, (None, None)), (True, (None, None)), (False, (1.5, 1.6))):
            yield size, out, aligned, *scales


def pools(t):
    """Sizes, windows, steps, borders, rounding up."""
    yield (2, 3, 6, 7), [2, 3], [], [0, 0], False
    yield (3, 6, 7), [3, 2], [2, 1], [1, 0], False
    yield (1, 2, 7, 7), [3], [2], [1], True
    yield (1, 2, 6, 9), [2, 4], [3, 2], [1, 2], True


def mean_pools(t):
    for pool in pools(t):
        for includes, divisor in ((True, None), (False, None), (True, 5)):
            yield *pool, includes, divisor


def mean_pool_gradients(t):
    for size, *rest in mean_pools(t):
        values = t(*size)
        yield t(*torch.ops.aten.avg_pool2d(values, *rest).shape), values, *rest


def max_pools(t):
    for size, window, step, border, rounds_up in pools(t):
        for dilation in (1, 2):
            if min(size[-2:]) + 2 * min(border) > dilation * (max(window) - 1):
                yield t(*size), window, step, border, [dilation, dilation], rounds_up
    yield torch.full((1, 1, 4, 4), -math.inf, dtype=t.dtype), [3, 3], [1, 1], [1, 1], [1, 1], False
    yield torch.zeros(1, 1, 4, 4, dtype=t.dtype), [2, 2], [1, 1], [1, 1], [1, 1], False


def max_pool_gradients(t):
    for values, *rest in max_pools(t):
        largest, indices = torch.ops.aten.max_pool2d_with_indices(values, *rest)
        yield t(*largest.shape), values, *rest, indices


# Argument lists of each operator, positional as in its schema, the last one a dict where names are needed.
CASES = {
    "sigmoid_backward": lambda t: [(t.rising(), t.rising())],
    "tanh_backward": lambda t: [(t.rising(), t.rising())],
    "threshold_backward": lambda t: [(t.rising(), t.rising(), 0.5), (t.index(9, 5), t.index(9, 5), 3)],
    "leaky_relu_backward": lambda t: [(t.rising(), t.rising(), 0.1, False), (t(8), t(8), 0.1, True)],
    "elu_backward": lambda t: [(t(8, 8), 1.3, 0.7, 2.1, False, t.rising()), (t(8), 1.3, 0.7, 2.1, True, t(8))],
    "gelu_backward": lambda t: [(t(99), t(99)), (t(99), t(99), {"approximate": "tanh"})],
    "silu_backward": lambda t: [(t(99), t(99))],
    "mish_backward": lambda t: [(t(99), t(99))],
    "hardtanh_backward": lambda t: [(t(8, 8), t.rising(), -1, 2.5)],
    "hardsigmoid_backward": lambda t: [(t(8, 8), t.rising())],
    "hardswish_backward": lambda t: [(t(8, 8), t.rising())],
    "softshrink_backward": lambda t: [(t(8, 8), t.rising(), 0.5)],
    "hardshrink": lambda t: [(t.rising(),), (t.rising(), 1)],
    "hardshrink_backward": lambda t: [(t(8, 8), t.rising(), 0.5)],
    "softplus_backward": lambda t: [(t(8, 8), t.rising(), 1, 20), (t(99), t(99) * 9, 1.5, 3)],
    "log_sigmoid_forward": lambda t: [(t(99),)],
    "log_sigmoid_backward": lambda t: [(t(99), each, torch.exp(-abs(each))) for each in (t(99),)],
    "_prelu_kernel": lambda t: [(t.rising(), t(8))],
    "_prelu_kernel_backward": lambda t: [(t(8, 8), t.rising(), t(8, 8))],
    "glu": lambda t: [(t(4, 6),), (t(4, 6), 0), (t(2, 4, 3), -2)],
    "glu_backward": lambda t: [(t(4, 3), t(4, 6), 1), (t(2, 2, 3), t(2, 4, 3), -2)],
    "glu_jvp": lambda t: [(t(4, 3), t(4, 6), t(4, 6), 1), (t(2, 2, 3), t(2, 4, 3), t(2, 4, 3), -2)],
    "logit_backward": lambda t: [(t(99), t.share(99)), (t(99), t.share(99), 0.2), (t(8, 8), t.rising(), 0.2), (t(8, 8), t.rising())],
    "_softmax": lambda t: [(t(3, 5), 1, False), (t(3, 5, 2), -2, False), (t(), 0, False)],
    "_log_softmax": lambda t: [(t(3, 5), 1, False), (t(3, 5, 2), -2, False), (t(), 0, False)],
    "_softmax_backward_data": lambda t: [(t(3, 5, 2), torch.softmax(t(3, 5, 2), dim), dim, t.dtype) for dim in (0, 1, -1)],
    "_log_softmax_backward_data": lambda t: [(t(3, 5, 2), torch.log_softmax(t(3, 5, 2), dim), dim, t.dtype) for dim in (0, 1, -1)],
    "mse_loss_backward": lambda t: losses(t, "mse_loss"),
    "smooth_l1_loss_backward": lambda t: losses(t, "smooth_l1_loss", (1.0,), (2.5,)),
    "huber_loss_backward": lambda t: losses(t, "huber_loss", (1.0,), (2.5,)),
    "binary_cross_entropy_backward": lambda t: [
        (t(4, 3) if reduction == 0 else t(), t.share(4, 3), t.share(4, 3), weight, reduction)
        for reduction in (0, 1, 2) for weight in (None, t.share(4, 3))],
    "nll_loss_forward": lambda t: [*class_losses(t, (4, 5), 5), *class_losses(t, (1, 5), 5)],
    "nll_loss2d_forward": lambda t: class_losses(t, (2, 5, 3, 4), 5),
    "nll_loss_backward": lambda t: [*class_loss_gradients(t, (4, 5), 5),
                                    (t(), t(5), t.index(5), None, 1, -100, t.share() * 5)],
    "nll_loss2d_backward": lambda t: class_loss_gradients(t, (2, 5, 3, 4), 5),
    "native_dropout_backward": lambda t: [(t(4, 5), t.mask(4, 5), 1.25)],
    "native_layer_norm": lambda t: [(*each, 1e-5) for each in layer_norms(t)],
    "native_layer_norm_backward": layer_norm_gradients,
    "native_batch_norm_backward": batch_norm_gradients,
    "embedding_dense_backward": embedding_gradients,
    "rsub.Tensor": lambda t: [(t(3), t(2, 3)), (t(3), t(2, 3), {"alpha": 2.5})],
    "addmv": lambda t: [(t(3), t(3, 4), t(4)), (t(), t(3, 4), t(4), {"beta": 2, "alpha": 0.5})],
    "addbmm": lambda t: [(t(3, 5), t(2, 3, 4), t(2, 4, 5)), (t(5), t(2, 3, 4), t(2, 4, 5), {"beta": 2, "alpha": 0.5})],
    "addr": lambda t: [(t(3, 4), t(3), t(4)), (t(3, 4), t(3), t(4), {"beta": 2, "alpha": 0.5})],
    "trace": lambda t: [(t(3, 3),), (t(3, 5),), (t.index(9, 4, 4),)],
    "zero": lambda t: [(t.rising(),)],
    "fill.Scalar": lambda t: [(t(2, 3), 2.5), (t.index(9, 3), 2)],
    "fill.Tensor": lambda t: [(t(2, 3), t()), (t(2, 3), t.index(5))],
    "copy": lambda t: [(t(2, 3), t(3)), (t(2, 3), t.index(5, 2, 3))],
    "_to_copy": lambda t: [(t(2, 3),), (t(2, 3), {"dtype": torch.float16}), (t(2, 3), {"dtype": torch.int64})],
    "lift": lambda t: [(t(2, 3),)],
    "_unsafe_view": lambda t: [(t(2, 3), [3, 2]), (t(2, 3), [-1])],
    "alias_copy": lambda t: [(t(2, 3),)],
    "detach_copy": lambda t: [(t(2, 3),)],
    "_reshape_alias_copy": lambda t: [(t(2, 3), [3, 2], [2, 1])],
    "as_strided_copy": lambda t: [(t(3, 4), [2, 2], [4, 1]), (t(3, 4), [3, 2], [1, 4], 1), (t(6), [4, 3], [1, 1])],
    "unfold_copy": lambda t: [(*self, *rest) for self, rest in patches(t)],
    "select_scatter": lambda t: [(t(3, 4), t(4), 0, 1), (t(3, 4), t(3), -1, -2)],
    "slice_scatter": lambda t: [(t(5, 4), t(2, 4), 0, 1, 3), (t(5, 4), t(5, 2), -1, None, None, 2), (t(5), t(2), 0, -2)],
    "diagonal_scatter": lambda t: [(t(3, 4), t(3)), (t(3, 4), t(2), -1), (t(2, 3, 4), t(4, 2), 1, 0, 1),
                                   (t(2, 3, 4), t(3, 1), 1, -1, 0)],
    "as_strided_scatter": lambda t: [(t(3, 4), t(2, 2), [2, 2], [4, 1]), (t(3, 4), t(3, 2), [3, 2], [1, 4], 1)],
    "select_backward": lambda t: [(t(4), [3, 4], 0, 1), (t(3), [3, 4], -1, -2)],
    "slice_backward": lambda t: [(t(2, 4), [5, 4], 0, 1, 3, 1), (t(5, 2), [5, 4], -1, 0, 2**63 - 1, 2)],
    "diagonal_backward": lambda t: [(t(3), [3, 4], 0, 0, 1), (t(4, 2), [2, 3, 4], 1, 0, 1)],
    "upsample_nearest2d": lambda t: [(t(2, 3, 4, 5), [7, 3]), (t(1, 1, 3, 3), [6, 9]), (t(1, 2, 4, 4), [6, 6], 1.5, 1.6)],
    "upsample_bilinear2d": lambda t: [(t(*size), *rest) for size, *rest in bilinear(t)],
    "upsample_bilinear2d_backward": lambda t: [(t(*size[:2], *out), out, list(size), *rest)
                                               for size, out, *rest in bilinear(t)],
    "avg_pool2d": lambda t: [(t(*size), *rest) for size, *rest in mean_pools(t)],
    "avg_pool2d_backward": lambda t: mean_pool_gradients(t),
    "max_pool2d_with_indices": lambda t: max_pools(t),
    "max_pool2d_with_indices_backward": lambda t: max_pool_gradients(t),
    "_adaptive_avg_pool2d": lambda t: [(t(2, 3, 7, 5), [3, 2]), (t(2, 6, 6), [3, 2]), (t(1, 1, 2, 3), [5, 3])],
    "_adaptive_avg_pool2d_backward": lambda t: [(t(2, 3, 3, 2), t(2, 3, 7, 5)), (t(2, 3, 2), t(2, 6, 6)),
                                                (t(1, 1, 5, 3), t(1, 1, 2, 3))],
    "upsample_nearest2d_backward": lambda t: [(t(2, 3, 7, 3), [7, 3], [2, 3, 4, 5]),
                                              (t(1, 2, 6, 6), [6, 6], [1, 2, 4, 4], 1.5, 1.6)],
}


def operator_of(name):
    base, _, overload = name.partition(".")
    return getattr(getattr(torch.ops.aten, base), overload or "default")


def ours(value):
    if isinstance(value, torch.Tensor):
        return lz.from_numpy(np.array(value.numpy()))
    if isinstance(value, torch.dtype):
        return getattr(lz, str(value).removeprefix("torch."))
    return value


def run(name, case):
    *values, names = case if case and isinstance(case[-1], dict) else (*case, {})
    theirs = operator_of(name)(*values, **names)
    given = dict(zip(ALL[name].arguments, map(ours, values))) | {key: ours(value) for key, value in names.items()}
    for argument in operator_of(name)._schema.arguments:
        given.setdefault(argument.name, ours(argument.default_value))
    return ALL[name](**given), theirs if isinstance(theirs, tuple) else (theirs,)


def test_every_decomposition_has_cases():
    assert sorted(ALL) == sorted(set(CASES) | RANDOM)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_gives_what_pytorch_gives(name, dtype):
    rtol, atol = (2e-5, 2e-6) if dtype == torch.float32 else (1e-12, 1e-13)
    for case in CASES[name](Make(dtype)):
        got, want = run(name, case)
        assert len(got) == len(want)
        rtol = max(rtol, LESS_EXACT.get(name, 0))
        for mine, theirs in zip(got, want):
            if theirs is None:  # not asked for
                continue
            assert str(mine.dtype).split(".")[-1] == str(theirs.dtype).split(".")[-1]
            assert list(mine.shape) == list(theirs.shape), case
            np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol, atol, equal_nan=True, err_msg=str(case))


def test_dropout():
    drop = ALL["native_dropout"]
    input = lz.ones(100, 100)
    for train in (True, None):
        out, kept = drop(input=input, p=0.25, train=train)
        assert 0.73 < kept.numpy().mean() < 0.77
        np.testing.assert_allclose(out.numpy(), kept.numpy() / 0.75, 1e-6)
        out, kept = drop(input=input, p=1.0, train=train)
        assert not kept.numpy().any() and not out.numpy().any()
    out, kept = drop(input=input, p=0.25, train=False)
    assert kept.numpy().all() and (out.numpy() == 1).all()


def test_random_numbers():
    like = lz.zeros(100, 100)
    low = ALL["uniform"](**{"self": like, "from": -1.0, "to": 3.0})[0].numpy()
    assert -1 <= low.min() < -0.99 and 2.99 < low.max() < 3 and abs(low.mean() - 1) < 0.05
    normal = ALL["normal_functional"](**{"self": like, "mean": 2.0, "std": 3.0})[0].numpy()
    assert abs(normal.mean() - 2) < 0.1 and abs(normal.std() - 3) < 0.1
    whole = ALL["random.to"](**{"self": like, "to": 5})[0].numpy()
    assert set(np.unique(whole)) == {0, 1, 2, 3, 4}


def test_memory_that_nobody_has_written():
    empty = ALL["empty_strided"](size=[2, 3], stride=[1, 2], dtype=lz.float64)[0]
    assert list(empty.shape) == [2, 3] and empty.dtype == lz.float64
