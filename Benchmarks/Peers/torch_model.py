"""A decoder-only transformer as PyTorch users write it: nn.Linear with fused q, k, v, fused attention where the version has it, nothing exotic.

Covers what the compared models need: LayerNorm or RMSNorm, learned or rotary positions, GELU, squared ReLU or SwiGLU, biases, a tied head.
Legend: B batch, T time, C channels, H heads, D head size, V vocabulary.
"""
import json
import math
import os
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class RmsNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, inner, bias = c["width"], c["mlp_width"], c["bias"]
        norm = (lambda: nn.LayerNorm(width, c["norm_epsilon"])) if c["norm"] == "layernorm" else (lambda: RmsNorm(width, c["norm_epsilon"]))
        self.heads, self.mlp = c["heads"], c["mlp"]
        self.attention_norm, self.mlp_norm = norm(), norm()
        self.qkv, self.output = nn.Linear(width, 3 * width, bias), nn.Linear(width, width, bias)
        self.up, self.down = nn.Linear(width, inner, bias), nn.Linear(inner, width, bias)
        if self.mlp == "swiglu":
            self.gate = nn.Linear(width, inner, bias)

    def attention(self, x, rotation, mask):
        B, T, C = x.shape
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in self.qkv(x).split(C, -1))
        if rotation is not None:
            q, k = rotate(q, *rotation), rotate(k, *rotation)
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(q.shape[-1]))
            y = scores.masked_fill(mask, float("-inf")).softmax(-1) @ v
        return self.output(y.transpose(1, 2).reshape(B, T, C))

    def feed_forward(self, x):
        if self.mlp == "swiglu":
            return self.down(F.silu(self.gate(x)) * self.up(x))
        return self.down(F.gelu(self.up(x), approximate="tanh") if self.mlp == "gelu" else F.relu(self.up(x)).square())

    def forward(self, x, rotation, mask):
        x = x + self.attention(self.attention_norm(x), rotation, mask)
        return x + self.feed_forward(self.mlp_norm(x))


def rotate(t, cos, sin):
    left, right = t.chunk(2, -1)
    return t * cos + torch.cat([-right, left], -1) * sin


class Transformer(nn.Module):
    def __init__(self, c, vocabulary, time):
        super().__init__()
        width = c["width"]
        self.embedding = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(c["context"], width) if c["position"] == "learned" else None
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["layers"]))
        self.norm = nn.LayerNorm(width, c["norm_epsilon"]) if c["norm"] == "layernorm" else RmsNorm(width, c["norm_epsilon"])
        self.head = nn.Linear(width, vocabulary, bias=False)
        if c["tie"]:
            self.head.weight = self.embedding.weight
        self.mask = ~torch.ones(time, time, dtype=torch.bool).tril()
        self.ids = torch.arange(time)
        self.rotation = None
        if c["position"] == "rope":
            size = width // c["heads"]
            frequencies = c["rope_theta"] ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
            angles = torch.outer(torch.arange(time, dtype=torch.float64), frequencies)
            self.rotation = torch.cat([angles.cos()] * 2, -1).float(), torch.cat([angles.sin()] * 2, -1).float()

    def forward(self, x, y):
        h = self.embedding(x)
        if self.positions is not None:
            h = h + self.positions(self.ids)
        for block in self.blocks:
            h = block(h, self.rotation, self.mask)
        return F.cross_entropy(self.head(self.norm(h)).flatten(0, 1), y.flatten())


def load(folder, time):
    """The model of a checkpoint folder (our own names, GPT2LMHeadModel or LlamaForCausalLM) with its weights."""
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    architecture = config["architectures"][0]
    c = {"GPT2LMHeadModel": gpt2_config, "LlamaForCausalLM": llama_config}.get(architecture, lambda config: config["pure_llm"])(config)
    model = Transformer(c, config["vocab_size"], time)
    names = {"GPT2LMHeadModel": gpt2_names, "LlamaForCausalLM": llama_names}.get(architecture, own_names)(c)
    stored = read_safetensors(os.path.join(folder, "model.safetensors"))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parts = [stored[part] for part in names(name)]
            tensor = torch.cat(parts) if len(parts) > 1 else parts[0]
            parameter.copy_(tensor.T if architecture.startswith("GPT2") and ".weight" in name and name.startswith("blocks") and tensor.dim() == 2 else tensor)
    return model


def gpt2_config(config):
    return dict(width=config["n_embd"], heads=config["n_head"], layers=config["n_layer"], context=config["n_ctx"], mlp="gelu", mlp_width=config["n_inner"],
                norm="layernorm", norm_epsilon=config["layer_norm_epsilon"], position="learned", bias=True, tie=True)


def llama_config(config):
    return dict(width=config["hidden_size"], heads=config["num_attention_heads"], layers=config["num_hidden_layers"], context=0, mlp="swiglu",
                mlp_width=config["intermediate_size"], norm="rmsnorm", norm_epsilon=config["rms_norm_eps"], position="rope",
                rope_theta=config["rope_theta"], bias=False, tie=config["tie_word_embeddings"])


def renamed(prefix, outside, inside):
    """A function from this module's names to lists of stored names."""
    def names(name):
        if not name.startswith("blocks."):
            path, leaf = name.rsplit(".", 1)
            return [outside[path] + "." + leaf]
        _, layer, path, leaf = name.split(".")
        parts = inside[path] if isinstance(inside[path], list) else [inside[path]]
        return [f"{prefix}{layer}.{part}.{leaf}" for part in parts]
    return names


def gpt2_names(c):
    return renamed("transformer.h.", {"embedding": "transformer.wte", "positions": "transformer.wpe", "norm": "transformer.ln_f"},
                   {"attention_norm": "ln_1", "qkv": "attn.c_attn", "output": "attn.c_proj", "mlp_norm": "ln_2", "up": "mlp.c_fc", "down": "mlp.c_proj"})


def llama_names(c):
    return renamed("model.layers.", {"embedding": "model.embed_tokens", "norm": "model.norm", "head": "lm_head"},
                   {"attention_norm": "input_layernorm", "qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "output": "self_attn.o_proj",
                    "mlp_norm": "post_attention_layernorm", "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj"})


def own_names(c):
    return renamed("blocks.", {"embedding": "embedding", "positions": "positions", "norm": "norm", "head": "head"},
                   {"attention_norm": "attention_norm", "qkv": "attention.qkv", "output": "attention.output", "mlp_norm": "mlp_norm",
                    "gate": "mlp.gate", "up": "mlp.up", "down": "mlp.down"})


def read_safetensors(path):
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
    body = np.memmap(path, dtype=np.uint8, mode="c", offset=8 + length)
    return {name: torch.from_numpy(body[entry["data_offsets"][0]:entry["data_offsets"][1]].view("<f4").reshape(entry["shape"]))
            for name, entry in header.items() if name != "__metadata__"}
