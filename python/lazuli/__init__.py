"""Lazuli: a lazy tensor system that compiles what it sees.

Programs look like PyTorch's. Operations are recorded, fused into machine code the first time they are seen and
replayed afterwards; `eval()` marks a step and is never needed for a right answer.
"""

from lazuli import _lazuli
from lazuli._lazuli import *  # noqa: F403: every name of the catalogue
from lazuli._lazuli import metrics

__all__ = [name for name in dir(_lazuli) if not name.startswith("_")]
__version__ = _lazuli.__version__
