"""A mistake in a back end's YAML: the status is 1, nothing is written, and the message names the line.
LAZULI_UPDATE_GOLDEN=1 writes the messages anew, for review as a diff."""

import os
import re
from pathlib import Path

import pytest

import malformed
import oracle
import ours

GOLDEN = Path(__file__).with_name("golden")


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def run(case):
    return ours.run(case.text, rules=case.rules, implementation=case.implementation)


@named(malformed.EVERY)
def test_malformed(case):
    result = run(case)
    assert result.status == 1, f"status {result.status}: {result.errors}"
    assert not result.written
    places = [int(line) for line in re.findall(r"^backend\.yaml:(\d+): \S", result.errors, re.M)]
    assert places, result.errors
    assert all(line in places for line in case.lines()), result.errors
    message = result.errors.replace(str(oracle.ATEN), "ATen")
    golden = GOLDEN / f"{case.name}.txt"
    if os.environ.get("LAZULI_UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(message, encoding="utf-8")
    assert message == golden.read_text(encoding="utf-8")


def test_no_golden_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*")} <= {case.name for case in malformed.EVERY}


@named(malformed.VALID)
def test_valid(case):
    result = run(case)
    assert result.status == 0, result.errors
    assert result.errors == ""


@named(malformed.EVERY)
def test_torchgen_sees_it(case, tmp_path):
    """What torchgen lets pass, too: where we are stricter is written down, and true."""
    implementation = header = None
    if case.implementation is not None:
        implementation = tmp_path / "kernels.cpp"
        implementation.write_text(case.implementation, encoding="utf-8")
    if case.rules is not None:
        header = tmp_path / "rules.h"
        header.write_text("\n".join(case.rules), encoding="utf-8")
    refusal = oracle.run(case.text, header=header, implementation=implementation).generated.refusal
    assert bool(refusal) == case.refused, refusal


@pytest.mark.parametrize("option", ["--backend-yaml", "--native-functions", "--tags", "--shape-inference-hdr", "--impl-path"])
def test_unreadable_file(option, tmp_path):
    (tmp_path / "backend.yaml").write_text(malformed.VALID[0].text, encoding="utf-8")
    given = {
        "--native-functions": str(oracle.NATIVE_FUNCTIONS),
        "--tags": str(oracle.TAGS),
        "--backend-yaml": "backend.yaml",
        "--output-dir": "output",
    } | {option: "not_there"}
    result = ours.call_plainly(*(each for pair in given.items() for each in pair), folder=tmp_path)
    assert result.returncode != 0
    assert "not_there" in result.stderr
    assert not list(tmp_path.rglob("output/*"))
