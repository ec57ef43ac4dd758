"""`lazuli-gen torch` against torchgen on all of backends.py: the same registrations, kernels and IR classes."""

import functools
import re

import pytest

import backends
import compare
import generated
import oracle
import ours

# What differs, and why it may. A row that nothing needs fails the test.
EXCUSED = compare.Table(
    {
        ("only torchgen refuses", r"backend_key must be non-None"): "classes without kernels are of use: ir_gen alone",
        ("only torchgen refuses", r"other valid types to handle here \(ListCType\(elem=OptionalCType"): (
            "Tensor?[] is a vector of absent and present operands, as indexing needs it"
        ),
        ("only torchgen refuses", r"other valid types to handle here \(VectorCType"): "Scalar[] is a vector of numbers",
        ("only torchgen refuses", r"an op is an in-place variant and has tuple outputs"): (
            "each of several out= arguments is written, and a list that is written gives nothing"
        ),
        ("only torchgen refuses", r"Expected exactly 1 out argument"): "lists and several arguments are written one by one",
        ("only torchgen refuses", r"must have CompositeExplicitAutogradNonFunctional kernel"): (
            "the shape of an out= function of a view copy is that of the functional one"
        ),
        ("only torchgen refuses", r"more than 2 level\(s\) of custom namespace"): "a C++ namespace is as deep as it is",
        ("only torchgen refuses", r"contains unexpected keys: extra_headers"): "torchgen tells of the key, and refuses it",
        ("only torchgen refuses", r"gen_out_inplace_wrapper called on a functional op"): (
            "a function that changes an argument beside its results stays without a kernel; its relatives get theirs"
        ),
        ("only we refuse", r"gives \w+, which is no tensor|gives a list among other results"): (
            "what is no tensor cannot be recorded; torchgen's kernel gives a tensor where its signature says otherwise"
        ),
        ("only we refuse", r"changes its arguments '"): "torchgen's kernel leaves them as they were",
        ("only we refuse", r"its result shares memory with an argument"): (
            "a view that is recorded is a copy: torchgen's kernel gives a tensor that writes do not reach"
        ),
        ("kernel class", r"Kernels: only ours|PrivateUse1NativeFunctions: only torchgen's"): (
            "torchgen's lazy driver drops class_name, which its driver of stubs takes"
        ),
        ("out= arguments", r".*"): "they are written, not read",
        ("member", r"std::vector<bool> in torchgen's, std::array<bool,\d> in ours"): "bool[3] has three elements",
    }
)


@functools.cache
def compared(backend):
    """What differs. The header of shape rules holds what torchgen asks for, so that no rule is missing."""
    theirs = oracle.run(backend.text)
    mine = ours.run(backend.text, rules=theirs.rules)
    assert not mine.generated.refusal or not mine.written, f"refused, and wrote {mine.written}"
    return compare.differences(theirs.generated, mine.generated, backends.written_arguments())


@pytest.mark.parametrize("backend", backends.every(), ids=lambda backend: backend.name)
def test_same_as_torchgen(backend):
    left = EXCUSED.unexcused(compared(backend))
    assert not left, "\n".join(left[:50] + [f"and {len(left) - 50} more"] * (len(left) > 50))


def test_every_excuse_is_needed():
    for backend in backends.every():
        EXCUSED.unexcused(compared(backend))
    assert not EXCUSED.idle()


@pytest.mark.parametrize("backend", backends.every()[:1] + backends.every()[-8:], ids=lambda backend: backend.name)
def test_says_which_rules_are_missing(backend):
    """Without any rule both name the same declarations."""
    rules = oracle.run(backend.text).rules
    mine = ours.run(backend.text, rules=[])
    if not rules:
        assert mine.status == 0, mine.errors
        return
    assert mine.status == 1 and not mine.written
    told = generated.canonical(mine.errors)
    wanted = [generated.canonical(rule[rule.index("compute_shape_") :].rstrip(";")) for rule in rules]
    assert not [rule for rule in wanted if rule not in told]


def test_wheel_has_the_rules():
    """The list of operators and the header of one release fit; one kernel of symbolic ints more, and a rule is missing."""
    text = backends.LTC.read_text(encoding="utf-8")
    assert not oracle.run(text, header=oracle.shape_header()).generated.refusal
    assert ours.run(text, header=oracle.shape_header()).status == 0
    lacking = "compute_shape_embedding_dense_backward_symint"
    text = text.replace("symint:\n", "symint:\n  - embedding_dense_backward\n")
    assert lacking in oracle.run(text, header=oracle.shape_header()).generated.refusal
    mine = ours.run(text, header=oracle.shape_header())
    assert mine.status == 1 and not mine.written
    [problem] = re.findall(r"^backend\.yaml:\d+: (.*)", mine.errors, re.M)
    assert lacking in problem


def test_every_class_of_the_wheel_has_its_counterpart():
    header = oracle.shape_header().parents[1] / "generated/LazyIr.h"
    theirs = generated.read_classes(generated.without_comments(header.read_text(encoding="utf-8")))
    mine = ours.run(backends.LTC.read_text(encoding="utf-8"), header=oracle.shape_header())
    assert len(theirs) == 165
    assert {each.name for each in theirs} == {each.name for each in mine.generated.classes}
