"""The oracle and the readers themselves: what they read is what stands there, and no difference escapes."""

import copy
import dataclasses
import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backends
import compare
import generated
import oracle
import ours

SAMPLE = Path(__file__).with_name("sample")  # an output in the form of lazuli-gen's, written by hand


@functools.cache
def of_torchgen(name):
    [text] = [backend.text for backend in backends.every() if backend.name == name]
    return oracle.run(text).generated


@functools.cache
def sample():
    return generated.read(SAMPLE)


def test_sample_is_what_torchgen_writes():
    theirs = oracle.run((SAMPLE / "backend.yaml").read_text(encoding="utf-8")).generated
    [(aspect, what)] = compare.differences(theirs, sample())
    assert (aspect, what.split(":")[0]) == ("member", "ConvolutionBackward.output_mask")


def test_sample():
    found = sample()
    assert found.registered["AutogradPrivateUse1"] == ["max_pool3d"]
    assert len(found.registered["PrivateUse1"]) == 9
    assert found.registrars["PrivateUse1"] == "RegisterLazuliPrivateUse1NativeFunctions"
    assert (found.namespace, found.kernel_class) == ("lazuli::device", "PrivateUse1NativeFunctions")
    assert [kernel.name for kernel in found.kernels] == [
        "_to_copy", "add", "add_", "convolution_backward", "max_pool3d", "unbind_copy",
    ]  # fmt: skip
    assert [kernel.name for kernel in found.definitions] == ["add", "convolution_backward", "unbind_copy"]
    assert str(found.kernels[2]) == "at::Tensor& add_(at::Tensor& self, const at::Tensor& other, const at::Scalar& alpha)"
    assert [each.name for each in found.classes] == ["AddTensor", "ConvolutionBackward", "UnbindCopyInt"]
    assert found.classes[0].members == (("self", "Value"), ("other", "Value"), ("alpha", "at::Scalar"))


@pytest.mark.parametrize("name", ["every_kernel", "every_symint_kernel"])
def test_kernels_of_the_oracle(name):
    """Each declaration as text, read again, is the signature that torchgen holds for the function."""
    symint = name == "every_symint_kernel"
    expected = {oracle.kernel(each, symint and backends.has_symint(each)) for each in oracle.functions()}
    assert set(of_torchgen(name).kernels) == expected


def test_registrations_of_the_oracle():
    """Of every family of which the functional is listed, all is registered."""
    expected = sorted(
        member.name for family in oracle.families() if not backends.forbids_wrappers(family) for member in family
        if member.kind == "functional" or member.name in oracle.whole()
    )  # fmt: skip
    assert of_torchgen("every_wrapper").registered == {"PrivateUse1": expected}


def test_runs_leave_no_trace():
    """After other runs, and one that fails, a run gives what a fresh process gives."""
    for name in ("drawn_1", "foreign", "every_symint_functional"):
        of_torchgen(name)
    again = oracle.run.__wrapped__(backends.LTC.read_text(encoding="utf-8"))
    fresh = subprocess.run([sys.executable, oracle.__file__, backends.LTC], capture_output=True, text=True, check=True)
    assert json.loads(json.dumps(dataclasses.asdict(again))) == json.loads(fresh.stdout)


def test_families_of_the_oracle():
    everything = [member.name for family in oracle.families() for member in family]
    assert sorted(everything) == sorted(oracle.functions()) and oracle.whole() < set(everything)
    assert all(len({member.kind for member in family}) == len(family) for family in oracle.families())


def test_reads_families():
    text = (
        "0 functional abs written abs(Tensor self) -> Tensor\n"
        "0 in_place abs_ written abs_(Tensor(a!) self) -> Tensor(a!)\n"
        "0 out abs.out derived abs.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)\n"
        "1 functional item written item(Tensor self) -> Scalar\n"
    )
    first, second = ours.read_families(text)
    assert [member.kind for member in first] == ["functional", "in_place", "out"]
    assert [member.derived for member in first] == [False, False, True]
    assert second == (oracle.Member("functional", "item", False, "item(Tensor self) -> Scalar"),)


def test_back_ends_are_many_and_alike_each_time():
    texts = [backend.text for backend in backends.every()]
    assert len(set(texts)) == len(texts) > 60
    assert [backends.drawn(number).text for number in range(backends.DRAWN)] == texts[-backends.DRAWN :]
    roles = ["full_codegen", "ir_gen", "supported", "symint", "autograd", "non_native", "use_out_as_primary", "device_guard"]
    for role in roles:
        assert sum(f"\n{role}:" in text for text in texts[-backends.DRAWN :]) >= 10, role


def test_drawn_back_ends_pass_torchgen():
    """A refusal would hide what is to be compared."""
    refusals = {name: of_torchgen(name).refusal for name in map("drawn_{}".format, range(backends.DRAWN))}
    assert not [f"{name}: {refusal}" for name, refusal in refusals.items() if refusal]


LAYOUTS = st.lists(st.sampled_from([" ", "\n", "  ", "\n      ", " \n"]), min_size=40, max_size=40)


@given(st.sampled_from(range(300)), LAYOUTS, st.booleans())
def test_layout_has_no_meaning(number, spaces, outermost):
    """However a declaration is broken into lines, and with `::` before names or not, it is the same kernel."""
    kernel = of_torchgen("every_kernel").kernels[number * 10]
    text = str(kernel)
    for mark in ("(", ")", ",", "<", ">", "&"):
        text = text.replace(mark, f"{spaces[0]}{mark}{spaces[1]}")
    parts = text.split(" ")
    text = "".join(part + spaces[place % len(spaces)] for place, part in enumerate(parts))
    if outermost:
        text = text.replace("std::", "::std::").replace("at::", "::at::").replace("c10::", "::c10::")
    _, _, kernels = generated.read_declarations(f"namespace a {{ struct K {{ static {text}; }}; }}")
    assert kernels == [kernel]


def spoil(found, chance):
    """Changes one thing, and says which."""
    found = copy.deepcopy(found)
    aspect = chance.draw(st.sampled_from(["registered", "kernels", "definitions", "classes", "arguments", "namespace"]))
    if aspect == "namespace":
        found.namespace += "s"
    elif aspect == "registered":
        operators = found.registered["PrivateUse1"]
        place = chance.draw(st.integers(0, len(operators) - 1))
        operators[place : place + 1] = chance.draw(st.sampled_from([[], [operators[place]] * 2, [operators[place] + "_"]]))
    elif aspect in ("kernels", "definitions"):
        kernels = getattr(found, aspect)
        place = chance.draw(st.integers(0, len(kernels) - 1))
        kernel = kernels[place]
        kernels[place] = chance.draw(
            st.sampled_from(
                [
                    dataclasses.replace(kernel, name=kernel.name + "_symint"),
                    dataclasses.replace(kernel, result="void"),
                    dataclasses.replace(kernel, arguments=kernel.arguments + (("int64_t", "extra"),)),
                    dataclasses.replace(kernel, arguments=(("at::Tensor", "other_name"), *kernel.arguments[1:])),
                ]
            )
        )
    else:
        place = chance.draw(st.integers(0, len(found.classes) - 1))
        if aspect == "classes":
            del found.classes[place]
        else:
            each = found.classes[place]
            found.classes[place] = dataclasses.replace(each, arguments=each.arguments[::-1] + ("last",))
    return aspect, found


@given(st.data())
def test_no_difference_escapes(chance):
    aspect, spoilt = spoil(sample(), chance)
    assert aspect in {each for each, _ in compare.differences(sample(), spoilt)}
    assert aspect in {each for each, _ in compare.differences(spoilt, sample())}


def test_refusals_are_differences():
    refused = generated.Generated("backend.yaml:3: abs: no such operator\n")
    assert compare.differences(sample(), refused) == [("only we refuse", "abs: no such operator")]
    assert compare.differences(refused, refused) == []
    assert compare.differences(generated.Generated("AssertionError: no"), sample()) == [
        ("only torchgen refuses", "AssertionError: no")
    ]


def test_table_knows_its_idle_rows():
    table = compare.Table({("kernels", "abs"): "a reason", ("classes", "Abs"): "another"})
    assert table.unexcused([("kernels", "abs: only ours"), ("classes", "Neg: only ours")]) == ["classes: Neg: only ours"]
    assert table.idle() == [("classes", "Abs")]


def test_wrappers_must_be_there(tmp_path):
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "RegisterAutogradPrivateUse1.cpp"
    path.write_text(path.read_text().replace("wrapper_AutogradPrivateUse1__max_pool3d(", "wrapper_of_another("))
    with pytest.raises(AssertionError, match="registered but not defined"):
        generated.read(tmp_path)
