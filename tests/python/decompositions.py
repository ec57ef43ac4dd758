"""torch/decompositions.yaml, worked out from Python with Lazuli's functions: the same expressions that the generator
writes as C++."""

import ast
import math
import pathlib
import re

import yaml

import lazuli as lz

PATH = pathlib.Path(__file__).parents[2] / "torch" / "decompositions.yaml"


class Decomposition:
    def __init__(self, entry):
        self.name, arguments = re.match(r"([\w.]+)\((.*)\) ->", entry["op"]).groups()
        parts = [each.strip() for each in re.split(r",(?![^\[(]*[\])])", arguments)]
        self.arguments = [each.split()[-1].split("=")[0] for each in parts if each != "*"]
        self.dims = {each.split()[-1].split("=")[0] for each in parts if re.match(r"(Sym)?[Ii]nt\[", each)}
        self.text = entry["as"]
        self.specials = entry.get("special", {})
        self.absent = entry.get("absent", {})

    def __call__(self, /, **given):
        """The results as a list. Arguments that are left out are None."""
        values = {name: given.get(name) for name in self.arguments}
        for name, text in self.absent.items():
            if values[name] is None:
                values[name] = ast.literal_eval(text.capitalize())
        text = self.text
        for name, texts in self.specials.items():
            text = texts.get(values[name], text)
        result = evaluate(text, values)
        return result if isinstance(result, list) else [result]


def read():
    return [Decomposition(each) for each in yaml.safe_load(PATH.read_text())]


class Translated(ast.NodeTransformer):
    """Functions get a namespace of their own, a.f(b) is f(a, b), and given() works out one of its branches alone."""

    def visit_Call(self, node):
        self.generic_visit(node)
        name, operands = node.func, node.args
        if isinstance(name, ast.Attribute):
            name, operands = ast.Name(name.attr, ast.Load()), [name.value, *operands]
        if name.id == "given":
            return ast.IfExp(ast.Call(ast.Name("is_given", ast.Load()), [operands[0]], []), *operands[1:])
        return ast.Call(ast.Name("call_" + name.id, ast.Load()), operands, node.keywords)


def evaluate(text, values):
    names = {"true": True, "false": False, "float32": lz.float32, "int64": lz.int64, "is_given": is_given}
    names.update({"from_" if name == "from" else name: value for name, value in values.items()})
    names.update({"call_" + name: getattr(lz, name) for name in dir(lz)})
    names.update({"call_" + name: function for name, function in FUNCTIONS.items()})
    tree = ast.parse(re.sub(r"\bfrom\b", "from_", text))
    for line in tree.body:
        value = ast.fix_missing_locations(Translated().visit(line)).value
        result = eval(compile(ast.Expression(value), str(PATH), "eval"), names)
        if isinstance(line, ast.Assign):
            names[line.targets[0].id] = result
    return result


def is_given(value):
    return value if isinstance(value, bool) else value is not None


def size(self, dim):
    return self[dim] if isinstance(self, (list, tuple)) else self.shape[dim]


def wide_dtype(dtype):
    return lz.float32 if dtype in (lz.float16, lz.bfloat16) else dtype


FUNCTIONS = {
    "wide_dtype": wide_dtype,
    "size": size,
    "sizes": lambda self: list(self.shape),
    "numel": lambda self: math.prod(self if isinstance(self, (list, tuple)) else self.shape),
    "dim": lambda self: len(self) if isinstance(self, (list, tuple)) else self.dim(),
    "dtype": lambda self: self.dtype,
    "quotient": lambda a, b: a // b if b else 0,
    "last_dims": lambda count: list(range(-count, 0)),
    "sum": lz.sum,
    "to": lambda self, dtype: self.to(dtype),
}
