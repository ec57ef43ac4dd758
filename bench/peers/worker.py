"""Runs one workload on one framework in this process and prints one JSON line per metric. Started by run.py."""
import argparse
import importlib
import json
import resource
import statistics
import sys
import time

import cases

now = time.perf_counter


def emit(workload, size, metric, unit, repeats, **extra):
    value = statistics.median(repeats)
    print("RESULT " + json.dumps(dict(workload=workload, size=size, metric=metric, unit=unit, value=value, min=min(repeats),
                                      max=max(repeats), repeats=[float(f"{r:.6g}") for r in repeats], **extra)), flush=True)


def measure(call, after=None, budget=1.0, most=30, warm=3):
    """Seconds per call: samples of at least 5 ms each, until the budget is spent (never fewer than five, three of a second or more)."""
    once = 0.0
    for _ in range(warm):
        if once > 1.0:
            break
        begin = now()
        call()
        once = now() - begin
        if after:
            after()
    inner = 1 if after else max(1, int(0.005 / max(once, 1e-9)))
    samples, end = [], now() + budget
    least = 5 if once < 1.0 else 3
    while len(samples) < least or (now() < end and len(samples) < most):
        begin = now()
        for _ in range(inner):
            call()
        samples.append((now() - begin) / inner)
        if after:
            after()
    return samples


def dispatch(framework, args):
    ops = getattr(framework, "DISPATCH_OPS", cases.DISPATCH_OPS)
    for metric, call in framework.dispatch().items():
        call, after = call if isinstance(call, tuple) else (call, None)
        samples = measure(call, after, budget=2.0, most=60, warm=5)
        emit("dispatch", "4" if ops == cases.DISPATCH_OPS else f"4, {ops} ops", metric, "ns/op", [s * 1e9 / ops for s in samples], ops=ops)


def kernels(framework, args):
    for case, label, shape in cases.KERNELS[args.workload]:
        if args.case and case != args.case:
            continue
        try:
            samples = measure(framework.kernel(case, shape), budget=args.budget)
        except Exception as e:  # a framework that can't is reported, the rest still runs
            print(f"FAILED {args.workload} {case} {label}: {type(e).__name__}: {str(e)[:300]}", file=sys.stderr, flush=True)
            continue
        emit(args.workload, label, case, "ms", [s * 1e3 for s in samples])


def train(framework, args):
    x, t = cases.batch(cases.TRAIN[args.case])
    trainer = framework.trainer()
    x, t = trainer.put(x, t)
    begin = now()
    losses = [trainer.step(x, t) for _ in range(6)]
    slow = now() - begin > 30
    for _ in range(0 if slow else 4):
        trainer.step(x, t)
    samples, end = [], now() + args.budget * 4
    while len(samples) < (4 if slow else 8) or (now() < end and len(samples) < 300):
        begin = now()
        trainer.step(x, t)
        samples.append((now() - begin) * 1e3)
    extra = {"losses": [float(f"{v:.6g}") for v in losses], "compiles": framework.compiles()}
    if hasattr(framework, "notes"):
        extra["notes"] = framework.notes()
    emit("train", args.case, "step", "ms", samples, **extra)
    emit("train", args.case, "peak_rss", "MiB", [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024])


def first_step(framework, args):
    x, t = cases.batch(cases.TRAIN[args.case])
    cases.weights()  # NumPy's own first use is not the framework's
    begin = now()
    trainer = framework.trainer()
    x, t = trainer.put(x, t)
    trainer.step(x, t)
    first = now()
    trainer.step(x, t)
    second = now()
    trainer.step(x, t)
    third = now()
    emit("first_step", args.case, f"first_{args.cache}", "s", [first - begin])
    emit("first_step", args.case, f"second_{args.cache}", "s", [second - first])
    emit("first_step", args.case, f"third_{args.cache}", "s", [third - second])
    emit("first_step", args.case, f"import_{args.cache}", "s", [args.imported])


def dynamic(framework, args):
    trainer = framework.trainer()
    batches = [cases.batch(size, seed=size) for size in cases.dynamic_sizes()]
    before, begin, times = framework.compiles() or 0, now(), []
    for x, t in batches:
        start = now()
        trainer.step(*trainer.put(x, t))
        times.append(now() - start)
        if now() - begin > args.limit:
            break
    total = now() - begin
    count = framework.compiles()
    extra = {"steps": len(times), "compiles": None if count is None else count - before, "step_times": [float(f"{v:.4g}") for v in times]}
    emit("dynamic", "mlp 29..128", "total_s", "s", [total], **extra)
    emit("dynamic", "mlp 29..128", "median_step", "ms", [statistics.median(times) * 1e3])
    begin = now()
    for x, t in batches[: len(times)]:
        trainer.step(*trainer.put(x, t))
        if now() - begin > args.limit:
            break
    emit("dynamic", "mlp 29..128", "second_pass_s", "s", [now() - begin])


WORKLOADS = {"dispatch": dispatch, "chain": kernels, "norm": kernels, "matmul": kernels, "train": train,
             "first_step": first_step, "dynamic": dynamic}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--framework", required=True)
    parser.add_argument("--workload", choices=WORKLOADS, required=True)
    parser.add_argument("--case")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--budget", type=float, default=1.0, help="seconds of samples per case")
    parser.add_argument("--limit", type=float, default=100.0, help="seconds after which dynamic stops")
    parser.add_argument("--cache", default="cold", help="label of first_step: cold or warm")
    args = parser.parse_args()
    begin = now()
    framework = importlib.import_module("frameworks." + args.framework)
    args.imported = now() - begin
    framework.setup(args.threads)
    print("VERSION " + framework.version(), flush=True)
    WORKLOADS[args.workload](framework, args)
