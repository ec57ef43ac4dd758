"""PyTorch, eager, with the optimizers' fused=True."""
from .torch_eager import *  # noqa: F401,F403
from . import torch_common as common


def trainer():
    return common.Trainer(fused=True)
