"""Back ends' YAMLs with a mistake each. A line that ends in `# here` is one that the message must name."""

from dataclasses import dataclass

HEAD = "backend: PrivateUse1\ncpp_namespace: lazuli::device\n"
ABS_RULE = "TORCH_API std::vector<torch::lazy::Shape> compute_shape_abs(const at::Tensor & self);"
ADD_KERNEL = """
// PrivateUse1NativeFunctions does without templates.
at::Tensor PrivateUse1NativeFunctions::add(const at::Tensor & self, const at::Tensor & other, const at::Scalar & alpha) {
  return lazuli::PrivateUse1NativeFunctions::abs(self);
}
"""


@dataclass(frozen=True)
class Case:
    """`refused`: whether torchgen sees the mistake, too. `rules` and `implementation` are as ours.run takes them."""

    name: str
    text: str
    refused: bool = True
    rules: tuple | None = (ABS_RULE,)
    implementation: str | None = None

    def lines(self):
        return [number for number, line in enumerate(self.text.split("\n"), 1) if line.endswith("# here")]


def _non_native(*lines):
    return HEAD + "supported:\n  - abs\nnon_native:\n" + "".join(f"  {line}\n" for line in lines)


def _split(one, one_name, two, two_name):
    return HEAD + f"{one}:\n  - {one_name}\n{two}:\n  - {two_name}  # here\n"


def _switch(line):
    return HEAD + f"{line}  # here\nsupported:\n  - abs\n"


# The mistakes of the tests that torchgen's driver of stubs has.
OF_TORCHGEN = [
    Case("missing_backend", "cpp_namespace: lazuli::device\nsupported:\n  - abs\n"),
    Case("empty_backend", "backend:  # here\ncpp_namespace: lazuli::device\nsupported:\n  - abs\n"),
    Case("unknown_backend", "backend: PrivateUse1x  # here\ncpp_namespace: lazuli::device\nsupported:\n  - abs\n"),
    Case("missing_cpp_namespace", "backend: PrivateUse1\nsupported:\n  - abs\n"),
    Case("blank_cpp_namespace", "backend: PrivateUse1\ncpp_namespace:\t  # here\nsupported:\n  - abs\n"),
    Case("supported_no_list", HEAD + "supported: abs  # here\n"),
    Case("unknown_in_supported", HEAD + "supported:\n  - abs\n  - abs_BAD  # here\n"),
    Case(
        "no_autograd_key",
        "backend: Vulkan\ncpp_namespace: lazuli::device\nsupported:\n  - add.Tensor\nautograd:  # here\n  - abs\n",
    ),
    Case("split_functional_and_out", _split("supported", "add.Tensor", "autograd", "add.out")),
    Case("split_functional_and_in_place", _split("supported", "add.Tensor", "autograd", "add_.Tensor")),
    Case("in_supported_and_autograd", _split("supported", "add.Tensor", "autograd", "add.Tensor")),
    Case("unknown_key", HEAD + "supported:\n  - abs\ninvalid_key: whatever  # here\n"),
    Case("use_out_as_primary_no_boolean", _switch("use_out_as_primary: foo")),
    Case("device_guard_no_boolean", _switch("device_guard: frodo")),
    Case("autograd_no_list", HEAD + "supported:\n  - abs\nautograd: add.Tensor  # here\n"),
]

FORMS = [
    Case("nothing", ""),
    Case("a_list", "- abs\n"),
    Case("a_word", "abs\n"),
    Case("not_yaml", HEAD + "supported: [abs\nautograd: }\n"),
    Case("a_tab", HEAD + "supported:\n\t- abs  # here\n"),
    Case("two_documents", HEAD + "supported:\n  - abs\n---\n" + HEAD),
    Case("key_twice", HEAD + "supported:\n  - abs\nsupported:  # here\n  - neg\n"),
    Case("backend_twice", HEAD + "backend: XLA  # here\nsupported:\n  - abs\n"),
    Case("backend_a_list", "backend: [PrivateUse1]  # here\ncpp_namespace: lazuli::device\nsupported:\n  - abs\n"),
    Case(
        "cpp_namespace_a_list", "backend: PrivateUse1\ncpp_namespace: [lazuli]  # here\nsupported:\n  - abs\n"
    ),
    Case("cpp_namespace_no_name", "backend: PrivateUse1\ncpp_namespace: 1st::2nd  # here\nsupported:\n  - abs\n", False),
    Case("class_name_no_name", _switch("class_name: My Kernels"), False),
    Case("class_name_a_list", _switch("class_name: [Kernels]"), False),
    Case("extra_headers_no_list", _switch("extra_headers: kernels.h")),
    Case("full_codegen_no_list", HEAD + "supported:\n  - neg\nfull_codegen: abs  # here\n"),
    Case("ir_gen_no_list", HEAD + "supported:\n  - abs\nir_gen: selu  # here\n"),
    Case("symint_no_list", HEAD + "supported:\n  - abs\nsymint: abs  # here\n"),
    Case("non_native_no_list", HEAD + "supported:\n  - abs\nnon_native:\n  func: a(Tensor b) -> Tensor  # here\n"),
    Case("full_codegen_empty", HEAD + "supported:\n  - abs\nfull_codegen:  # here\n"),
    Case("autograd_empty", HEAD + "supported:\n  - abs\nautograd:  # here\n"),
    Case("ir_gen_empty", HEAD + "supported:\n  - abs\nir_gen:  # here\n"),
    Case("non_native_empty", HEAD + "supported:\n  - abs\nnon_native:  # here\n"),
    Case("item_empty", HEAD + "supported:\n  - abs\n  -  # here\n"),
    Case("item_a_list", HEAD + "supported:\n  - abs\n  - [neg]  # here\n"),
    Case("item_a_map", HEAD + "supported:\n  - abs\n  - neg: yes  # here\n"),
    Case("item_a_schema", HEAD + "supported:\n  - abs(Tensor self) -> Tensor  # here\n"),
]

NAMES = [
    Case("unknown_in_full_codegen", HEAD + "full_codegen:\n  - abs\n  - abz  # here\n"),
    Case("unknown_in_autograd", HEAD + "supported:\n  - abs\nautograd:\n  - add.Tenser  # here\n"),
    Case("unknown_in_ir_gen", HEAD + "supported:\n  - abs\nir_gen:\n  - sellu  # here\n", False),
    Case("unknown_in_symint", HEAD + "supported:\n  - abs\nsymint:\n  - view_copi  # here\n", False),
    Case("unknown_overload", HEAD + "supported:\n  - add.Tensr  # here\n"),
    Case("overload_left_out", HEAD + "supported:\n  - add  # here\n"),
    Case("two_dots", HEAD + "supported:\n  - add.Tensor.out  # here\n"),
    Case("symint_of_no_symint", HEAD + "supported:\n  - abs\nsymint:\n  - abs  # here\n"),
    Case("twice_in_supported", HEAD + "supported:\n  - abs\n  - neg\n  - abs  # here\n", False),
    Case("twice_in_full_codegen", HEAD + "full_codegen:\n  - abs\n  - abs  # here\n", False),
    Case("twice_in_ir_gen", HEAD + "supported:\n  - abs\nir_gen:\n  - selu\n  - selu  # here\n", False),
    Case("twice_in_autograd", HEAD + "supported:\n  - neg\nautograd:\n  - abs\n  - abs  # here\n", False),
    Case("twice_in_symint", HEAD + "supported:\n  - view_copy\nsymint:\n  - view_copy\n  - view_copy  # here\n", False),
    Case("in_full_codegen_and_supported", _split("full_codegen", "abs", "supported", "abs"), False),
    Case("in_full_codegen_and_ir_gen", _split("full_codegen", "abs", "ir_gen", "abs"), False),
    Case("in_full_codegen_and_autograd", _split("full_codegen", "abs", "autograd", "abs")),
    Case("split_in_place_and_out", _split("full_codegen", "neg_", "autograd", "neg.out")),
    Case("twin_in_place", HEAD + "full_codegen:\n  - neg\n  - neg_  # here\n", False),
    Case("twin_by_underscore", HEAD + "supported:\n  - abs\nir_gen:\n  - _conj_physical\n  - conj_physical  # here\n", False),
    Case("twin_in_another_list", _split("full_codegen", "abs", "ir_gen", "abs_"), False),
    Case(
        "twin_non_native",
        HEAD + "full_codegen:\n  - abs\nnon_native:\n  - func: abs(Tensor self) -> Tensor  # here\n",
        False,
    ),
    Case("no_device", HEAD + "full_codegen:\n  - is_vulkan_available  # here\n", rules=None),
    Case("storage", HEAD + "full_codegen:\n  - set.source_Storage  # here\n", rules=None),
    Case("no_tensor_result", HEAD + "full_codegen:\n  - equal  # here\n", False, rules=None),
    # torchgen looks at the key only where an operator is listed; its lazy driver then stops at an assertion.
    Case("no_operator_and_no_key", "backend: BAD_XLA  # here\ncpp_namespace: lazuli::device\nsupported:\n"),
    Case("key_of_pytorch", "backend: CPU  # here\ncpp_namespace: lazuli::device\nsupported:\n  - abs\n"),
]

ENTRIES = [
    Case("non_native_no_func", _non_native("- opkind: ltc_cast  # here")),
    Case("non_native_no_map", _non_native("- cast(Tensor input) -> Tensor  # here")),
    Case("non_native_func_empty", _non_native("- func:  # here")),
    Case("non_native_no_schema", _non_native("- func: cast(Tensor input  # here")),
    Case("non_native_no_result", _non_native("- func: cast(Tensor input)  # here")),
    Case("non_native_unknown_type", _non_native("- func: cast(Tensr input) -> Tensor  # here")),
    Case("non_native_no_default", _non_native("- func: cast(Tensor input, int size=) -> Tensor  # here")),
    Case("non_native_argument_twice", _non_native("- func: cast(Tensor input, int input) -> Tensor  # here"), False),
    Case("non_native_twice", _non_native("- func: cast(Tensor a) -> Tensor", "- func: cast(Tensor b) -> Tensor  # here"), False),
    Case("non_native_func_twice", _non_native("- func: cast(Tensor a) -> Tensor", "  func: cast(Tensor b) -> Tensor  # here")),
    Case("non_native_unknown_key", _non_native("- func: cast(Tensor a) -> Tensor", "  op_kind: ltc_cast  # here"), False),
    Case(
        "non_native_unknown_property",
        _non_native("- func: cast(Tensor a) -> Tensor", "  properties:", "    - ShapeCompute", "    - ShapeCach  # here"),
    ),
    Case(
        "non_native_properties_no_list",
        _non_native("- func: cast(Tensor a) -> Tensor", "  properties: ShapeCompute  # here"),
    ),
]

FILES = [
    Case("kernel_missing", HEAD + "supported:\n  - abs  # here\n  - add.Tensor\n", implementation=ADD_KERNEL),
    Case(
        "kernel_called_alone",
        HEAD + "supported:\n  - neg  # here\n  - add.Tensor\n",
        False,
        implementation=ADD_KERNEL + "at::Tensor f(at::Tensor x) { return PrivateUse1NativeFunctions::neg(x); }\n",
    ),
    Case(
        "overload_missing",
        HEAD + "supported:\n  - add.Scalar\n  - add.Tensor\n",
        implementation=ADD_KERNEL,
    ),
    Case(
        "kernel_of_another_class",
        HEAD + "supported:\n  - add.Tensor  # here\n",
        implementation=ADD_KERNEL.replace("PrivateUse1Native", "XLANative"),
    ),
    Case("rule_missing", HEAD + "full_codegen:\n  - neg\n  - abs\n  - isnan  # here\n"),
    Case("rule_differs", HEAD + "full_codegen:\n  - abs  # here\n", rules=(ABS_RULE.replace("at::Tensor", "at::Scalar"),)),
    Case("rule_takes_more", HEAD + "full_codegen:\n  - abs  # here\n", rules=(ABS_RULE.replace("self", "self, int64_t dim"),)),
    Case("rule_in_a_comment", HEAD + "full_codegen:\n  - abs  # here\n", rules=("// " + ABS_RULE,)),
]

EVERY = OF_TORCHGEN + FORMS + NAMES + ENTRIES + FILES

# What must pass: the valid ones of the same tests of torchgen, and the near misses of the cases above.
VALID = [
    Case("one", HEAD + "supported:\n  - abs\n"),
    Case("several", HEAD + "supported:\n  - add.Tensor\n  - abs\n"),
    Case("none", HEAD + "supported:\n"),
    Case("with_autograd", HEAD + "supported:\n  - abs\nautograd:\n  - add.Tensor\n"),
    Case("symint_empty", HEAD + "supported:\n  - abs\nsymint:\n"),
    Case("kernels_written", HEAD + "full_codegen:\n  - abs\nsupported:\n  - add.Tensor\n", implementation=ADD_KERNEL),
    Case("rules_written", HEAD + "full_codegen:\n  - abs\n"),
    Case("class_and_kernel_of_a_family", HEAD + "full_codegen:\n  - abs\nsupported:\n  - abs_\n  - abs.out\n"),
]
