"""Lazuli: a lazy tensor system that compiles what it sees.

Programs look like PyTorch's. Operations are recorded, fused into machine code the first time they are seen and
replayed afterwards; `eval()` marks a step and is never needed for a right answer.
"""

import contextlib

from lazuli import _lazuli
from lazuli._lazuli import *  # noqa: F403: every name of the catalogue
from lazuli._lazuli import __version__, metrics, tensor


class no_grad(contextlib.ContextDecorator):
    """Context manager and decorator: no gradients are recorded inside."""

    def __init__(self):
        self._before = []

    def __enter__(self):
        self._before.append(_lazuli._set_grad_enabled(False))
        return self

    def __exit__(self, *error):
        _lazuli._set_grad_enabled(self._before.pop())

    def _recreate_cm(self):
        return no_grad()  # calls of a decorated function may nest, also in threads


def _rebuild(array, dtype, requires_grad):
    """A tensor from its pickled parts."""
    return tensor(array, dtype, requires_grad)


__all__ = sorted({name for name in dir(_lazuli) if not name.startswith("_")} | {"no_grad"})
