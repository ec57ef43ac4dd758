"""What is dropped is freed: references, memory, and at the end of the process, nanobind's own count."""

import gc
import os
import subprocess
import sys
import textwrap
import weakref

import numpy as np
import pytest

import lazuli as lz


def counts(*objects):
    return [sys.getrefcount(each) for each in objects]


CALLS = {
    "function": lambda x: lz.add(x, x, alpha=2),
    "method": lambda x: x.sum(0, keepdim=True),
    "operator": lambda x: 2 - x * x / 3,
    "in place": lambda x: x.detach().add_(1),
    "extents": lambda x: x.reshape(2, -1, 1),
    "list": lambda x: lz.cat([x, x], dim=0),
    "index": lambda x: x[None, 0, ..., :1],
    "assignment": lambda x: x.detach().__setitem__(0, 1),
    "comparison": lambda x: (x == x, x == None, x < 1),  # noqa: E711
    "tolist": lambda x: x.tolist(),
    "numpy": lambda x: x.numpy(),
    "dlpack": lambda x: np.from_dlpack(x),
    "text": lambda x: f"{x} {x[0, 0]:.2f}",
    "number": lambda x: (float(x[0, 0]), bool(x[0, 0]), x[0, 0].item()),
    "wrong operand": lambda x: pytest.raises(TypeError, lambda: x + "a"),
    "wrong argument": lambda x: pytest.raises(TypeError, lambda: lz.add(x, "a", alpha=[1])),
    "wrong value": lambda x: pytest.raises(ValueError, lambda: x.view(5)),
    "wrong index": lambda x: pytest.raises(IndexError, lambda: x[9]),
    "wrong dtype": lambda x: pytest.raises(TypeError, lambda: lz.zeros(1, dtype="x")),
    "device error": lambda x: pytest.raises(lz.DeviceError, lambda: x.gather(0, lz.tensor([[9]])).item()),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_keep_no_references(name):
    x = lz.tensor([[1.0, 2.0], [3.0, 4.0]])
    watched = [x, lz.float32, None, (), lz.Tensor, NotImplemented]
    CALLS[name](x)
    gc.collect()
    before = counts(*watched)
    repeats = 200
    for _ in range(repeats):
        CALLS[name](x)
    gc.collect()
    # A reference that each call leaves shows as `repeats`; the interpreter moves the counts of shared objects by some.
    assert all(abs(now - then) < repeats // 4 for now, then in zip(counts(*watched), before))


def test_gradients_keep_no_references():
    x = lz.ones(3).requires_grad_()
    dead = []
    for _ in range(5):
        y = (x * 2).sum()
        dead.append(weakref.ref(y))
        y.backward()
        del y
    assert all(each() is None for each in dead) and x.grad.tolist() == [10, 10, 10]


def test_borrowed_arrays_are_let_go():
    class Array(np.ndarray):
        pass

    array = np.zeros(8, np.float32).view(Array)
    dead = weakref.ref(array)
    x = lz.from_numpy(array)
    y = x + 1
    del array
    gc.collect()
    assert dead() is not None
    del x
    assert y.tolist() == [1] * 8
    lz.from_numpy(np.zeros(1, np.float32))
    gc.collect()
    assert dead() is None


def test_exports_keep_their_memory():
    array = (lz.ones(1000) * 3).numpy()
    capsule = np.from_dlpack(lz.ones(1000) * 4)
    gc.collect()
    for _ in range(10):
        (lz.zeros(1000) + 1).tolist()
    assert array.sum() == 3000 and capsule.sum() == 4000


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_does_not_grow():
    def work():
        for _ in range(300):
            x = lz.tensor(np.zeros(5000, np.float32))
            lz.from_numpy(np.zeros(5000, np.float32)).add_(1)
            (x * 2).numpy()
            pytest.raises(ValueError, x.view, 3)

    work()
    before = resident()
    for _ in range(4):
        work()
    assert resident() - before < 16 << 20


PROGRAM = """
    import numpy as np
    import lazuli as lz
    import lazuli
    def work():
        x = lz.tensor([[1.0, 2.0]], requires_grad=True)
        loss = (x @ x.T + lz.from_numpy(np.ones((1, 1), np.float32))).sum()
        loss.backward()
        try:
            x.sum(5)
        except IndexError:
            pass
        return loss.item(), x.grad.numpy(), np.from_dlpack(x.detach())
    print(work()[0])
"""


def test_nothing_is_left_at_the_end():
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(PROGRAM)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout == "6.0\n"
    assert done.stderr == "", done.stderr


def test_pending_work_at_the_end_is_no_harm():
    program = "import lazuli as lz; x = lz.ones(3) + 1; kept = [x]; import builtins; builtins.kept = kept; lz.eval()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
