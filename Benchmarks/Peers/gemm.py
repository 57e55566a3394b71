#!/usr/bin/env python3
"""Our matrix product beside OpenBLAS and oneDNN, in turns within one run; prints Markdown tables. Started by gemm.sh.

Each shape M×N×K of the forward pass is run as training does: X·Wᵀ (NT, M×N×K), dY·W (NN, M×K×N) and dYᵀ·X (TN, N×K×M);
M ≤ 8 is decoding and has the forward product alone. A figure is the best call of a turn, a ratio the median of the rounds.
"""
import argparse
import os
import sys

from workers import HERE, OURS, Worker, calm, calmest, library, machine, means, median, need, threads_environment

SHAPES = [
    (256, 768, 768), (256, 2304, 768), (256, 3072, 768), (256, 768, 3072), (256, 50257, 768), (1024, 384, 384), (4096, 1152, 384), (4096, 1536, 384), (4096, 384, 1536),
    (8192, 288, 288), (2048, 768, 288), (2048, 32000, 288), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (1, 768, 768), (1, 50257, 768), (8, 768, 3072),
    (255, 767, 769), (33, 1000, 129), (7, 13, 17),
]


def products(shape):
    m, n, k = shape
    yield "X·Wᵀ", "NT", m, n, k
    if m > 8:
        yield "dY·W", "NN", m, k, n
        yield "dYᵀ·X", "TN", n, k, m


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shapes", nargs="*", help="parts of shapes, as in 256x768; default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--milliseconds", type=int, default=40, help="of each turn, at least one call (40)")
    parser.add_argument("--attempts", type=int, default=4, help="of a round while other processes take more than 0.2 of the CPUs that are needed; the calmest counts (4)")
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, os.cpu_count()}))
    options = parser.parse_args()
    shapes = [shape for shape in SHAPES if not options.shapes or any(part in "x".join(map(str, shape)) for part in options.shapes)]
    if not shapes:
        parser.error(f"no shape has {' or '.join(options.shapes)}; shapes are {', '.join('x'.join(map(str, shape)) for shape in SHAPES)}")
    libraries = {
        "OpenBLAS": os.environ.get("OPENBLAS") or need(library("openblas-openmp/libopenblas.so.0"), "libopenblas0-openmp"),
        "oneDNN": os.environ.get("ONEDNN") or need(library("libdnnl.so.3", "libdnnl.so.2"), "libdnnl2"),
    }
    print(f"- {machine()}\n- a figure is the best call of a turn of {options.milliseconds} ms, the ratios are medians of {options.rounds} rounds; ratio > 1: ours is faster; others' CPUs: the most that other processes used in a round")
    for threads in options.threads:
        compare(shapes, libraries, threads, options)


def compare(shapes, libraries, threads, options):
    workers = {"pure-llm": Worker("pure-llm", ["dotnet", OURS, "gemm-worker", str(threads)])}
    for name, path in libraries.items():
        workers[name] = Worker(name, [os.environ.get("PYTHON", sys.executable), os.path.join(HERE, "blas_gemm_worker.py"), path], threads_environment(threads))
    if threads == options.threads[0]:
        for name, worker in workers.items():
            print(f"- {name}: {worker.ready['program']}")
    peak = workers["pure-llm"].ready["peak"]
    print(f"\n**{threads} thread{'s' if threads > 1 else ''}**, measured FMA peak {peak:.0f} GFLOP/s\n\n| M×N×K | product | ours GFLOP/s | % of peak | OpenBLAS | oneDNN | ÷ OpenBLAS | ÷ oneDNN | ÷ the faster | others' CPUs |\n|---|---|---|---|---|---|---|---|---|---|")
    against = {"OpenBLAS": [], "oneDNN": [], "the faster": []}
    for shape in shapes:
        for label, layout, m, n, k in products(shape):
            times = {name: [] for name in workers}
            request = f"{layout} {m} {n} {k} {options.milliseconds}"
            others = 0.0
            for _ in range(options.rounds):
                answers, disturbance = calmest(lambda: {name: worker.ask(request) for name, worker in workers.items()}, workers.values(), options.attempts, calm(threads))
                others = max(others, disturbance)
                for name, answer in answers.items():
                    times[name].append(answer["seconds"])
                checksums = {name: answer["checksum"] for name, answer in answers.items()}
                if len(set(checksums.values())) > 1:
                    raise SystemExit(f"gemm: {layout} {m}×{n}×{k}: the libraries computed different products: checksums {checksums}.")
            rates = {name: 2e-9 * m * n * k / median(values) for name, values in times.items()}
            ratios = {name: median([theirs / ours for theirs, ours in zip(times[name], times["pure-llm"])]) for name in libraries}
            ratios["the faster"] = min(ratios.values())
            for name, ratio in ratios.items():
                against[name].append((ratio, f"{label} {m}×{n}×{k}", others))
            cells = [f"{m}×{n}×{k}", label, f"{rates['pure-llm']:.1f}", f"{rates['pure-llm'] / peak:.0%}", f"{rates['OpenBLAS']:.1f}", f"{rates['oneDNN']:.1f}", *map(mark, ratios.values()), f"{others:.2f}"]
            print("| " + " | ".join(cells) + " |", flush=True)
    for worker in workers.values():
        worker.close()
    print("\n" + means(against, calm(threads)))


def mark(ratio):
    return f"{ratio:.2f}×" if ratio >= 1 else f"**{ratio:.2f}×**"


if __name__ == "__main__":
    main()
