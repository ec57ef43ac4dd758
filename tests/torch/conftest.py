"""Without torchgen there is nothing to compare with: the run is left out, and says so."""

import importlib.util

import hypothesis
import pytest

NOT_INSTALLED = 77  # ctest takes it for `skipped`


def pytest_configure():
    if importlib.util.find_spec("torchgen") is None:
        pytest.exit("torchgen is not installed: make test-peers installs it and runs these tests", NOT_INSTALLED)


# A first example may have to ask torchgen, and the same examples are drawn each time.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tests")
