"""Models and kernels written against torch's functional interface; shared by the torch modules."""
import torch
import torch.nn.functional as F

from cases import CHAINS, DISPATCH_OPS, LEARNING_RATE, kernel_inputs, weights

CHAIN_OPS = {
    "mul": torch.mul, "add": torch.add, "tanh": torch.tanh, "exp": torch.exp, "sigmoid": torch.sigmoid, "abs": torch.abs,
    "sqrt": torch.sqrt, "max": lambda v, c: torch.clamp(v, min=c), "min": lambda v, c: torch.clamp(v, max=c),
}


def chain(name):
    program = CHAINS[name]

    def run(x):
        y = x
        for op, *args in program:
            y = y + x if op == "add_input" else CHAIN_OPS[op](y, *args)
        return y
    return run


def cross_entropy_fb(x, t):
    loss = F.cross_entropy(x, t)
    return loss, torch.autograd.grad(loss, x)[0]


def kernel(case, shape):
    """(function, inputs) of a kernel case."""
    inputs = [torch.from_numpy(a) for a in kernel_inputs(case, shape)]
    inputs = [a.long() if a.dtype == torch.int32 else a for a in inputs]
    if case.startswith("chain"):
        return chain(case), inputs
    if case == "cross_entropy_fb":
        inputs[0].requires_grad_()
        return cross_entropy_fb, inputs
    return {
        "softmax": lambda x: torch.softmax(x, -1),
        "layer_norm": lambda x, w, b: F.layer_norm(x, (x.shape[-1],), w, b),
        "gelu": lambda x: F.gelu(x, approximate="tanh"),
        "sum_dim0": lambda x: x.sum(0), "sum_dim1": lambda x: x.sum(1),
        "matmul": torch.matmul, "bmm": torch.bmm, "bmm_transposed": lambda a, b: torch.bmm(a, b.mT),
    }[case], inputs


def mlp(p, x):
    x = F.relu(F.linear(x, p["fc1.w"], p["fc1.b"]))
    x = F.relu(F.linear(x, p["fc2.w"], p["fc2.b"]))
    return F.linear(x, p["fc3.w"], p["fc3.b"])


def loss(p, x, t):
    return F.cross_entropy(mlp(p, x), t)


class Trainer:
    """One optimisation step at a time; step() returns the loss as a float, hence waits."""

    def __init__(self, wrap=lambda f: f, **options):
        self.params = {n: torch.from_numpy(a).requires_grad_() for n, a in weights().items()}
        self.loss = wrap(loss)
        self.optimizer = torch.optim.Adam(list(self.params.values()), lr=LEARNING_RATE, **options)

    def put(self, x, t):
        return torch.from_numpy(x), torch.from_numpy(t).long()

    def step(self, x, t):
        self.optimizer.zero_grad(set_to_none=True)
        value = self.loss(self.params, x, t)
        value.backward()
        self.optimizer.step()
        return value.item()


def dispatch_program(grad=False, finish=lambda x: x.tolist()):
    x0, y, z = (torch.full((4,), v) for v in (1.0, 0.999, 0.001))
    x0.requires_grad_(grad)

    def run():
        x = x0
        for _ in range(DISPATCH_OPS // 2):
            x = x * y + z
        return finish(x)
    return run
