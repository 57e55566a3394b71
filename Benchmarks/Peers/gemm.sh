#!/usr/bin/env bash
# Our matrix product beside OpenBLAS and oneDNN over the shapes of training and decoding, in turns in one run; prints Markdown tables.
#   Benchmarks/Peers/gemm.sh [PART_OF_SHAPE ...] [--threads 1 2] [--rounds 5] [--milliseconds 40]        needs python3-numpy, libopenblas0-openmp, libdnnl2
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PYTHON=${PYTHON:-/usr/bin/python3}
"$PYTHON" -c 'import numpy' || { echo "gemm: $PYTHON has no numpy; set PYTHON" >&2; exit 2; }
built=$(dotnet build -c Release "$here/.." -v q --nologo) || { echo "$built" >&2; exit 1; }
exec "$PYTHON" "$here/gemm.py" "$@"
