"""Back ends' YAMLs to compare generators on: the Lazy Tensor Core's own, exhaustive ones, and ones drawn by chance."""

import functools
import random
from dataclasses import dataclass
from pathlib import Path

from torchgen.model import BaseTy, BaseType, ListType, OptionalType, SchemaKind, TensorOptionsArguments

import oracle

LTC = Path(__file__).with_name("ltc.yaml")
DRAWN = 60
KEYS = ["PrivateUse1", "PrivateUse1", "PrivateUse2", "PrivateUse3", "XLA", "Lazy", "HPU", "IPU"]
HELD = "Tensor Scalar int SymInt bool float str ScalarType Layout Device MemoryFormat Generator".split()
NON_NATIVE = [
    "  - func: scalar(Scalar value, ScalarType type) -> Tensor",
    "  - func: expand(Tensor input, int[] size, bool is_scalar_expand) -> Tensor\n    opkind: ltc_expand",
    "  - func: cast(Tensor input, ScalarType dtype, ScalarType? stype) -> Tensor\n    opkind: ltc_cast",
    "  - func: device_data(Tensor? data, int[]? strides, str name) -> Tensor\n"
    "    properties:\n      - ShapePrecompute\n      - CanBeReused",
    "  - func: resize_all(Tensor[] inputs, SymInt extent, float[]? scales) -> (Tensor, Tensor)\n"
    "    properties: [ShapeCompute, LowerDeclOnly, CreateFnDeclOnly, TreatScalarsAsConstants]",
]


@dataclass(frozen=True)
class Backend:
    name: str
    text: str


# What a function is, as far as it decides what a generator can make of it.


def arguments(function):
    """All types, of tensor options too."""
    flat = []
    for each in function.func.arguments.flat_all:
        flat += each.all() if isinstance(each, TensorOptionsArguments) else [each]
    return [each.type for each in flat]


def is_foreign(kind):
    """A type that no IR class holds."""
    while isinstance(kind, (ListType, OptionalType)):
        kind = kind.elem
    return kind.name.name not in HELD


def is_number_list(kind):
    return str(kind).startswith("Scalar[") or str(kind) == "Scalar[]?"


def has_device(function):
    tensors = [kind for kind in arguments(function) if kind.is_tensor_like()]
    return bool(tensors) or any(str(kind) == "Device?" for kind in arguments(function))


def gives_tensors(function):
    return bool(function.func.returns) and all(each.type == BaseType(BaseTy.Tensor) for each in function.func.returns)


def category(function):
    """One word: `plain` where both generators should write working code."""
    kinds = arguments(function)
    functional = function.func.kind() is SchemaKind.functional
    if any(map(is_foreign, kinds)):
        return "foreign"
    if not has_device(function):
        return "homeless"
    if any("Tensor?[" in str(kind) for kind in kinds):
        return "optional_lists"
    if any(map(is_number_list, kinds)):
        return "number_lists"
    if function.func.kind() is SchemaKind.mutable:
        return "mutable"
    if function.is_view_op or "inplace_view" in function.tags or any(
        each.annotation and not each.annotation.is_write for each in function.func.returns
    ):
        return "views"
    if not gives_tensors(function):
        only_list = len(function.func.returns) == 1 and str(function.func.returns[0].type).startswith("Tensor[")
        return "list_results" if functional and only_list else "odd_results" if functional else "lists_written"
    if not functional and len(function.func.returns) > 1:
        return "several_written"
    if not functional and "view_copy" in function.tags:
        return "view_copies_written"
    return "plain"


def class_name(name):
    """What torchgen calls the IR class; names that share one cannot both have a class."""
    return name.replace(".", "_").replace("_", "").lower()


def forbids_wrappers(family):
    """torchgen cannot write the in-place and out= functions of the family by its functional one."""
    if family[0].name not in oracle.whole():
        return False
    for member in family:
        function = oracle.functions()[member.name]
        silent = not function.func.returns and len(function.func.arguments.out) != 1
        if member.kind == "mutable" or (member.kind != "functional" and silent):
            return True
    return False


@functools.cache
def written_arguments():
    """The out= arguments of each out= function, by class_name."""
    outs = {name: function.func.arguments.out for name, function in oracle.functions().items()}
    return {class_name(name): tuple(each.name for each in arguments) for name, arguments in outs.items() if arguments}


@functools.cache
def names_by_category():
    found = {}
    for name, function in oracle.functions().items():
        found.setdefault(category(function), []).append(name)
    return found


def has_symint(name):
    return oracle.functions()[name].func.has_symint()


def without_twins(names):
    """The first of those that share a class name."""
    return list({class_name(name): name for name in reversed(names)}.values())[::-1]


def without_unfit_wrappers(names):
    fit = {member.name for family in oracle.families() if not forbids_wrappers(family) for member in family}
    return [name for name in names if name in fit]


def document(key="PrivateUse1", namespace="lazuli::device", switches=(), non_native=(), **lists):
    """A back end's YAML."""
    lines = [f"backend: {key}", f"cpp_namespace: {namespace}", *switches]
    for name, operators in lists.items():
        if operators:
            lines += [f"{name}:", *(f"  - {each}" for each in operators)]
    if non_native:
        lines += ["non_native:", *non_native]
    return "\n".join(lines) + "\n"


def exhaustive():
    """Everything there is, once in every role that it can have."""
    every = list(oracle.functions())
    plain = names_by_category()["plain"]

    def kind(names, wanted):
        return [name for name in names if oracle.functions()[name].func.kind().name == wanted]

    wrapped = without_unfit_wrappers(kind(every, "functional"))
    functional = without_twins(without_unfit_wrappers(kind(plain, "functional")))
    in_place, out = (without_twins(kind(plain, each)) for each in ("inplace", "out"))
    yield Backend("every_kernel", document(supported=every))
    yield Backend("every_symint_kernel", document(supported=every, symint=[name for name in every if has_symint(name)]))
    yield Backend("every_wrapper", document(supported=wrapped))
    others = [name for name in every if name not in ("abs", "abs_", "abs.out")]  # a family has one key
    yield Backend("every_autograd_kernel", document(supported=["abs"], autograd=others))
    yield Backend("every_functional", document(full_codegen=functional))
    with_symint = list(filter(has_symint, functional))
    yield Backend("every_symint_functional", document(full_codegen=functional, symint=with_symint))
    yield Backend("every_in_place", document(full_codegen=in_place))
    yield Backend("every_out", document(full_codegen=out))
    yield Backend("every_class", document(supported=["abs"], ir_gen=[name for name in functional if name != "abs"]))
    yield Backend("every_non_native", document(supported=["abs"], non_native=NON_NATIVE))


def peculiar():
    """What one generator, or neither, can express."""
    no_wrappers = ["use_out_as_primary: true"]  # nothing is derived from a functional
    lists = names_by_category()["list_results"]
    roles = {
        # Left out of the list upstream: its generator writes them, and what it writes does not compile.
        "list_results": dict(full_codegen=["unbind_copy.int", "split_copy.Tensor", "split_with_sizes_copy"]),
        "every_list_result": dict(full_codegen=without_twins(lists), switches=no_wrappers),
        # It compiles, and gives the result to the first tensor that is read, not to `out`.
        "out_reads_others": dict(full_codegen=["add.out", "bernoulli.out", "cat.out", "where.self_out", "addmm.out"]),
        "views": dict(full_codegen=["t", "as_strided_", "coalesce"]),
        "odd_results": dict(full_codegen=["equal", "_local_scalar_dense", "q_scale", "histogramdd"]),
        "mutable": dict(full_codegen=["_fused_moving_avg_obs_fq_helper"]),
        "optional_lists": dict(full_codegen=["index.Tensor", "_unsafe_index.Tensor"]),
        "number_lists": dict(full_codegen=["_foreach_add.ScalarList", "_foreach_pow.ScalarList"], switches=no_wrappers),
        "several_written": dict(full_codegen=["topk.values", "cummax.out", "native_batch_norm.out"]),
        "lists_written": dict(full_codegen=["_foreach_add_.Scalar", "unbind_copy.int_out"]),
        "view_copies_written": dict(full_codegen=["view_copy.out", "t_copy.out"]),
        "list_wrappers": dict(supported=["_foreach_abs", "_cudnn_rnn_backward"]),
        "mutable_wrapper": dict(supported=["rrelu_with_noise_functional"]),
        "foreign": dict(full_codegen=["set.source_Storage"]),
        "homeless": dict(full_codegen=["is_vulkan_available"]),
        "classes_only": dict(ir_gen=["add.Tensor"]),
        "class_name": dict(switches=["class_name: Kernels"], supported=["abs"], full_codegen=["mul.Tensor"]),
        "extra_headers": dict(switches=["extra_headers:", "  - kernels.h"], full_codegen=["mul.Tensor"]),
        "deep_namespace": dict(namespace="one::two::three", supported=["abs"], full_codegen=["mul.Tensor"]),
    }
    for name, lists in roles.items():
        yield Backend(name, document(**lists))


def drawn(number):
    """Families by chance, each under one key, their functions in any role."""
    chance = random.Random(f"lazuli back end {number}")
    key = chance.choice(KEYS)
    has_autograd = chance.random() < 0.5
    switches = []
    for switch in ("use_out_as_primary", "device_guard"):
        if chance.random() < 0.5:
            switches.append(f"{switch}: {chance.choice(['true', 'false', 'True'])}")
    lists = {"full_codegen": [], "ir_gen": [], "supported": [], "symint": [], "autograd": []}
    taken = set()
    families = chance.sample(oracle.families(), chance.choice([1, 3, 10, 40, 120]))
    families = sorted(families, key=len, reverse=True) if chance.random() < 0.3 else families
    for family in families:
        chosen = [member.name for member in family if chance.random() < 0.6] or [family[0].name]
        if forbids_wrappers(family):
            chosen = [member.name for member in family]  # nothing is left to derive
        on_autograd = has_autograd and chance.random() < 0.15
        for name in chosen:
            role = "autograd" if on_autograd else chance.choice(["full_codegen", "full_codegen", "supported", "ir_gen"])
            makes_class = role in ("full_codegen", "ir_gen")
            if makes_class and (category(oracle.functions()[name]) != "plain" or class_name(name) in taken):
                role, makes_class = "supported", False
            if makes_class:
                taken.add(class_name(name))
            lists[role].append(name)
            if role != "ir_gen" and has_symint(name) and chance.random() < 0.5:
                lists["symint"].append(name)
    if not lists["full_codegen"] + lists["supported"]:
        lists["supported"].append("abs" if "abs" not in lists["ir_gen"] + lists["autograd"] else "neg")
    for operators in lists.values():
        chance.shuffle(operators)
    order = list(lists)
    chance.shuffle(order)
    namespace = chance.choice(["lazuli::device", "device", "at::native"])
    non_native = chance.sample(NON_NATIVE, chance.randint(0, len(NON_NATIVE)))
    text = document(key, namespace, switches, non_native, **{name: lists[name] for name in order})
    return Backend(f"drawn_{number}", text)


@functools.cache
def every():
    return [
        Backend("ltc", LTC.read_text(encoding="utf-8")),
        *exhaustive(),
        *peculiar(),
        *map(drawn, range(DRAWN)),
    ]
