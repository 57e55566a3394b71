"""A side of train_steps.py that is a local build of karpathy/llm.c's CPU trainer, train_gpt2. Knows its file formats and what it prints, nothing of its code.

The program takes no arguments. It reads three files below its working folder, prints a line for each training step, and ends after 41 of them:
gpt2_124M.bin (weights), dev/data/tinyshakespeare/tiny_shakespeare_{train,val}.bin (uint16 tokens). B and T are set in its main function.
"""
import json
import os
import re
import signal
import struct
import subprocess

import numpy as np

OPTIMIZER = (1e-4, 0.9, 0.999, 0.0, 1e9)  # fixed in its main function: learning rate, betas, no decay, no clipping; the other sides use the same
STEP = re.compile(r"step \d+: train loss ([-\d.a-z]+) \(took ([\d.]+) ms\)")
LAYERED = ["ln_1.weight", "ln_1.bias", "attn.c_attn.weight", "attn.c_attn.bias", "attn.c_proj.weight", "attn.c_proj.bias",
           "ln_2.weight", "ln_2.bias", "mlp.c_fc.weight", "mlp.c_fc.bias", "mlp.c_proj.weight", "mlp.c_proj.bias"]


class LlmC:
    """Runs in turns like a worker: it is stopped between them (SIGSTOP), and the step in which that happened does not count."""

    def __init__(self, program, folder, weights, token_file, batch, length, environment):
        self.name, self.started = "llm.c", False
        here = os.path.join(folder, "llmc")
        padding = write_checkpoint(weights, os.path.join(here, "gpt2_124M.bin"))
        data = os.path.join(here, "dev", "data", "tinyshakespeare")
        for part in ("train", "val"):
            write_tokens(token_file, os.path.join(data, f"tiny_shakespeare_{part}.bin"), batch, length)
        self.process = subprocess.Popen(["stdbuf", "-oL", os.path.abspath(program)], cwd=here, stdout=subprocess.PIPE, text=True, errors="replace", env={**os.environ, **environment})
        parameters = int(self.find(r"num_parameters: (\d+)")[1]) - padding
        batches = int(self.find(r"train dataset num_batches: (\d+)")[1])
        if batches != 1:
            self.process.kill()
            raise SystemExit(f"llm.c: {program} has another batch than {batch}×{length} ({batches} batches in a file of one); set B = {batch} and T = {length} in the main function of your copy and build it again.")
        self.ready = {"program": "llm.c, local build", "parameters": parameters}
        self.stop()

    def ask(self, request):
        count, losses, seconds = int(request.split()[1]), [], 0.0
        os.kill(self.process.pid, signal.SIGCONT)
        if self.started:
            losses.append(float(self.find(STEP)[1]))  # stopped in the middle of this one
        self.started = True
        for _ in range(count):
            loss, milliseconds = self.find(STEP).groups()
            losses.append(float(loss))
            seconds += float(milliseconds) / 1e3
        self.stop()
        with open(f"/proc/{self.process.pid}/status") as file:
            peak = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
        return {"seconds": seconds, "losses": losses, "peak": peak}

    def find(self, pattern):
        """The next line that holds the pattern; between the steps it validates and writes samples."""
        for line in self.process.stdout:
            if found := re.search(pattern, line):
                return found
        raise SystemExit(f"llm.c: the program ended with status {self.process.wait()}; it has 41 steps: ask for fewer --rounds or --seconds.")

    def ticks(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def stop(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def close(self):
        self.process.kill()
        self.process.wait()


def write_checkpoint(weights, path):
    """A folder of GPT2LMHeadModel as the trainer's file: 256 words (magic 20240326, version 3, context, V, layers, heads, C, padded V), then the tensors,
    each over all layers, matrices as [out, in]. The vocabulary is padded to a multiple of 128 with rows of zeros; returns the floats of those."""
    with open(os.path.join(weights, "config.json")) as file:
        config = json.load(file)
    if config["architectures"] != ["GPT2LMHeadModel"]:
        raise SystemExit(f"llm.c: it trains GPT-2 alone, not {config['architectures'][0]}; name one of its shapes: char-0.8m, char-10.8m, gpt2-124m, gpt2-124m-t256.")
    stored = read_safetensors(os.path.join(weights, "model.safetensors"))
    vocabulary, width, layers = config["vocab_size"], config["n_embd"], config["n_layer"]
    padded = -(-vocabulary // 128) * 128
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as file:
        header = [20240326, 3, config["n_ctx"], vocabulary, layers, config["n_head"], width, padded]
        file.write(struct.pack("<256i", *header, *[0] * (256 - len(header))))
        file.write(stored["transformer.wte.weight"].tobytes() + bytes(4 * (padded - vocabulary) * width))
        file.write(stored["transformer.wpe.weight"].tobytes())
        for name in LAYERED:
            for layer in range(layers):
                tensor = stored[f"transformer.h.{layer}.{name}"]
                file.write(np.ascontiguousarray(tensor.T if tensor.ndim == 2 else tensor).tobytes())
        file.write(stored["transformer.ln_f.weight"].tobytes() + stored["transformer.ln_f.bias"].tobytes())
    return (padded - vocabulary) * width


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        start = file.tell()
    body = np.memmap(path, dtype=np.uint8, mode="r", offset=start)
    return {name: body[entry["data_offsets"][0]:entry["data_offsets"][1]].view("<f4").reshape(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}


def stream_rows(stream, batch, length):
    """The rows of T + 1 tokens that the trainer cuts out of a stream of B·T + 1: neighbours share a token."""
    return [token for row in range(batch) for token in stream[row * length:(row + 1) * length + 1]]


def write_tokens(token_file, path, batch, length):
    """One batch: 256 words (magic 20240520, version 1, tokens), then uint16 tokens; with a single batch its shuffling has nothing to do."""
    rows = np.fromfile(token_file, dtype="<u2").reshape(batch, length + 1)
    stream = np.append(rows[:, :-1].ravel(), rows[-1, -1])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<256i", 20240520, 1, len(stream), *[0] * 253) + stream.astype("<u2").tobytes())
