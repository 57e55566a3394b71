#!/usr/bin/env python3
"""Trains a checkpoint folder in PyTorch on sequential batches of a .bin token file and compares the losses with a run's metrics.jsonl.

    pytorch_losses.py --init FOLDER --tokens train.bin --metrics runs/x/metrics.jsonl --batch 12 --time 64 \
        --betas 0.9 0.99 --decay 0.1 --clip 1.0 [--steps 100] [--tolerance 1e-3]

FOLDER holds config.json and model.safetensors as GPT2LMHeadModel or LlamaForCausalLM. The learning rate of each step is taken
from metrics.jsonl, so that only the arithmetic is compared. Exit status 1 when a loss differs by more than the tolerance.
Legend: B batch, T time, C channels, H heads, G key and value heads, D head size.
"""
import argparse
import json
import math
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", (name, entry["dtype"])
        first, last = entry["data_offsets"]
        tensors[name] = torch.from_numpy(np.frombuffer(body[first:last], dtype="<f4").reshape(entry["shape"]).copy())
    return tensors


def read_tokens(path, dtype):
    words = np.fromfile(path, dtype="<i4", count=3)
    offset = 1024 if words.size == 3 and words[0] == 20240520 else 0
    return np.fromfile(path, dtype=dtype, offset=offset).astype(np.int64)


def sequential_batches(tokens, batch, time):
    """Consecutive windows, row after row, batch after batch, wrapping at the end; the target is the next token."""
    position = 0
    while True:
        rows = []
        for _ in range(batch):
            if position + time + 1 > len(tokens):
                position = 0
            rows.append(tokens[position:position + time + 1])
            position += time
        block = torch.from_numpy(np.stack(rows))
        yield block[:, :-1], block[:, 1:]


def attention(q, k, v):
    """Causal attention; q [B,H,T,D], k and v [B,G,T,D]."""
    share = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(share, 1), v.repeat_interleave(share, 1)
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    return scores.masked_fill(~mask, float("-inf")).softmax(-1) @ v


def gpt2_logits(p, config, x):
    heads, eps = config["n_head"], config["layer_norm_epsilon"]
    prefix = "transformer." if "transformer.wte.weight" in p else ""
    w = lambda name: p[prefix + name]
    norm = lambda h, name: F.layer_norm(h, h.shape[-1:], w(name + ".weight"), w(name + ".bias"), eps)
    linear = lambda h, name: h @ w(name + ".weight") + w(name + ".bias")
    h = w("wte.weight")[x] + w("wpe.weight")[: x.shape[1]]
    batch, time, channels = h.shape
    split = lambda t: t.view(batch, time, heads, channels // heads).transpose(1, 2)
    for layer in range(config["n_layer"]):
        q, k, v = linear(norm(h, f"h.{layer}.ln_1"), f"h.{layer}.attn.c_attn").split(channels, -1)
        mixed = attention(split(q), split(k), split(v)).transpose(1, 2).reshape(batch, time, channels)
        h = h + linear(mixed, f"h.{layer}.attn.c_proj")
        hidden = F.gelu(linear(norm(h, f"h.{layer}.ln_2"), f"h.{layer}.mlp.c_fc"), approximate="tanh")
        h = h + linear(hidden, f"h.{layer}.mlp.c_proj")
    return norm(h, "ln_f") @ w("wte.weight").T


def llama_logits(p, config, x):
    heads, groups, eps = config["num_attention_heads"], config["num_key_value_heads"], config["rms_norm_eps"]
    norm = lambda h, name: h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + eps) * p[name + ".weight"]
    linear = lambda h, name: h @ p[name + ".weight"].T
    h = p["model.embed_tokens.weight"][x]
    batch, time, channels = h.shape
    size = config.get("head_dim") or channels // heads
    frequencies = config["rope_theta"] ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.outer(torch.arange(time, dtype=torch.float64), frequencies)
    cos, sin = torch.cat([angles.cos()] * 2, -1).float(), torch.cat([angles.sin()] * 2, -1).float()

    def rotate(t):
        left, right = t.chunk(2, -1)
        return t * cos + torch.cat([-right, left], -1) * sin

    for layer in range(config["num_hidden_layers"]):
        name = f"model.layers.{layer}."
        n = norm(h, name + "input_layernorm")
        q = linear(n, name + "self_attn.q_proj").view(batch, time, heads, size).transpose(1, 2)
        k = linear(n, name + "self_attn.k_proj").view(batch, time, groups, size).transpose(1, 2)
        v = linear(n, name + "self_attn.v_proj").view(batch, time, groups, size).transpose(1, 2)
        mixed = attention(rotate(q), rotate(k), v).transpose(1, 2).reshape(batch, time, heads * size)
        h = h + linear(mixed, name + "self_attn.o_proj")
        n = norm(h, name + "post_attention_layernorm")
        h = h + linear(F.silu(linear(n, name + "mlp.gate_proj")) * linear(n, name + "mlp.up_proj"), name + "mlp.down_proj")
    head = p["lm_head.weight"] if "lm_head.weight" in p else p["model.embed_tokens.weight"]
    return norm(h, "model.norm") @ head.T


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--init", required=True)
    parser.add_argument("--tokens", required=True)
    parser.add_argument("--metrics", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--time", type=int, required=True)
    parser.add_argument("--betas", type=float, nargs=2, required=True)
    parser.add_argument("--decay", type=float, required=True)
    parser.add_argument("--clip", type=float, required=True)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--dtype", default="<u2")
    parser.add_argument("--tolerance", type=float, default=1e-3)
    options = parser.parse_args()

    with open(os.path.join(options.init, "config.json")) as file:
        config = json.load(file)
    logits = {"GPT2LMHeadModel": gpt2_logits, "LlamaForCausalLM": llama_logits}[config["architectures"][0]]
    p = {name: t.requires_grad_() for name, t in read_safetensors(os.path.join(options.init, "model.safetensors")).items()}
    groups = [
        {"params": [t for t in p.values() if t.dim() >= 2], "weight_decay": options.decay},
        {"params": [t for t in p.values() if t.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=tuple(options.betas), eps=1e-8)
    ours = {}
    with open(options.metrics) as file:
        for line in file:
            entry = json.loads(line)
            if "loss" in entry:
                ours[entry["step"]] = entry

    worst = 0.0
    batches = sequential_batches(read_tokens(options.tokens, options.dtype), options.batch, options.time)
    for step in range(1, options.steps + 1):
        x, y = next(batches)
        loss = F.cross_entropy(logits(p, config, x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        if options.clip > 0:
            torch.nn.utils.clip_grad_norm_(p.values(), options.clip)
        for group in optimizer.param_groups:
            group["lr"] = ours[step]["learning_rate"]
        optimizer.step()
        difference = abs(loss.item() - ours[step]["loss"])
        worst = max(worst, difference)
        if step <= 3 or step % 10 == 0:
            print(f"step {step:4d}  pytorch {loss.item():.6f}  pure-llm {ours[step]['loss']:.6f}  difference {difference:.1e}")
    print(f"{options.steps} steps, largest difference {worst:.2e}, tolerance {options.tolerance:.0e}: {'equal' if worst <= options.tolerance else 'DIFFERENT'}")
    return 0 if worst <= options.tolerance else 1


if __name__ == "__main__":
    sys.exit(main())
