"""The work that every framework is given: shapes, data, weights. Knows NumPy and no framework.

All data is fp32 (labels int32) and made from fixed seeds, so two frameworks that agree
on the arithmetic agree on the loss after the same number of steps.
"""
import argparse
import pathlib

import numpy as np

# --- dispatch -------------------------------------------------------------------------------
DISPATCH_OPS = 1000  # x = x*y + z, 500 times, on 4 elements

# --- elementwise chains: 16 dependent operations, constants are fp32 scalars -----------------
CHAINS = {
    "chain_mixed": [
        ("mul", 0.9), ("add", 0.1), ("tanh",), ("exp",), ("mul", 0.5), ("sigmoid",), ("max", 0.3), ("abs",),
        ("sqrt",), ("add", -0.7), ("tanh",), ("add_input",), ("exp",), ("mul", 0.25), ("min", 4.0), ("sigmoid",),
    ],
    "chain_cheap": [
        ("mul", 0.91), ("add", 0.11), ("max", -1.5), ("min", 1.5), ("mul", 0.92), ("add", 0.12), ("max", -1.4), ("min", 1.4),
        ("mul", 0.93), ("add", 0.13), ("max", -1.3), ("min", 1.3), ("mul", 0.94), ("add", 0.14), ("max", -1.2), ("min", 1.2),
    ],
}
SIZES = {"16M": 1 << 24, "64k": 1 << 16}

# --- kernel cases: workload -> list of (case, size label, shape tuple) ------------------------
KERNELS = {
    "chain": [(c, s, (n,)) for c in CHAINS for s, n in SIZES.items()],
    "norm": [(c, f"{r}x{k}", (r, k)) for c in ("softmax", "layer_norm", "gelu", "cross_entropy_fb")
             for r, k in ((8192, 1024), (512, 512))]
            + [("sum_dim0", "65536x256", (65536, 256)), ("sum_dim1", "65536x256", (65536, 256))],
    "matmul": [("matmul", "1024x1024x1024", (1024, 1024, 1024)), ("matmul", "128x784x512", (128, 784, 512)),
               *((case, "x".join(map(str, shape)), shape) for case in ("bmm", "bmm_transposed")
                 for shape in ((1024, 32, 32, 32), (64, 128, 128, 128)))],
}


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def kernel_inputs(case, shape):
    """Inputs of one kernel case, as NumPy arrays."""
    if case.startswith("chain"):
        return [normal(1, *shape)]
    if case == "layer_norm":
        return [normal(1, *shape), normal(2, shape[-1]), normal(3, shape[-1])]
    if case == "cross_entropy_fb":
        return [normal(1, *shape), np.random.default_rng(2).integers(0, shape[1], shape[0]).astype(np.int32)]
    if case in ("softmax", "gelu", "sum_dim0", "sum_dim1"):
        return [normal(1, *shape)]
    if case == "matmul":
        m, k, n = shape
        return [normal(1, m, k), normal(2, k, n)]
    if case.startswith("bmm"):
        count, m, k, n = shape
        return [normal(1, count, m, k), normal(2, count, *((n, k) if case == "bmm_transposed" else (k, n)))]
    raise KeyError(case)


# --- the model: 784-512-512-10 with relu, cross entropy and Adam --------------------------------
TRAIN = {"mlp128": 128, "mlp16": 16}  # case -> batch
LEARNING_RATE = 1e-3


def weights():
    """name -> fp32 array; linear weights are [out, in]."""
    rng, out = np.random.default_rng(7), {}
    for name, i, o in (("fc1", 784, 512), ("fc2", 512, 512), ("fc3", 512, 10)):
        for part, shape in ((".w", (o, i)), (".b", (o,))):
            out[name + part] = ((rng.random(shape, dtype=np.float32) * 2 - 1) / np.float32(i) ** 0.5).astype(np.float32)
    return out


def batch(size, seed=11):
    """(images, int32 labels)"""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((size, 784), dtype=np.float32), rng.integers(0, 10, size).astype(np.int32)


def dynamic_sizes():
    sizes = np.arange(29, 129)
    np.random.default_rng(5).shuffle(sizes)
    return [int(s) for s in sizes]


def write(folder):
    """Weights and batches of the MLP as raw little-endian files, for programs in other languages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in weights().items():
        array.tofile(folder / name)
    for size in sorted({*TRAIN.values(), *dynamic_sizes()}):
        x, t = batch(size, seed=11 if size in TRAIN.values() else size)
        x.tofile(folder / f"x{size}")
        t.tofile(folder / f"t{size}")
    np.array(dynamic_sizes(), np.int32).tofile(folder / "sizes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=write.__doc__)
    parser.add_argument("--write", type=pathlib.Path, metavar="FOLDER", required=True)
    write(parser.parse_args().write)
