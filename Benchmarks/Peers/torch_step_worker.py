#!/usr/bin/env python3
"""Training steps of one model in PyTorch on request, the counterpart of StepWorker.cs: the same weights, batches, optimizer and protocol.

    torch_step_worker.py THREADS TOKEN_FILE FOLDER BATCH TIME LEARNING_RATE BETA1 BETA2 DECAY CLIP

Request: `steps N`; answer: one JSON line with seconds, the loss of each step and the peak memory of the process.
"""
import inspect
import json
import os
import sys
import time as clock

import numpy as np
import torch

import torch_model


def status(key):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key))


def mapped(part):
    with open("/proc/self/maps") as file:
        return sorted({os.path.realpath(line.split()[-1]) for line in file if part in line.split()[-1]})


def main():
    threads, token_file, folder, batch, time = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    learning_rate, beta1, beta2, decay, clip = map(float, sys.argv[6:11])
    torch.set_num_threads(threads)
    model = torch_model.load(folder, time)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # forget the peak of loading: the mapped file was counted too
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    extra = {"fused": True} if version >= (2, 4) and "fused" in inspect.signature(torch.optim.AdamW).parameters else {}
    optimizer = torch.optim.AdamW(groups, lr=learning_rate, betas=(beta1, beta2), eps=1e-8, **extra)
    tokens = np.fromfile(token_file, dtype="<u2").astype(np.int64).reshape(-1, batch, time + 1)
    print(json.dumps({"program": f"PyTorch {torch.__version__}, Python {sys.version.split()[0]}", "threads": torch.get_num_threads(),
                      "parameters": sum(p.numel() for p in parameters), "blas": mapped("blas"), "allocator": mapped("jemalloc")}), flush=True)
    step = 0
    for line in sys.stdin:
        losses, start = [], clock.perf_counter()
        for _ in range(int(line.split()[1])):
            block = torch.from_numpy(tokens[step % len(tokens)])
            loss = model(block[:, :-1], block[:, 1:])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, clip)
            optimizer.step()
            losses.append(loss.item())
            step += 1
        print(json.dumps({"seconds": clock.perf_counter() - start, "losses": losses, "peak": status("VmHWM")}), flush=True)


if __name__ == "__main__":
    main()
