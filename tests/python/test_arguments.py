"""How functions are called: names, order, defaults, NumPy's names, text of help; the stub says the same."""

import ast
import pathlib

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

import lazuli as lz
from catalogue import ENTRIES

X = lz.tensor([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("call", [
    lambda: X.sum(0), lambda: X.sum(dim=0), lambda: X.sum(axis=0), lambda: lz.sum(X, 0), lambda: lz.sum(input=X, dim=0),
    lambda: lz.sum(X, axis=[0]), lambda: lz.sum(X, (0,)), lambda: lz.sum(X, dim=-2), lambda: lz.sum(x=X, axis=np.int64(0)),
    lambda: lz.sum(a=X, axis=(0,), keepdims=False), lambda: lz.sum(X, lz.tensor(0)), lambda: lz.sum(X, 0, False, dtype=None),
])
def test_names(call):
    assert call().tolist() == [4, 6]


def test_numpys_names():
    assert X.sum(keepdims=True).shape == (1, 1) and X.amax(axis=1, keepdims=True).shape == (2, 1)
    assert lz.add(x1=X, x2=X).tolist() == (X + X).tolist() and lz.maximum(x1=X, x2=X).tolist() == X.tolist()


def test_extents():
    for shape in ((2, 3), [2, 3], (np.int64(2), lz.tensor(3))):
        assert lz.zeros(shape).shape == lz.zeros(*shape).shape == (2, 3)
    assert X.view(4).shape == X.view((4,)).shape == X.view(-1).shape == lz.view(X, 4).shape == (4,)
    assert X.permute(1, 0).tolist() == X.T.tolist() and lz.zeros(()).shape == lz.zeros([]).shape == ()


def test_tensors_that_stand_alone():
    assert lz.einsum("ij,jk", X, X).tolist() == lz.einsum("ij,jk", [X, X]).tolist() == (X @ X).tolist()
    assert lz.einsum("ij->ji", X).tolist() == lz.einsum("ij->ji", (X,)).tolist() == X.T.tolist()


def test_numbers_and_tensors_choose_the_overload():
    assert lz.add(X, X, alpha=2)[0, 0].item() == 3 and lz.add(X, 1, alpha=2)[0, 0].item() == 3
    assert lz.add(X, np.float32(0.5))[0, 0].item() == 1.5 and lz.add(X, True)[0, 0].item() == 2
    assert lz.where(X > 2, X, 0).tolist() == lz.where(X > 2, X, lz.zeros(2, 2)).tolist()


WRONG = [
    (lambda: lz.exp(), "need an argument 'input'"),
    (lambda: lz.exp(X, X), "at most 1 arguments"),
    (lambda: lz.exp(X, input=X), "'input' comes twice"),
    (lambda: lz.exp(X, out=X), "no argument 'out'"),
    (lambda: lz.exp(2), "need a Tensor for 'input'; got int"),
    (lambda: X.softmax(1.5), "need an int for 'dim'; got float"),
    (lambda: X.softmax(None), "need an int for 'dim'; got NoneType"),
    (lambda: X.amax(0, 1), "need True or False for 'keepdim'"),
    (lambda: lz.cat(X), "need a list of Tensors for 'tensors'; got Tensor"),
    (lambda: lz.cat([X, 1]), "need a list of Tensors"),
    (lambda: lz.add(X), "need an argument 'other'"),
    (lambda: lz.add(X, X, 2), "at most 2 arguments"),
    (lambda: X.view("a"), "need a list of ints for 'size'; got str"),
    (lambda: lz.zeros(2, 2.5), "need at most 1 arguments|list of ints"),
    (lambda: X.to("f31"), "need a dtype for 'dtype'; got str"),
]


@pytest.mark.parametrize("call, message", WRONG)
def test_mistakes(call, message):
    with pytest.raises(TypeError, match=message) as caught:
        call()
    assert __file__ in str(caught.value)


def test_too_many_extents():
    with pytest.raises(ValueError, match="at most 8"):
        lz.zeros([1] * 9)
    with pytest.raises(ValueError, match="64 bits"):
        lz.zeros(2**80)


def test_operators_of_strangers():
    class Stranger:
        def __radd__(self, other):
            return "added"

        def __eq__(self, other):
            return "compared"

    assert X + Stranger() == "added" and (X == Stranger()) == "compared"
    assert (X == "a") is False and (X == None) is False  # noqa: E711
    for wrong in ("a", None, [1, 2]):
        with pytest.raises(TypeError):
            X + wrong
        with pytest.raises(TypeError):
            X < wrong


def test_help_says_the_schema():
    assert lz.exp.__doc__.startswith("exp(Tensor input) -> Tensor\n\nThe exponential function.")
    assert "keepdim=False" in lz.Tensor.sum.__doc__ and lz.add.__name__ == "add"


def stub():
    return ast.parse((pathlib.Path(lz.__file__).parent / "__init__.pyi").read_text(encoding="utf-8"))


def names_in(body):
    names = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
    return names


def test_the_stub_has_every_name_and_no_other():
    tree = stub()
    hidden = {"__version__", "metrics"}
    types_of_results = {name for name in names_in(tree.body) if name.endswith("_results")}  # those of lazuli.return_types
    assert names_in(tree.body) - hidden - types_of_results == set(lz.__all__) - hidden
    tensor = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Tensor")
    own = {name for name in vars(lz.Tensor) if name not in ("__doc__", "__module__", "__weakref__", "__slots__")}
    inherited = {name for name in own if not callable(getattr(lz.Tensor, name)) and name.startswith("__")}
    python_calls_them = {"__copy__", "__deepcopy__", "__reduce__", "__repr__", "__format__", "__new__", "__setstate__",
                         "__getstate__", "__delitem__", "__init__", "__str__"}
    assert names_in(tensor.body) - own == set()
    missing = own - names_in(tensor.body) - inherited - python_calls_them
    assert {name for name in missing if not name.startswith("__")} == set()


def test_every_function_is_there():
    for entry in ENTRIES:
        for function in entry["functions"]:
            assert hasattr(lz.Tensor, function["name"]) == any(
                each["is_method"] for other in ENTRIES for each in other["functions"] if each["name"] == function["name"])


@hypothesis.given(st.recursive(st.integers(-100, 100) | st.booleans() | st.floats(-8, 8, width=16),
                               lambda inner: st.lists(inner, max_size=3), max_leaves=8))
@hypothesis.settings(deadline=None, max_examples=200)
def test_nested_lists_as_numpy_takes_them(data):
    try:
        want = np.array(data, dtype=np.float64)
    except ValueError:
        with pytest.raises(ValueError):
            lz.tensor(data)
        return
    assert lz.tensor(data).shape == want.shape
    assert np.array_equal(lz.tensor(data, dtype=lz.float32).numpy(), want.astype(np.float32))


def test_a_pair_of_lists_names_the_dimensions_of_two_tensors():
    a, b = np.arange(24.0).reshape(2, 3, 4), np.arange(24.0).reshape(3, 2, 4)
    want = np.tensordot(a, b, ([1, 0], [0, 1]))
    for dims in (([1, 0], [0, 1]), ((1, 0), (0, 1)), [[1, 0], [0, 1]]):
        assert np.array_equal(lz.tensordot(lz.tensor(a), lz.tensor(b), dims=dims).numpy(), want)
        assert np.array_equal(lz.tensordot(lz.tensor(a), lz.tensor(b), dims).numpy(), want)
    with pytest.raises(TypeError):
        lz.tensordot(lz.tensor(a), lz.tensor(b), dims=([1], [0], [0]))


def test_a_flag_that_chooses_an_overload_may_be_false():
    x = lz.tensor([[0, 1], [2, 0]])
    assert x.nonzero(as_tuple=False).tolist() == x.nonzero().tolist() == [[0, 1], [1, 0]]
    assert [each.tolist() for each in lz.nonzero(x, as_tuple=True)] == [[0, 1], [1, 0]]
    with pytest.raises(TypeError):
        x.sum(as_tuple=False)


def test_bools_are_no_dimensions():
    for call in (lambda x: x.sum(True), lambda x: x.unsqueeze(False), lambda x: lz.zeros(True)):
        with pytest.raises(TypeError):
            call(lz.ones(2, 3))


def test_reductions_of_losses_have_names():
    x, y = lz.tensor([1.0, 2.0]), lz.tensor([0.0, 4.0])
    for word, number in (("none", 0), ("mean", 1), ("sum", 2)):
        assert lz.mse_loss(x, y, reduction=word).tolist() == lz.mse_loss(x, y, number).tolist()
    for wrong in ("most", None, 1.5):
        with pytest.raises(TypeError):
            lz.mse_loss(x, y, reduction=wrong)
    with pytest.raises(TypeError):
        lz.sum(x, "mean")
