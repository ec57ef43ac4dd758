"""What `lazuli-gen torch` makes of a back end's YAML, and of the operators'. LAZULI_GEN names the program."""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import generated
import oracle

PROGRAM = os.environ.get("LAZULI_GEN", "lazuli-gen")


def call_plainly(*options, folder=None):
    """The finished process, whatever its exit status is."""
    return subprocess.run([PROGRAM, "torch", *options], capture_output=True, text=True, cwd=folder, timeout=120)


def call(*options, folder=None):
    """With the operators' YAML of the wheel."""
    sources = ["--native-functions", str(oracle.NATIVE_FUNCTIONS), "--tags", str(oracle.TAGS)]
    return call_plainly(*sources, *options, folder=folder)


@dataclasses.dataclass
class Run:
    """`written`: the names of all files that came to lie in the output folder."""

    status: int
    errors: str
    generated: generated.Generated
    written: list


def run(yaml, *options, header=None, rules=None, implementation=None, backend_name="Lazuli"):
    """Runs in a folder of its own on backend.yaml, given as text. `header` is the path of the shape rules' header, and
    `rules` the declarations of one that is written, rules.h; `implementation` is the text of kernels.cpp."""
    given = ["--backend-yaml", "backend.yaml", "--output-dir", "output", "--backend-name", backend_name, *options]
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "output").mkdir()
        Path(scratch, "backend.yaml").write_text(yaml, encoding="utf-8")
        if rules is not None:
            header = "rules.h"
            lines = ["namespace torch::lazy {", *rules, "}"]
            Path(scratch, header).write_text("\n".join(lines) + "\n", encoding="utf-8")
        if header:
            given += ["--shape-inference-hdr", str(header)]
        if implementation is not None:
            Path(scratch, "kernels.cpp").write_text(implementation, encoding="utf-8")
            given += ["--impl-path", "kernels.cpp"]
        process = call(*given, folder=scratch)
        written = sorted(path.name for path in Path(scratch, "output").rglob("*"))
        found = generated.read(Path(scratch, "output"), process.stderr if process.returncode else None)
        return Run(process.returncode, process.stderr, found, written)


def families():
    """As the oracle gives them."""
    process = call("--families")
    assert process.returncode == 0, process.stderr
    return read_families(process.stdout)


def read_families(text):
    """Lines of `<family number> <kind> <full name> <written|derived> <schema>`, in order."""
    found = {}
    places = []
    for line in text.splitlines():
        number, kind, name, origin, schema = line.split(" ", 4)
        assert origin in ("written", "derived"), line
        places.append(int(number))
        found.setdefault(int(number), []).append(oracle.Member(kind, name, origin == "derived", schema))
    assert places == sorted(places), "families stand by their numbers"
    return [tuple(found[number]) for number in sorted(found)]


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(run(Path(sys.argv[1]).read_text(encoding="utf-8"))), indent=1))
