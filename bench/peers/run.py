"""Runs workloads on frameworks, each pair in a fresh process, and appends one JSON line per metric to a results file.

    run.py --workload chain --framework lazuli,torch_eager,jax_jit --rounds 2 --threads 2 --out results/now.jsonl

Frameworks take turns within a round, so a slow moment of the machine falls on all of them. Those whose packages are not
installed are left out, with a word. `make bench-peers` sets the environment: PEERS_PYTHON (interpreter with the
frameworks), PEERS_BUILT (folder of lazuli_peer, stream and fma).
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import cases

HERE = pathlib.Path(__file__).parent
PYTHON = os.environ.get("PEERS_PYTHON", sys.executable)
BUILT = os.environ.get("PEERS_BUILT", "build")
DATA = BUILT + "/peers_data"

# A framework is a module frameworks/NAME.py, or a program; here only what differs in how its process is started.
FRAMEWORKS = {
    "lazuli": {"program": BUILT + "/lazuli_peer"},
    "torch_eager": {"needs": "torch"},
    "torch_fused": {"needs": "torch"},
    "torch_compile": {"needs": "torch"},
    "torch_compile_dynamic": {"needs": "torch"},
    "jax_jit": {"needs": "jax", "env": {"JAX_PLATFORMS": "cpu"}},
    "limits": {"command": ["sh", "-c", f"{BUILT}/stream && {BUILT}/fma"]},  # of the machine, in the same minutes as the rest
}
DEFAULT = {
    "dispatch": "lazuli,torch_eager,jax_jit",
    "chain": "limits,lazuli,torch_eager,torch_compile,jax_jit",
    "norm": "limits,lazuli,torch_eager,torch_compile,jax_jit",
    "matmul": "limits,lazuli,torch_eager,torch_compile,jax_jit",
    "train": "lazuli,torch_eager,torch_fused,torch_compile,jax_jit",
    "first_step": "lazuli,torch_eager,torch_compile,jax_jit",
    "dynamic": "lazuli,torch_eager,torch_compile,torch_compile_dynamic,jax_jit",
}
CASES = {"train": list(cases.TRAIN), "first_step": ["mlp128"]}


def processor_time():
    """(busy, stolen) ticks of all processors so far; stolen is what the hypervisor gave to someone else."""
    user, nice, system, _, _, irq, soft, steal = (int(v) for v in pathlib.Path("/proc/stat").read_text().split()[1:9])
    return user + nice + system + irq + soft, steal


def start(name, workload, threads, extra, caches=None):
    """(output, seconds of the whole process, fraction of the processors' time that was stolen meanwhile)"""
    how = FRAMEWORKS[name]
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads),
               PYTHONDONTWRITEBYTECODE="1", **{k: v for k, v in how.get("env", {}).items() if v})
    if caches:
        env.update(TMPDIR=caches, XDG_CACHE_HOME=caches, TORCHINDUCTOR_CACHE_DIR=caches + "/inductor")
    options = ["--workload", workload, "--threads", str(threads), *extra]
    if "program" in how:
        command = [how["program"], *options, "--data", DATA]
    else:
        command = how.get("command") or [PYTHON, str(HERE / "worker.py"), "--framework", name, *options]
    if threads == 1:
        command = ["taskset", "-c", "0", *command]
    busy, stolen = processor_time()
    begin = time.perf_counter()
    try:
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=150)
        out, err, code = done.stdout, done.stderr, done.returncode
    except subprocess.TimeoutExpired as e:
        out, err, code = (e.stdout or b"").decode(), (e.stderr or b"").decode(), "timeout"
    wall = time.perf_counter() - begin
    busy, stolen = (after - before for after, before in zip(processor_time(), (busy, stolen)))
    steal = stolen / max(1, busy + stolen)
    if code or "FAILED" in err:
        lines = [s for s in err.splitlines() if s.strip()]
        failed = [s for s in lines if s.startswith("FAILED")] or lines[-3:]
        print(f"  ! {name} {workload} {' '.join(extra)} (exit {code}): " + " | ".join(failed)[:1500], flush=True)
    return out, wall, round(steal, 3)


def wait_for_calm(most, patience=45):
    """Returns when a busy half second keeps its processor, or when patience (seconds) is spent."""
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        busy, stolen = processor_time()
        probe = time.perf_counter() + 0.5
        while time.perf_counter() < probe:
            pass
        busy, stolen = (after - before for after, before in zip(processor_time(), (busy, stolen)))
        if stolen <= most * (busy + stolen):
            return
        time.sleep(2)


def calm(*command, most, tries=2):
    """start(), once more when the hypervisor took more than `most` of the processors; the calmest run counts."""
    runs = []
    while len(runs) < tries and not (runs and runs[-1][2] <= most):
        wait_for_calm(most)
        runs.append(start(*command))
    return min(runs, key=lambda r: r[2])


def record(out, file, **extra):
    version = "?"
    for line in out.splitlines():
        if line.startswith("VERSION "):
            version = line[8:]
        if line.startswith("RESULT "):
            r = json.loads(line[7:])
            r = dict(version=version, **extra, **r)
            file.write(json.dumps(r) + "\n")
            file.flush()
            note = f" compiles={r['compiles']}" if r.get("compiles") is not None else ""
            print(f"  {r['framework']:22} {r['workload']:10} {r['size']:18} {r['metric']:18} {r['value']:12.4f} {r['unit']:6}"
                  f" [{r['min']:.4f} {r['max']:.4f}]{note} steal={r['steal']}", flush=True)
    return version


def installed(names):
    """Those of `names` whose packages PYTHON has."""
    found = []
    for name in names:
        package = FRAMEWORKS[name].get("needs")
        if package and subprocess.run([PYTHON, "-c", f"import importlib.util, sys; sys.exit(not importlib.util.find_spec('{package}'))"]).returncode:
            print(f"  - {name} left out: {package} is not installed", flush=True)
        else:
            found.append(name)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", required=True, help="comma separated: " + ", ".join(DEFAULT))
    parser.add_argument("--framework", help="comma separated: " + ", ".join(FRAMEWORKS))
    parser.add_argument("--case", help="comma separated; all by default")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--budget", type=float, default=1.0)
    parser.add_argument("--limit", type=float, default=100.0)
    parser.add_argument("--steal", type=float, default=0.05, help="stolen fraction above which a process is run once more")
    parser.add_argument("--keep-memory", action="store_true", help="glibc keeps freed memory: no fresh pages for each large result")
    parser.add_argument("--out", default="results/results.jsonl")
    args = parser.parse_args()
    pathlib.Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    if args.keep_memory:
        os.environ.update(MALLOC_MMAP_MAX_="0", MALLOC_TRIM_THRESHOLD_="100000000000", MALLOC_TOP_PAD_="1000000")
    cases.write(pathlib.Path(DATA))
    with open(args.out, "a") as file:
        for workload in args.workload.split(","):
            frameworks = installed((args.framework or DEFAULT[workload]).split(","))
            given = args.case.split(",") if args.case else CASES.get(workload, [None])
            if workload in CASES:
                given = [c for c in given if c in CASES[workload]]
            for n in range(args.rounds):
                for case in given:
                    for name in frameworks:
                        extra = ["--budget", str(args.budget), "--limit", str(args.limit)] + (["--case", case] if case else [])
                        about = dict(framework=name, threads=args.threads, round=n, memory="kept" if args.keep_memory else "system")
                        if workload != "first_step":
                            out, _, steal = calm(name, workload, args.threads, extra, most=args.steal)
                            record(out, file, steal=steal, **about)
                            continue
                        caches = tempfile.mkdtemp(prefix="peers-cold-")
                        for cache in ("cold", "warm"):
                            wait_for_calm(args.steal)
                            out, wall, steal = start(name, workload, args.threads, extra + ["--cache", cache], caches)
                            if "RESULT " not in out:
                                break
                            out += "RESULT " + json.dumps(dict(workload=workload, size=case, metric=f"wall_{cache}", unit="s",
                                                                   value=wall, min=wall, max=wall, repeats=[wall])) + "\n"
                            record(out, file, steal=steal, **about)
                        shutil.rmtree(caches, ignore_errors=True)


if __name__ == "__main__":
    main()
