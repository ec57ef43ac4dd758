"""Every operator against its counterpart: dtypes, broadcasting, layouts, negative dims, empty, without dimensions, special
values, functions and methods."""

import itertools

import numpy as np
import pytest

import lazuli as lz
from catalogue import COMPARED, ENTRIES, NEEDS_PLAIN, Call, calls_of, computed_dtypes, each_of, elementwise_calls, promoted, result_dtype
from operands import DTYPES, FLOATS, LAYOUTS, Maker, Operand, close, special


def entry_id(entry):
    return entry["functions"][0]["full_name"]


def check(call, layout="plain"):
    """Runs a call as a function and as a method and compares."""
    if call.function["is_in_place"] and layout == "plain":
        layout = "sliced"  # through a view
    want = call.expected()
    made = {}

    def convert(operand):
        made[id(operand)] = operand.lazuli(layout)
        return made[id(operand)]

    results = []
    if call.function["is_function"]:
        results.append(call.run(convert))
    if call.function["is_method"] and call.positional:
        result = call.run_method(convert)
        results.append(result)
        if call.function["is_in_place"]:
            assert result is made[id(call.positional[0])], f"{call} gives another tensor"
    for result in results:
        got = each_of(result)
        assert len(got) == len(want), f"{call}: {len(got)} results"
        for mine, theirs in zip(got, want):
            compare(call, mine, theirs, layout)


def compare(call, got, want, layout):
    entry = call.entry
    dtype = got.dtype.name
    assert got.shape == want.shape, f"{call} of {layout} operands: shape"
    if entry["has_plain_calls"]:
        assert dtype == result_dtype(call), f"{call}: dtype"
    elif asked := [value for value in call.bound().values() if isinstance(value, lz.dtype)]:
        assert got.dtype is asked[0], f"{call}: dtype"
    elif want.dtype.kind != "f":
        assert dtype == want.dtype.name, f"{call}: dtype"
    elif operands := [each for each in call.operands() if each.is_floating]:
        assert dtype == promoted([each.dtype for each in operands]), f"{call}: dtype"
    scale = 0.0
    if entry["kind"] != "elementwise" and dtype in FLOATS:  # rounding of partial results counts
        parts = [each.wide() for each in call.operands() if each.array.size]
        sizes = [np.abs(part).max() * np.sqrt(part.size) for part in parts]
        scale = max([0.0, *sizes, *(np.abs(want[np.isfinite(want)]).ravel() if want.size else [])])
    elif dtype == "float64":  # the reference rounds its own partial results, which cancel where operands do
        parts = [np.abs(each.wide(), dtype=np.float64, casting="unsafe") for each in call.operands()]
        with np.errstate(over="ignore"):
            scale = 2 * np.broadcast_to(sum(parts), want.shape)
        scale = np.where(np.isfinite(scale), scale, 0)
    ulp = entry["ulp"] if entry["kind"] == "elementwise" else max(entry["ulp"], 2)
    values = got.to(lz.float32).numpy() if dtype == "bfloat16" else got.numpy()
    fits = close(values, want, dtype, ulp, scale)
    assert np.all(fits), f"{call} of {layout} operands:\n{values}\nneed\n{want}"


@pytest.mark.parametrize("entry", COMPARED, ids=entry_id)
def test_values(entry):
    for _, call in calls_of(entry):
        check(call)


@pytest.mark.parametrize("layout", LAYOUTS[1:])
@pytest.mark.parametrize("entry", [each for each in COMPARED if each["name"] not in NEEDS_PLAIN], ids=entry_id)
def test_layouts(entry, layout):
    for dtype, call in calls_of(entry):
        if call.operands() and dtype != "bool":
            check(call, layout)


ELEMENTWISE = [entry for entry in COMPARED if entry["kind"] == "elementwise" and entry["has_plain_calls"]]
# Of the others what overflows on the way depends on the order of operations.
SPECIAL = [entry for entry in ELEMENTWISE if not entry["ordinary_samples"]]


SIGNS_OF_ANYTHING = {"signbit", "copysign"}


@pytest.mark.parametrize("entry", SPECIAL, ids=entry_id)
def test_special_values(entry):
    """Every value at the edge of a dtype, with every other."""
    for function in entry["functions"]:
        arguments = function["arguments"]
        if function["is_in_place"] or any(each["type"] != "Tensor" and not each["optional"] for each in arguments):
            continue
        place = dict(zip(function["operands"], entry["operands"]))
        names = [each["name"] for each in arguments if each["type"] == "Tensor"]
        for dtype in computed_dtypes(entry):
            own = [entry["argument_dtypes"].get(place[name], dtype) for name in names]
            rows = itertools.product(*map(special, own))
            if entry["name"] in SIGNS_OF_ANYTHING:  # a NaN keeps no sign
                rows = (row for row in rows if not np.isnan(row).any())
            columns = list(zip(*rows))
            operands = tuple(Operand(np.array(column, DTYPES[name].name if name != "bfloat16" else "float32"), name)
                             for column, name in zip(columns, own))
            call = Call(entry, function, operands)
            if entry["dtype"] == "float" and dtype not in FLOATS:
                continue  # integers of 64 bits are rounded on their way
            check(call)


def of_tensors(entry):
    """The function all of whose operands are tensors."""
    def count(function):
        return sum(each["type"] == "Tensor" for each in function["arguments"])

    return next((each for each in entry["functions"] if count(each) == len(entry["operands"]) and not each["is_in_place"]), None)


@pytest.mark.parametrize("entry", [each for each in ELEMENTWISE if len(each["operands"]) > 1 and of_tensors(each)], ids=entry_id)
def test_promotion(entry):
    """Operands of two dtypes meet as in PyTorch."""
    function = of_tensors(entry)
    tensors = [each["name"] for each in function["arguments"] if each["type"] == "Tensor"]
    place = dict(zip(function["operands"], entry["operands"]))
    joining = [name for name in tensors if place[name] not in entry["argument_dtypes"]]
    allowed = computed_dtypes(entry)
    for first, second in itertools.permutations(DTYPES, 2):
        if promoted([first, second]) not in allowed:
            continue
        make = Maker(f"{entry['name']} {first} {second}")
        values = []
        for name in tensors:
            low, high = entry["samples"].get(place[name], (-3, 3))
            dtype = entry["argument_dtypes"].get(place[name]) or (first if name == joining[0] else second)
            values.append(make.sample(dtype, (3, 4), low, high, whole=True))
        if entry["name"] == "div":  # no 0 by 0 of whole numbers
            values[1].array[values[1].array == 0] = 1
        check(Call(entry, function, tuple(values)))


def test_dtypes_that_are_none_of_an_operators():
    for entry in ELEMENTWISE:
        function = of_tensors(entry)
        if not function:
            continue  # numbers may make integers of bools
        for dtype in set(DTYPES) - set(computed_dtypes(entry)):
            call = next(elementwise_calls(entry, function, dtype))
            with pytest.raises(TypeError, match=entry["name"]):
                call.run(lambda operand: operand.lazuli())


def test_every_entry_is_compared_or_says_why_not():
    for entry in ENTRIES:
        assert entry["numpy"] or len(entry["no_numpy"]) > 10, entry["where"]
    functions = {function["name"] for entry in ENTRIES for function in entry["functions"]}
    for name in functions:
        assert hasattr(lz, name) or hasattr(lz.Tensor, name), name
