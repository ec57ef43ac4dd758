"""The catalogue's table of functions (operators.gen.json), and calls of each: from the entry's operands and samples, from
dimensions, or as its `calls` say."""

import itertools
import json
import os
from dataclasses import dataclass, field

import numpy as np
import scipy.special

import lazuli as lz
import references
from operands import DTYPES, FLOATS, INTEGERS, Maker, Operand, long_name

with open(os.environ["LAZULI_CASES"], encoding="utf-8") as table:
    ENTRIES = json.load(table)
# They take elements without gaps alone.
NEEDS_PLAIN = {"view", "view_as", "as_strided"}
COMPARED = [entry for entry in ENTRIES if entry["numpy"]]

SHAPES = {  # of as many operands as there are, broadcast against each other
    1: [[(2, 3)], [()], [(5,)], [(4, 3, 2)], [(0, 3)], [(33, 17)]],
    2: [[(2, 3), (2, 3)], [(2, 3), (3,)], [(2, 1), (1, 3)], [(), (2, 3)], [(4,), ()], [(0, 3), (1, 3)], [(9, 1, 7), (5, 1)]],
    3: [[(2, 3), (2, 3), (2, 3)], [(2, 1), (3,), ()], [(1, 3), (2, 3), (2, 1)], [(0,), (1,), ()]],
}


@dataclass
class Call:
    """One function with its arguments."""

    entry: dict
    function: dict
    positional: tuple
    named: dict = field(default_factory=dict)

    def bound(self):
        """The arguments by their names; nothing where they don't fit the schema."""
        arguments = self.function["arguments"]
        values = dict(self.named)
        positions = [each["name"] for each in arguments if not each["keyword_only"]]
        given = list(self.positional)
        lists = [each["name"] for each in arguments if each["type"].endswith("[]")]
        tensors = [each["name"] for each in arguments if each["type"].startswith("Tensor")]
        # Extents that stand as arguments of their own.
        if lists and positions and positions[-1] == lists[0] and len(given) >= len(positions) and lists[0] not in tensors:
            first = len(positions) - 1
            if isinstance(given[first], int):
                given[first:] = [tuple(given[first:])]
        if len(given) > len(positions) or any(name not in [each["name"] for each in arguments] for name in values):
            return None
        values = dict(zip(positions, given)) | values
        for each in arguments:
            name = each["name"]
            if name not in values:
                if not each["optional"]:
                    return None
            elif values[name] is not None:
                is_tensor = isinstance(values[name], Operand)
                if is_tensor != (each["type"] in ("Tensor", "Tensor?")):
                    return None
        return values

    def operands(self):
        """Every tensor of the call, in order."""
        found = []
        for value in itertools.chain(self.positional, self.named.values()):
            found += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, Operand)]
        return found

    def run(self, convert, call=None):
        """Calls with operands converted; `call` stands for Lazuli's function."""
        def turned(value):
            if isinstance(value, list) and any(isinstance(each, Operand) for each in value):
                return [each and convert(each) for each in value]
            return convert(value) if isinstance(value, Operand) else value

        positional = [turned(value) for value in self.positional]
        named = {name: turned(value) for name, value in self.named.items()}
        if call:
            return call(*positional, **named)
        if self.function["is_function"]:
            return getattr(lz, self.function["name"])(*positional, **named)
        return self.run_method(convert)

    def run_method(self, convert):
        """x.name(...): gives the result and x."""
        def turned(value):
            if isinstance(value, list) and any(isinstance(each, Operand) for each in value):
                return [each and convert(each) for each in value]
            return convert(value) if isinstance(value, Operand) else value

        first, *others = [turned(value) for value in self.positional]
        return getattr(first, self.function["name"])(*others, **{n: turned(v) for n, v in self.named.items()})

    def expected(self, arrays=None):
        """The results of the entry's `numpy` expression; `arrays` stand for the operands, in order."""
        return [np.asarray(each) for each in each_of(self.counterpart(arrays))]

    def counterpart(self, arrays=None):
        arrays = arrays if arrays is not None else [each.wide() for each in self.operands()]
        if self.entry["dtype"] == "float":  # whole numbers become fractions first
            arrays = [array.astype(np.float64) for array in arrays]
        taken = {id(each): array for each, array in zip(self.operands(), arrays)}

        def turned(value):
            if isinstance(value, Operand):
                return taken[id(value)]
            if isinstance(value, (list, tuple)):
                return tuple(turned(each) for each in value)
            if isinstance(value, lz.dtype):  # fractions are worked out as doubles
                return np.dtype(np.float64 if value.is_floating_point else value.name)
            return value

        names = {}
        for function in self.entry["functions"]:
            for argument in function["arguments"]:
                names.setdefault(argument["name"], None)
                if argument["default"] is not None:
                    names[argument["name"]] = eval(argument["default"], {"Mean": 1})
        values = {name: turned(value) for name, value in self.bound().items()}
        values = {a["name"]: names[a["name"]] for a in self.function["arguments"]} | values
        operands = self.function["operands"]
        if operands:  # they take the places of the entry's own
            values |= dict(zip(self.entry["operands"], [values[name] for name in operands]))
        names |= values
        if "dim" in names and names["dim"] == ():
            names["dim"] = None
        scope = {"np": np, "sp": scipy.special, "ref": references}
        with np.errstate(all="ignore"):
            return eval(self.entry["numpy"], scope | names)

    def __str__(self):
        def text(value):
            if isinstance(value, Operand):
                return f"{value.dtype}{list(value.array.shape)}"
            return "[" + ", ".join(map(text, value)) + "]" if isinstance(value, list) else repr(value)

        parts = [text(value) for value in self.positional] + [f"{n}={text(v)}" for n, v in self.named.items()]
        return f"{self.function['full_name']}({', '.join(parts)})"


def each_of(results):
    """What a function gives, one or several, as a list."""
    return list(results) if isinstance(results, (tuple, list)) else [results]


def computed_dtypes(entry):
    """Dtypes of the operands that an entry takes."""
    if entry["dtype"] in ("float", "accumulate") or (entry["dtype"] == "bool" and entry["kind"] == "reduction"):
        return list(DTYPES)
    return [name for name in map(long_name, entry["dtypes"]) if name in DTYPES]


def numbers_for(dtype):
    if dtype in FLOATS:
        return [2, -1.5, 0.5, True]
    return [True, False] if dtype == "bool" else [3, 1, True]


def elementwise_calls(entry, function, dtype):
    """Over shapes that broadcast, with every operand of one dtype."""
    make = Maker(f"{function['full_name']} {dtype}")
    place = dict(zip(function["operands"], entry["operands"]))
    kinds = {each["name"]: each["type"] for each in function["arguments"]}
    tensors = [name for name in kinds if kinds[name] == "Tensor"]
    scalars = [name for name in kinds if kinds[name] == "Scalar"]
    for shapes in SHAPES[len(tensors)]:
        if function["is_in_place"] and np.broadcast_shapes(*shapes) != shapes[0]:
            continue
        numbers = numbers_for(dtype)
        for turn in range(len(numbers) if scalars else 1):
            values = {}
            for name, shape in zip(tensors, shapes):
                own = entry["argument_dtypes"].get(place[name])
                low, high = entry["samples"].get(place[name], (-3, 3))
                values[name] = make.sample(long_name(own) if own else dtype, shape, low, high, entry["whole_samples"])
            for i, name in enumerate(scalars):
                low, high = entry["samples"].get(place[name], (-3, 3))
                values[name] = min(max(numbers[(turn + i) % len(numbers)], low), high)
            positional, named = [], {}
            for argument in function["arguments"]:
                name = argument["name"]
                if name not in values:
                    continue  # a choice by name keeps its default
                if argument["keyword_only"]:
                    named[name] = values[name]
                else:
                    positional.append(values[name])
            yield Call(entry, function, tuple(positional), named)
            if turn == 0 and any(each["optional"] for each in function["arguments"]):  # with defaults
                needed = sum(not each["optional"] for each in function["arguments"])
                yield Call(entry, function, tuple(positional[:needed]))


def reduction_calls(entry, function, dtype):
    """Along every dimension and pair of dimensions, kept and not."""
    make = Maker(f"{function['full_name']} {dtype}")
    takes_dim = any(each["name"] == "dim" for each in function["arguments"])
    for shape in [(2, 3), (4, 3, 2), (5,), (), (0, 3), (3, 0, 2), (60, 7), (1, 1)]:
        rank = len(shape)
        dims = [None, *range(-max(rank, 1), max(rank, 1)), *itertools.combinations(range(rank), 2), tuple(range(rank))]
        for dim in dims if takes_dim else [None]:
            folded = range(rank) if dim in (None, ()) else np.atleast_1d(dim) if rank else []
            if not entry["can_be_empty"] and any(shape[i] == 0 for i in folded):
                continue
            operand = make.sample(dtype, shape)
            if dim is None:
                yield Call(entry, function, (operand,))
            else:
                yield Call(entry, function, (operand, dim))
                yield Call(entry, function, (operand,), {"dim": dim, "keepdim": True})


def written_calls(entry, floating, integer):
    """What the entry's `calls` say, each with the first of its functions that it fits."""
    for text in entry["calls"]:
        make = Maker(f"{entry['where']} {text} {floating} {integer}", floating, integer)
        makers = ("t", "probability", "whole", "mask", "index", "arange", "rising")
        scope = {name: getattr(make, name) for name in makers} | DTYPES
        positional, named = eval(f"_call({text})", {"_call": lambda *a, **k: (a, k)} | scope)
        for function in entry["functions"]:
            call = Call(entry, function, positional, named)
            if call.bound() is not None:
                yield call
                break
        else:
            raise ValueError(f"{entry['where']}: no function of '{entry['name']}' takes ({text})")


def calls_of(entry):
    """(dtype, call) of everything that is compared."""
    if entry["has_plain_calls"]:
        make = elementwise_calls if entry["kind"] == "elementwise" else reduction_calls
        for dtype in computed_dtypes(entry):
            for function in entry["functions"]:
                if function["is_in_place"] and entry["dtype"] == "float" and dtype not in FLOATS:
                    continue
                for call in make(entry, function, dtype):
                    yield dtype, call
        return
    dtypes = computed_dtypes(entry)
    floats = [name for name in dtypes if name in FLOATS] or FLOATS[:1]
    integers = [name for name in dtypes if name in INTEGERS] or INTEGERS[-1:]
    for floating, integer in itertools.zip_longest(floats, integers):
        for call in written_calls(entry, floating or floats[0], integer or integers[0]):
            yield floating or integer, call


def promoted(dtypes):
    """PyTorch's promotion of tensors' dtypes."""
    def category(name):
        return 0 if name == "bool" else 2 if name in FLOATS else 1

    result = dtypes[0]
    for name in dtypes[1:]:
        if category(name) != category(result):
            result = max(name, result, key=category)
        elif {name, result} == {"float16", "bfloat16"}:
            result = "float32"
        elif name != result and "bfloat16" in (name, result):
            result = name if result == "bfloat16" else result
        elif name != result:
            result = np.promote_types(name, result).name
    return result


def result_dtype(call):
    """The dtype that the entry's rule gives an elementwise call or a reduction."""
    entry, function = call.entry, call.function
    values = call.bound()
    if function["is_in_place"] or entry["dtype"] == "self":
        return values["self"].dtype
    place = dict(zip(function["operands"], entry["operands"]))
    joining = [name for name in function["operands"] if place[name] not in entry["argument_dtypes"]]
    tensors = [values[name].dtype for name in joining if isinstance(values.get(name), Operand)]
    result = promoted(tensors) if tensors else "bool"
    for name in joining:
        value = values.get(name)
        if isinstance(value, float) and result not in FLOATS:
            result = "float32"
        elif isinstance(value, int) and not isinstance(value, bool) and result == "bool":
            result = "int64"
    if entry["dtype"] == "bool":
        return "bool"
    if entry["dtype"] == "float" and result not in FLOATS:
        return "float32"
    if entry["dtype"] == "accumulate" and result not in FLOATS:
        return "int64"
    return result
