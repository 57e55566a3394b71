#!/usr/bin/env python3
"""Times training steps here, in PyTorch (stock and tuned) and in llm.c, in turns within one run, and prints a Markdown table. Started by train-steps.sh.

All sides have the same initial weights (exported by ours), the same batches, AdamW and clipping, and the same number of threads.
The losses of the same step are compared, so that nobody wins by computing something else.
"""
import argparse
import importlib.util
import math
import os
import random
import struct
import sys
import tempfile
import time

import llmc
from workers import HERE, OURS, Worker, calm, calmest, library, machine, means, median, need, threads_environment

# name: vocabulary, batch, time; the models themselves are StepShape.cs
MODELS = {
    "tiny": (512, 8, 128),
    "char-0.8m": (65, 12, 64),
    "char-10.8m": (65, 12, 256),
    "llama-15m": (32000, 8, 256),
    "gpt2-124m": (50257, 4, 64),
    "gpt2-124m-t256": (50257, 4, 256),
}
OPTIMIZER = (3e-4, 0.9, 0.95, 0.1, 1.0)  # learning rate, betas, decay, clip
BATCHES = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", default=[], help=f"of {', '.join(MODELS)}; default: all")
    parser.add_argument("--rounds", type=int, default=5, help="turns of every side (5)")
    parser.add_argument("--seconds", type=float, default=2, help="of each turn, at least one step (2)")
    parser.add_argument("--limit", type=float, default=math.inf, help="seconds of a model after which no new round begins; the first always runs")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--attempts", type=int, default=3, help="of a turn while other processes take more than 0.2 of the CPUs that are needed; the calmest counts (3)")
    parser.add_argument("--sides", nargs="*", default=["stock", "tuned"], help="of PyTorch: stock, tuned (both); nothing: none")
    parser.add_argument("--llmc", metavar="PROGRAM", help="a local build of llm.c's train_gpt2 whose B and T are those of the model: one more side; all sides then train on one batch, with its optimizer")
    options = parser.parse_args()
    if set(options.sides) - {"stock", "tuned"}:
        parser.error(f"unknown side {', '.join(set(options.sides) - {'stock', 'tuned'})}; known are stock and tuned")
    if options.sides and not importlib.util.find_spec("torch"):
        parser.error("this Python has no torch; set PYTHON, or leave PyTorch out with --sides")
    if options.llmc and not os.access(options.llmc, os.X_OK):
        parser.error(f"--llmc {options.llmc}: no program there; build train_gpt2 in a checkout of llm.c and name that file")
    unknown = [name for name in options.models if name not in MODELS]
    if unknown:
        parser.error(f"unknown model {', '.join(unknown)}; known are {', '.join(MODELS)}")

    print(f"- {machine()}; {options.threads} threads on every side\n- one turn is {options.seconds:g} s or one step, up to {options.rounds} rounds; a ratio is the median of the rounds' (peer ms / our ms); others' CPUs: what other processes used meanwhile")
    peers = {**{side: f"PyTorch {side}" for side in options.sides}, **({"llmc": "llm.c"} if options.llmc else {})}
    ratios, told = {label: [] for label in peers.values()}, False
    for name in options.models or MODELS:
        with tempfile.TemporaryDirectory() as folder:
            result = compare(name, folder, options)
        if not told:
            told = True
            for side, ready in result["programs"].items():
                print(f"- {peers.get(side, side)}: {ready['program']}" + "".join(f", {os.path.basename(path)} of {os.path.basename(os.path.dirname(path))}" for path in ready.get("blas", [])[:1])
                      + "".join(f", {os.path.basename(path)}" for path in ready.get("allocator", [])))
            print("\n| model | B×T | | ms/step | tokens/s | GFLOP/s | peak MB | peer ÷ ours (least–most) | best ÷ best | loss of the first and of the nth step | others' CPUs |\n|---|---|---|---|---|---|---|---|---|---|---|")
        for row in result["rows"]:
            print("| " + " | ".join(row) + " |", flush=True)
        for side, label in peers.items():
            ratios[label].append((result["ratios"][side], name, result["others"]))
    print("\n" + means(ratios, calm(options.threads)))


def compare(name, folder, options):
    began, (vocabulary, batch, length) = time.monotonic(), MODELS[name]
    token_file, weights = os.path.join(folder, "tokens.bin"), os.path.join(folder, "init")
    tokens, optimizer = random_tokens(vocabulary, BATCHES * batch * (length + 1)), OPTIMIZER
    if options.llmc:
        tokens, optimizer = llmc.stream_rows(tokens, batch, length), llmc.OPTIMIZER
    with open(token_file, "wb") as file:
        file.write(struct.pack(f"<{len(tokens)}H", *tokens))
    workers = {"pure-llm": Worker("pure-llm", ["dotnet", OURS, "step-worker", name, str(options.threads), token_file, weights, *map(str, optimizer)])}
    operations = workers["pure-llm"].ready["operations"]
    command = [os.environ.get("PYTHON", sys.executable), os.path.join(HERE, "torch_step_worker.py"), str(options.threads), token_file, weights, str(batch), str(length), *map(str, optimizer)]
    for side in options.sides:
        workers[side] = Worker(f"PyTorch {side}", command, environment(side, options.threads))
    if options.llmc:
        workers["llmc"] = llmc.LlmC(options.llmc, folder, weights, token_file, batch, length, threads_environment(options.threads))
    counts = {worker.ready["parameters"] for worker in workers.values()}
    if len(counts) > 1:
        raise SystemExit(f"{name}: the sides have models of different sizes: {sorted(counts)} parameters.")

    losses, milliseconds, peaks, steps = {s: [] for s in workers}, {s: [] for s in workers}, {}, {}
    for side, worker in workers.items():  # warm up for about a turn, and learn how many steps a turn has
        done, seconds = 0, 0.0
        while done < 1 or (done < 2 or seconds < options.seconds) and time.monotonic() - began < options.limit:
            answer = worker.ask("steps 1")
            losses[side] += answer["losses"]
            done, seconds, last = done + 1, seconds + answer["seconds"], answer["seconds"]
        steps[side] = max(1, round(options.seconds / last))
    others = {s: [] for s in workers}
    for round_ in range(options.rounds):
        if round_ > 0 and time.monotonic() - began > options.limit:
            break
        for side, worker in workers.items():
            def turn():
                time.sleep(0.1)  # let the threads of the side before stop spinning
                answer = worker.ask(f"steps {steps[side]}")
                losses[side].extend(answer["losses"])
                peaks[side] = answer["peak"]
                return answer["seconds"] * 1e3 / steps[side]
            time_of_step, disturbance = calmest(turn, [worker], options.attempts, calm(options.threads))
            milliseconds[side].append(time_of_step)
            others[side].append(disturbance)
    for worker in workers.values():
        worker.close()

    common = min(len(values) for values in losses.values())
    rows, ratios = [], {}
    for side in workers:
        pairs = [theirs / ours for theirs, ours in zip(milliseconds[side], milliseconds["pure-llm"])]
        ratios[side] = median(pairs)
        ms = median(milliseconds[side])
        best = min(milliseconds[side]) / min(milliseconds["pure-llm"])
        ratio = ["", ""] if side == "pure-llm" else [f"**{ratios[side]:.2f}×** ({min(pairs):.2f}–{max(pairs):.2f})", f"{best:.2f}×"]
        first = max(abs(a - b) for a, b in zip(losses[side][:10], losses["pure-llm"][:10]))
        if not first < 0.01 or not losses[side][common - 1] < losses[side][0]:
            raise SystemExit(f"{name}: the losses of {side} do not train as ours do (first steps differ by {first:.3g}); ours {losses['pure-llm'][:5]}, theirs {losses[side][:5]}.")
        rows.append([name, f"{batch}×{length}", {"pure-llm": side, "llmc": "llm.c"}.get(side, f"PyTorch {side}"), digits(ms), f"{batch * length / ms * 1e3:,.0f}", f"{operations / ms / 1e6:.1f}",
                     f"{peaks[side] / 1e6:,.0f}", *ratio, f"{losses[side][0]:.4f} → {losses[side][common - 1]:.4f} (n = {common})", f"{median(others[side]):.2f}"])
    return {"rows": rows, "ratios": ratios, "others": max(median(values) for values in others.values()), "programs": {side: worker.ready for side, worker in workers.items()}}


def environment(side, threads):
    """stock: what python3-torch runs with by default (threaded OpenBLAS, glibc's malloc); tuned: OpenMP OpenBLAS, so that the threads are torch's own, and jemalloc."""
    blas = "openblas-openmp" if side == "tuned" else "openblas-pthread"
    package = "libopenblas0-openmp" if side == "tuned" else "libopenblas0-pthread"
    result = {**threads_environment(threads), "LD_LIBRARY_PATH": os.path.dirname(need(library(f"{blas}/libblas.so.3"), package))}
    if side == "tuned":
        result["LD_PRELOAD"] = need(library("libjemalloc.so.2"), "libjemalloc2")
    return result


def random_tokens(vocabulary, count):
    """Ids of which small ones are frequent: the loss falls by that first, then by heart."""
    source = random.Random(1)
    return [int(vocabulary * source.random() ** 3) for _ in range(count)]


def digits(value):
    return f"{value:.{max(0, 2 - int(math.log10(max(value, 1e-9)))) if value < 100 else 0}f}"


if __name__ == "__main__":
    main()
