"""Turns a results file into Markdown tables: rows are cases, columns frameworks, the best in bold.

A cell is the best round's median, then [the worst round's, if several; the best sample]. That flatters a framework with
more rounds than the others; --ratios compares within each round instead.

    report.py results/x.jsonl [--threads 2] [--workload chain] [--plain]
"""
import argparse
import collections
import json
import math
import statistics

import cases

LABELS = {"limits": "machine", "lazuli": "Lazuli", "torch_eager": "torch", "torch_fused": "torch, fused opt", "torch_compile": "torch.compile",
          "torch_compile_dynamic": "torch.compile dynamic=True", "jax_jit": "JAX"}
HIGHER = ("GB/s", "GFLOP/s")


def load(path, threads, memory):
    rows = collections.defaultdict(list)
    results = [json.loads(line) for line in open(path)]
    for r in results:
        if r["threads"] == threads and r["memory"] == (memory or results[-1]["memory"]):
            rows[r["workload"], r["metric"], r["size"], r["unit"], r["framework"]].append(r["repeats"])
    return rows


def convert(workload, metric, size, unit, samples):
    """Milliseconds into the rate a reader compares with the machine's limit, where there is one."""
    if workload == "chain":
        return "GB/s", [cases.SIZES[size] * 8e-6 / s for s in samples]
    if workload == "matmul":
        multiply_adds = math.prod(map(int, size.split("x")))
        return "GFLOP/s", [2e-6 * multiply_adds / s for s in samples]
    return unit, samples


def number(v):
    return f"{v:,.0f}" if v >= 1000 else f"{v:.1f}" if v >= 100 else f"{v:.2f}" if v >= 1 else f"{v:.3f}"


def table(rows, workload, spread=True):
    names = [n for n in LABELS if any(k[0] == workload and k[4] == n for k in rows)]
    lines = ["| case | size | unit | " + " | ".join(LABELS[n] for n in names) + " |", "|---" * (3 + len(names)) + "|"]
    keys = list(dict.fromkeys(k[:4] for k in rows if k[0] == workload))
    for key in keys:
        cells, unit = {}, key[3]
        for n in names:
            if key + (n,) in rows:
                rounds = [convert(*key, samples) for samples in rows[key + (n,)]]
                unit = rounds[0][0]
                pick, other = (max, min) if unit in HIGHER else (min, max)
                medians = [statistics.median(samples) for _, samples in rounds]
                cells[n] = pick(medians), other(medians), pick(pick(samples) for _, samples in rounds), len(rounds)
        if not cells:
            continue
        best = pick(v[0] for v in cells.values())
        text = []
        for n in names:
            if n not in cells:
                text.append("-")
                continue
            m, worst, sample, count = cells[n]
            t = f"**{number(m)}**" if m == best else number(m)
            notes = ([number(worst)] if count > 1 else []) + ([number(sample)] if sample != m else [])
            text.append(t + (f" [{'; '.join(notes)}]" if spread and notes else ""))
        lines.append(f"| {key[1]} | {key[2]} | {unit} | " + " | ".join(text) + " |")
    return "\n".join(lines)


def ratios(rows, workload):
    """Time over the best framework's of the same round: median over rounds, [least most]. Rounds pair up by their order in the file."""
    names = [n for n in LABELS if n != "limits" and any(k[0] == workload and k[4] == n for k in rows)]
    lines = ["| case | size | rounds | " + " | ".join(LABELS[n] for n in names) + " |", "|---" * (3 + len(names)) + "|"]
    for key in dict.fromkeys(k[:4] for k in rows if k[0] == workload and k[1] != "peak_rss"):
        runs = {n: [statistics.median(s) for s in rows[key + (n,)]] for n in names if key + (n,) in rows}
        count = max(map(len, runs.values()))
        best = [min(r[i] for r in runs.values() if i < len(r)) for i in range(count)]
        cells = []
        for n in names:
            if n not in runs:
                cells.append("-")
                continue
            each = [v / b for v, b in zip(runs[n], best)]
            cells.append(f"{number(statistics.median(each))} [{number(min(each))} {number(max(each))}]" if len(each) > 1 else f"{number(each[0])} (1)")
        lines.append(f"| {key[1]} | {key[2]} | {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", help="system, or kept for runs with --keep-memory; by default what the last row has")
    parser.add_argument("--workload")
    parser.add_argument("--plain", action="store_true", help="medians only")
    parser.add_argument("--ratios", action="store_true", help="time over the best of the same round")
    args = parser.parse_args()
    rows = load(args.file, args.threads, args.memory)
    shown = list(dict.fromkeys(k[0] for k in rows if not args.ratios or k[4] != "limits"))
    for workload in [args.workload] if args.workload else shown:
        print(f"\n### {workload}, {args.threads} thread{'s' * (args.threads > 1)}\n\n" + (ratios(rows, workload) if args.ratios
              else table(rows, workload, not args.plain)))
