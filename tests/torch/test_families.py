"""Families, derived functions and schemas of all of native_functions.yaml, against torchgen."""

import re

import pytest

import oracle
import ours


@pytest.fixture(scope="module")
def families():
    return ours.families()


def test_same_families(families):
    def names(family):
        return frozenset((member.kind, member.name) for member in family)

    theirs, mine = set(map(names, oracle.families())), set(map(names, families))
    assert not sorted(map(sorted, theirs - mine)) and not sorted(map(sorted, mine - theirs))
    assert len(families) == len(oracle.families())


def test_same_functions_are_derived(families):
    def derived(all_families):
        return {member.name for family in all_families for member in family if member.derived}

    assert derived(families) == derived(oracle.families())


def test_same_schemas(families):
    """`N of N`: of the derived functions too."""
    theirs = {member.name: member.schema for family in oracle.families() for member in family}
    mine = {member.name: member.schema for family in families for member in family}
    apart = [f"{mine.get(name)}\n  torchgen: {schema}" for name, schema in theirs.items() if mine.get(name) != schema]
    assert not apart, "\n".join(apart[:20] + [f"{len(theirs) - len(apart)} of {len(theirs)}"])


def test_schemas_as_written(families):
    """Read and printed again, a schema is the text of the file."""
    text = oracle.NATIVE_FUNCTIONS.read_text(encoding="utf-8")
    written = [re.sub(r"^(['\"])(.*)\1$", r"\2", each.strip()) for each in re.findall(r"^- func: (.*)$", text, re.M)]
    mine = {member.schema for family in families for member in family if not member.derived}
    apart = [schema for schema in written if schema not in mine]
    assert len(written) == len(mine)
    assert not apart, "\n".join(apart[:20] + [f"{len(written) - len(apart)} of {len(written)}"])


def test_families_are_numbered_in_a_row():
    numbers = [int(line.split()[0]) for line in ours.call("--families").stdout.splitlines()]
    distinct = sorted(set(numbers))
    assert distinct == list(range(distinct[0], distinct[0] + len(oracle.families())))
