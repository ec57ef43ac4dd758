#!/usr/bin/env python3
"""Shows that tools/check_layers accepts a good tree and refuses each kind of bad one."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools/check_layers"


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("cmake/layers.txt", "low\nmid side\nhigh\nhigh/inner\n")
        self.write("src/lazuli/low/CMakeLists.txt", "lazuli_layer(low HEADERS low.h SOURCES low.cpp)")
        self.write("src/lazuli/mid/CMakeLists.txt", "lazuli_layer(mid\n  DEPENDS low  # side\n  HEADERS mid.h)")
        self.write("src/lazuli/side/CMakeLists.txt", "lazuli_layer(side DEPENDS low TESTS a_test.cpp)")
        self.write("src/lazuli/high/CMakeLists.txt", "lazuli_layer(high DEPENDS mid TEST_DEPENDS side)")
        self.write("src/lazuli/mid/mid.h", '#include <vector>\n#include "lazuli/low/low.h"\n')
        self.write("src/lazuli/high/high_test.cpp", '#include "lazuli/side/side.h"\n')

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def archive(self, name, code):
        """Makes the archive of a folder from a line of C."""
        library = self.root / f"build/lib/liblazuli_{name}.a"
        library.parent.mkdir(parents=True, exist_ok=True)
        unit = self.root / f"{name}.o"
        subprocess.run(["cc", "-x", "c", "-c", "-", "-o", unit], input=code, text=True, check=True)
        subprocess.run(["ar", "rc", library, unit], check=True)

    def check(self, *args):
        run = subprocess.run([sys.executable, TOOL, "--root", self.root, *args], capture_output=True, text=True)
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.returncode, 1 if run.stdout else 0)
        return run.stdout

    def test_a_good_tree_passes(self):
        self.assertEqual(self.check(), "")

    def test_an_include_of_a_higher_folder_is_refused(self):
        self.write("src/lazuli/low/low.cpp", '#include "lazuli/mid/mid.h"\n')
        self.assertIn("low/low.cpp: includes lazuli/mid/mid.h, but low does not depend on mid", self.check())

    def test_an_include_of_a_sibling_is_refused(self):
        self.write("src/lazuli/mid/mid.cpp", '#include "lazuli/side/side.h"\n')
        self.assertIn("mid does not depend on side", self.check())

    def test_a_lower_folder_must_be_named(self):
        self.write("src/lazuli/high/high.cpp", '#include "lazuli/low/low.h"\n')
        self.assertIn("high does not depend on low", self.check())

    def test_only_tests_include_what_tests_depend_on(self):
        self.write("src/lazuli/high/high.cpp", '#include "lazuli/side/side.h"\n')
        self.assertIn("high does not depend on side", self.check())

    def test_a_nested_folder_is_a_folder_of_its_own(self):
        self.write("src/lazuli/high/high.cpp", '#include "lazuli/high/inner/x.h"\n')
        self.assertIn("high does not depend on high/inner", self.check())

    def test_a_dependency_that_is_not_lower_is_refused(self):
        self.write("src/lazuli/mid/CMakeLists.txt", "lazuli_layer(mid DEPENDS low side)")
        self.assertIn("mid: depends on side", self.check())

    def test_a_folder_at_the_top_is_held_to_its_line(self):
        self.write("cmake/layers.txt", "low\nmid side\nhigh\nhigh/inner\ntorch\n")
        self.write("torch/CMakeLists.txt", "lazuli_torch(\n  DEPENDS mid\n  SOURCES a.cpp\n  BACKEND a.yaml)")
        self.write("torch/a.cpp", '#include "lazuli/mid/mid.h"\n')
        self.assertEqual(self.check(), "")
        self.write("torch/a.cpp", '#include "lazuli/low/low.h"\n')
        self.assertIn("torch/a.cpp: includes lazuli/low/low.h, but torch does not depend on low", self.check())

    def test_a_third_party_away_from_home_is_refused(self):
        for header in ("xbyak/xbyak.h", "cblas.h", "yaml.h", "CLI/CLI.hpp", "ATen/core/Tensor.h", "torch/library.h"):
            self.write("src/lazuli/low/low.cpp", f"#include <{header}>\n")
            self.assertIn(f"low/low.cpp: includes {header}", self.check())

    def test_a_third_party_at_home_passes(self):
        self.write("codegen/main.cpp", "#include <CLI/CLI.hpp>\n#include <yaml.h>\n")
        self.write("torch/device.cpp", "#include <torch/library.h>\n#include \"torch/support.h\"\n")
        self.assertEqual(self.check(), "")

    def test_a_symbol_from_a_higher_archive_is_refused(self):
        self.archive("low", "void up(void); void low(void) { up(); }")
        self.archive("mid", "void low(void); void up(void) { low(); }")
        self.assertEqual(self.check(self.root / "build"), "liblazuli_low.a: takes up from mid\n")


if __name__ == "__main__":
    unittest.main()
