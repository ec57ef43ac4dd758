"""PyTorch, eager. Optimizers with their defaults; `fused` is the same with fused=True."""
import torch

from . import torch_common as common

OPTIONS = {}


def version():
    return torch.__version__


def setup(threads):
    torch.set_num_threads(threads)


def dispatch():
    def no_grad(run):
        def call():
            with torch.no_grad():
                run()
        return call
    return {"run": no_grad(common.dispatch_program()),
            "run_requires_grad": common.dispatch_program(grad=True, finish=lambda x: x.detach().tolist())}


def kernel(case, shape):
    f, inputs = common.kernel(case, shape)
    if case.endswith("_fb"):
        return lambda: f(*inputs)

    def run():
        with torch.no_grad():
            return f(*inputs)
    return run


def trainer():
    return common.Trainer(**OPTIONS)


def compiles():
    return None
