"""What PyTorch's own generator makes of a back end's YAML, and of the operators' YAML itself.

torchgen keeps what it read and changes it as it runs; here it reads once, and every run gets a table of its own.

    python oracle.py FILE.yaml      prints what it makes of a file, as JSON
"""

import copy
import dataclasses
import functools
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import torchgen
from torchgen import gen, gen_lazy_tensor
from torchgen.api.types import DispatcherSignature
from torchgen.context import native_function_manager
from torchgen.model import NativeFunctionsGroup, SchemaKind
from torchgen.native_function_generation import pre_group_native_functions

import generated

ATEN = Path(torchgen.__file__).parent / "packaged" / "ATen"
NATIVE_FUNCTIONS = ATEN / "native" / "native_functions.yaml"
TAGS = ATEN / "native" / "tags.yaml"
KINDS = {
    SchemaKind.functional: "functional",
    SchemaKind.inplace: "in_place",
    SchemaKind.out: "out",
    SchemaKind.mutable: "mutable",
}


def shape_header():
    """The header of PyTorch's shape rules, from the wheel."""
    torch = Path(importlib.util.find_spec("torch").submodule_search_locations[0])
    return torch / "include" / "torch" / "csrc" / "lazy" / "core" / "shape_inference.h"


@functools.cache
def parsed():
    return gen.parse_native_yaml(str(NATIVE_FUNCTIONS), str(TAGS))


@functools.cache
def grouped():
    return gen.get_grouped_native_functions(parsed().native_functions)


@functools.cache
def functions():
    """Every function by its full name, the derived ones too."""
    return {str(function.func.name): function for function in parsed().native_functions}


@dataclasses.dataclass(frozen=True)
class Member:
    """A function of a family."""

    kind: str
    name: str
    derived: bool
    schema: str


@functools.cache
def families():
    """Functions that are one computation, by their kinds; one that has no relatives is a family, too."""
    def member(kind, function):
        return Member(KINDS[kind], str(function.func.name), "generated" in function.tags, str(function.func))

    groups = pre_group_native_functions(parsed().native_functions).values()
    return [tuple(member(*each) for each in group.items()) for group in groups]


@functools.cache
def whole():
    """The names of functions whose families have a functional and an out= one: torchgen writes them by each other."""
    groups = [group for group in grouped() if isinstance(group, NativeFunctionsGroup)]
    return frozenset(str(each.func.name) for group in groups for each in group.functions())


class Names(list):
    """A list that finds a name by its hash: torchgen looks up every operator of PyTorch, several times."""

    def __init__(self, names):
        super().__init__(names)
        self.known = frozenset(names)

    def __contains__(self, name):
        return name in self.known

    def __add__(self, others):
        return Names([*self, *others])


@dataclasses.dataclass
class Run:
    """`rules`: the declarations of shape rules that it asks for."""

    generated: generated.Generated
    rules: list


@functools.cache
def run(yaml, header=None, implementation=None, backend_name="Lazuli"):
    """Runs the driver on the text of a YAML. Without a header every shape rule is taken to be there; with one its path
    is checked as torchgen does, and so is the file of written kernels, if named. A second call gives the same object."""
    with tempfile.TemporaryDirectory() as scratch:
        source, output = Path(scratch, "backend.yaml"), Path(scratch, "output")
        source.write_text(yaml, encoding="utf-8")
        output.mkdir()
        rules = []
        check = gen_lazy_tensor.validate_shape_inference_header
        read_keys = gen_lazy_tensor.parse_native_functions_keys

        def note_rules(path, declarations):
            rules.extend(declarations)
            if header:
                check(path, declarations)

        def quick_keys(*arguments):
            full_codegen, non_native, ir_gen = read_keys(*arguments)
            return Names(full_codegen), non_native, Names(ir_gen)

        native = parsed()
        replaced = {
            "parse_native_yaml": lambda *_: native._replace(backend_indices=copy.copy(native.backend_indices)),
            "get_grouped_native_functions": lambda _: grouped(),
            "parse_native_functions_keys": quick_keys,
            "validate_shape_inference_header": note_rules,
        }
        kept = {name: getattr(gen_lazy_tensor, name) for name in replaced}
        refusal = None
        try:
            vars(gen_lazy_tensor).update(replaced)
            gen_lazy_tensor.run_gen_lazy_tensor(
                str(ATEN),
                str(source),
                str(output),
                False,
                implementation and str(implementation),
                shape_inference_hdr=str(header or "rules.h"),
                backend_name=backend_name,
            )
        except Exception as error:  # torchgen refuses by whatever exception comes up
            refusal = f"{type(error).__name__}: {error}".replace(scratch, "")
        finally:
            vars(gen_lazy_tensor).update(kept)
        return Run(generated.read(output, refusal), rules)


def kernel(name, symint=False):
    """The C++ signature of a function, as a kernel has it."""
    function = functions()[name]
    with native_function_manager(function):
        signature = DispatcherSignature.from_schema(function.func, symint=symint)
        result, called, arguments = signature.returns_type().cpp_type(), signature.name(), signature.arguments()
    return generated.kernel(result, called + ("_symint" if symint else ""), ", ".join(each.decl() for each in arguments))


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(run(Path(sys.argv[1]).read_text(encoding="utf-8"))), indent=1))
