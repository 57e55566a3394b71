#!/usr/bin/env bash
# Trains the same weights on the same batches here and in PyTorch and compares the loss of each of 100 steps, for GPT-2 and Llama style models.
# The learning rate is 1e-3: at 4e-3 the Llama style model passes a loss spike after step 20, which turns differences of 1e-6 into 5e-2.
#   Benchmarks/Peers/compare-losses.sh input.txt        needs a Python with torch and numpy: PYTHON=/usr/bin/python3 by default
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
text=$(realpath "${1:?usage: compare-losses.sh TEXT_FILE}")
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import torch, numpy' || { echo "compare-losses: $python has no torch and numpy; set PYTHON" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build -c Release "$here/../../Cli" -v q --nologo
pure_llm() { dotnet "$here/../../Cli/bin/Release/net10.0/pure-llm.dll" "$@"; }

cd "$work"
pure_llm new shakespeare-4x128 . >/dev/null
# Characters as uint16 ids in the order of their code points, as the tokenizer "chars" numbers them.
"$python" - "$text" <<'PYTHON'
import sys
import numpy as np
text = open(sys.argv[1], encoding="utf-8", newline="").read()
ids = {c: i for i, c in enumerate(sorted(set(text)))}
np.array([ids[c] for c in text], dtype="<u2").tofile("tokens.bin")
PYTHON

status=0
for preset in gpt2 llama; do
    common=(--set "data.source=\"$text\"" --set data.val=0 --set data.order=sequential --set "model.preset=$preset" --set model.layers=4
        --set model.heads=4 --set model.width=128 --set model.context=64 --set train.lr=1e-3 --set train.warmup=20% --set eval.scores=false --set eval.sample.tokens=0 --plain)
    pure_llm train shakespeare-4x128.toml "${common[@]}" --steps 1 --run "$preset-start" >/dev/null
    pure_llm train shakespeare-4x128.toml "${common[@]}" --steps 100 --set "model.init_from=\"runs/$preset-start/checkpoints/step-000001\"" --run "$preset" >/dev/null
    echo "$preset"
    "$python" "$here/pytorch_losses.py" --init "runs/$preset-start/checkpoints/step-000001" --tokens tokens.bin --metrics "runs/$preset/metrics.jsonl" \
        --batch 12 --time 64 --betas 0.9 0.99 --decay 0.1 --clip 1.0 --steps 100 || status=1
done
exit $status
