"""Products of tensors against NumPy: random equations of einsum, random shapes of matmul; what is not read."""

import numpy as np
import pytest

import lazuli as lz


def whole(random, shape):
    """Whole numbers, whose products and sums are exact."""
    return random.integers(-3, 4, shape).astype(np.float64)


def random_einsum(random):
    """An equation and arrays that NumPy takes: letters repeated, summed away, of extent 1, and ellipses."""
    extents = {letter: int(random.integers(1, 4)) for letter in "abcde"}
    dots = [int(random.integers(1, 3)) for _ in range(random.integers(0, 3))]
    terms, arrays = [], []
    for _ in range(random.integers(1, 4)):
        letters = [str(letter) for letter in random.choice(list(extents), random.integers(0, 4))]
        term, shape = "".join(letters), [extents[letter] for letter in letters]
        if random.random() < 0.4:
            at = random.integers(0, len(letters) + 1)
            own = [extent if random.random() < 0.7 else 1 for extent in dots[random.integers(0, len(dots) + 1):]]
            term, shape = term[:at] + "..." + term[at:], shape[:at] + own + shape[at:]
        terms.append(term)
        arrays.append(whole(random, shape))
    equation = ",".join(terms)
    if random.random() < 0.7:
        letters = sorted({letter for letter in equation if letter.isalpha()})
        result = "".join(random.permutation(letters)[: random.integers(0, len(letters) + 1)])
        at = random.integers(0, len(result) + 1)
        equation += "->" + (result[:at] + "..." + result[at:] if "..." in equation else result)
    return equation, arrays


def test_random_equations():
    random = np.random.default_rng(3)
    for _ in range(400):
        equation, arrays = random_einsum(random)
        want = np.einsum(equation, *arrays)
        got = lz.einsum(equation, [lz.tensor(array) for array in arrays]).numpy()
        assert got.shape == want.shape and np.array_equal(got, want), (equation, [array.shape for array in arrays])


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_random_matmuls(dtype):
    random = np.random.default_rng(4)
    for _ in range(300):
        inner = random.integers(0, 5)
        shapes = [[*random.integers(1, 3, random.integers(0, 4)), *ends]
                  for ends in ((random.integers(0, 4), inner), (inner, random.integers(1, 6)))]
        shapes = [[inner] if random.random() < 0.2 else shape for shape in shapes]
        arrays = [whole(random, shape).astype(dtype) for shape in shapes]
        tensors = [lz.tensor(array) for array in arrays]
        for i, array in enumerate(arrays):
            if array.ndim > 1 and random.random() < 0.5:
                tensors[i] = lz.tensor(array.swapaxes(-1, -2).copy()).transpose(-1, -2)
        with np.errstate(all="ignore"):
            want = np.matmul(*arrays)
        got = (tensors[0] @ tensors[1]).numpy()
        assert got.shape == want.shape and got.dtype == want.dtype and np.array_equal(got, want), shapes


def test_beta_of_0_reads_nothing():
    nan = lz.full((2, 2), float("nan"))
    x = lz.eye(2)
    assert lz.addmm(nan, x, x, beta=0).tolist() == x.tolist()
    assert lz.baddbmm(nan, x.view(1, 2, 2), x.view(1, 2, 2), beta=0).tolist() == [x.tolist()]
    y = lz.ones(2, 2)
    assert y.addmm_(x, x, beta=2, alpha=3) is y and y.tolist() == [[5, 2], [2, 5]]


def test_einsum_of_one_tensor_is_a_view():
    x = lz.zeros(2, 3)
    lz.einsum("ij->ji", x).add_(1)
    assert x.tolist() == [[1] * 3] * 2
    square = lz.zeros(2, 2)
    lz.einsum("ii->i", square).fill_(4)
    assert square.tolist() == [[4, 0], [0, 4]]
