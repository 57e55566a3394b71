#!/usr/bin/env bash
# Training steps here and in PyTorch, stock and tuned, in turns in one run; prints a Markdown table.
#   Benchmarks/Peers/train-steps.sh [MODEL ...] [--rounds 5] [--seconds 2] [--threads N]        needs python3-torch, libopenblas0-pthread, libopenblas0-openmp, libjemalloc2
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PYTHON=${PYTHON:-/usr/bin/python3}
"$PYTHON" -c 'import torch, numpy' || { echo "train-steps: $PYTHON has no torch and numpy; set PYTHON" >&2; exit 2; }
built=$(dotnet build -c Release "$here/.." -v q --nologo) || { echo "$built" >&2; exit 1; }
exec "$PYTHON" "$here/train_steps.py" "$@"
