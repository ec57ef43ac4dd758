"""Without torchgen there is nothing to compare with: the run is left out, and says so."""

import importlib.util

import pytest

NOT_INSTALLED = 77  # ctest takes it for `skipped`


def pytest_configure():
    if importlib.util.find_spec("torchgen") is None:
        pytest.exit("torchgen is not installed: make test-peers installs it and runs these tests", NOT_INSTALLED)
