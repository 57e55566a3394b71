#!/usr/bin/env bash
# Training steps here, in PyTorch (stock and tuned) and in a local build of llm.c, in turns in one run; prints a Markdown table.
#   Benchmarks/Peers/train-steps.sh [MODEL ...] [--rounds 5] [--seconds 2] [--threads N] [--sides stock tuned] [--llmc PROGRAM]        needs python3-torch, libopenblas0-pthread, libopenblas0-openmp, libjemalloc2
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PYTHON=${PYTHON:-/usr/bin/python3}
"$PYTHON" -c 'import numpy' || { echo "train-steps: $PYTHON has no numpy; set PYTHON" >&2; exit 2; }
built=$(dotnet build -c Release "$here/.." -v q --nologo) || { echo "$built" >&2; exit 1; }
exec "$PYTHON" "$here/train_steps.py" "$@"
