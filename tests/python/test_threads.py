"""Python threads over one device, and who holds Python's lock."""

import threading
import time

import numpy as np

import lazuli as lz


def in_threads(count, work):
    errors = []

    def run(i):
        try:
            work(i)
        except BaseException as error:  # noqa: BLE001: told to the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_threads_work_side_by_side():
    def work(i):
        x = lz.full((64, 64), float(i))
        for _ in range(50):
            x = (x + 1).relu() - 1
            lz.eval()
        assert x[0, 0].item() == i

    in_threads(8, work)


def test_threads_share_tensors():
    shared = lz.rand(1000)
    want = (shared * 2).sum().item()
    in_threads(6, lambda i: [(shared * 2).sum().item() == want or 1 / 0 for _ in range(50)])


def test_gradient_mode_is_the_threads_own():
    x = lz.ones(2).requires_grad_()
    inside, done = threading.Event(), threading.Event()

    def other():
        with lz.no_grad():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    assert lz.is_grad_enabled() and (x * 2).requires_grad
    done.set()
    thread.join()


def test_waiting_lets_other_threads_run():
    """While one thread waits for a long result, another one counts."""
    x = lz.ones(1200, 1200)
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        for wait in (lambda y: y.sum().item(), lambda y: y.numpy(), lambda y: y[0].tolist(), lambda y: (lz.eval(), repr(y))):
            y = x
            for _ in range(6):
                y = (y @ x) / 1200
            before = counted[0]
            wait(y)
            assert counted[0] > before
    finally:
        stop.set()
        thread.join()


def test_arrays_are_let_go_by_any_thread():
    def work(i):
        for _ in range(200):
            x = lz.from_numpy(np.full(512, i, np.float32))
            y = x * 2
            del x
            assert y[3].item() == 2 * i

    in_threads(6, work)
