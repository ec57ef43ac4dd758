"""Lazuli as a device of PyTorch: `import lazuli_torch`, then `torch.ones(3, device="lazuli")`.

Operators that the device has no kernel for are worked out on the host and counted: `fallback_counts()`.
"""

import contextlib
import types

import torch  # first, so that both use its copy of libgomp

from ._device import eval, fallback_counts, kernel_counts, reset_counts, set_fallbacks, synchronize

__all__ = ["eval", "fallback_counts", "kernel_counts", "reset_counts", "set_fallbacks", "synchronize"]


def _device_module():
    """What PyTorch looks for at torch.lazuli."""
    module = types.ModuleType("torch.lazuli")
    module.is_available = lambda: True
    module.is_initialized = lambda: True
    module.device_count = lambda: 1
    module.current_device = lambda: 0
    module.set_device = lambda device: None
    module.device = lambda device: contextlib.nullcontext()  # there is one
    module.synchronize = lambda device=None: synchronize()
    # Random numbers are drawn on the host, whose generator torch.manual_seed seeds itself.
    module._is_in_bad_fork = lambda: False
    module.manual_seed_all = lambda seed: None
    return module


torch.utils.rename_privateuse1_backend("lazuli")
torch._register_device_module("lazuli", _device_module())
torch.utils.generate_methods_for_privateuse1_backend()
