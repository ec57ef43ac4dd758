"""torch.compile with Inductor: the loss function (forward and backward) is compiled, the optimizer is fused=True."""
import torch

from . import torch_common as common

DYNAMIC = None


def version():
    return torch.__version__


def setup(threads):
    torch.set_num_threads(threads)


def dispatch():
    return {}


def kernel(case, shape):
    f, inputs = common.kernel(case, shape)
    if case.endswith("_fb"):  # the gradient is asked of the compiled function, as in training
        forward = torch.compile(common.F.cross_entropy)
        return lambda: torch.autograd.grad(forward(*inputs), inputs[0])
    compiled = torch.compile(f)

    def run():
        with torch.no_grad():
            return compiled(*inputs)
    return run


def trainer():
    return common.Trainer(wrap=lambda f: torch.compile(f, dynamic=DYNAMIC), fused=True)


def compiles():
    from torch._dynamo.utils import counters
    return counters["stats"].get("unique_graphs")
