#!/usr/bin/env python3
"""Matrix products of a native library on request, the counterpart of GemmWorker.cs: the same operands, checksum and protocol.

    blas_gemm_worker.py LIBRARY_FILE       a CBLAS (OpenBLAS, BLIS, MKL) or oneDNN's libdnnl; OMP_NUM_THREADS decides the threads

Request: `NT 256 768 768 40` (layout, M, N, K, milliseconds); answer: one JSON line with the best call's seconds and the checksum.
NT: C[M,N] = A[M,K]·B[N,K]ᵀ, NN: A[M,K]·B[K,N], TN: A[K,M]ᵀ·B[K,N]; all row-major.
"""
import ctypes
import json
import os
import sys
import time

import numpy as np

ROWS, NO, YES = 101, 111, 112  # CBLAS's numbers for row-major, not transposed, transposed


def fill(length, factor):
    return ((np.arange(length, dtype=np.int64) * factor + 3) % 13 - 6).astype(np.float32)


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))


def aligned(array):
    """The same values on a 64-byte boundary, as our own tensors are."""
    memory = np.empty(array.size + 16, dtype=np.float32)
    start = (-memory.ctypes.data % 64) // 4
    memory[start:start + array.size] = array
    return memory[start:start + array.size]


class Cblas:
    def __init__(self, library):
        self.sgemm, self.sgemv = library.cblas_sgemm, library.cblas_sgemv
        self.name = "CBLAS"
        if hasattr(library, "openblas_get_config"):
            library.openblas_get_config.restype = library.openblas_get_corename.restype = ctypes.c_char_p
            self.name = f"{library.openblas_get_config().decode().strip()} ({library.openblas_get_corename().decode()})"

    def call(self, layout, m, n, k, a, b, c):
        one, zero, i = ctypes.c_float(1), ctypes.c_float(0), ctypes.c_int
        if m == 1 and layout != "TN":  # a matrix times a vector has its own, faster function
            rows, columns, transposed = (n, k, NO) if layout == "NT" else (k, n, YES)
            return lambda: self.sgemv(ROWS, transposed, i(rows), i(columns), one, b, i(columns), a, i(1), zero, c, i(1))
        ta, tb = (YES if layout == "TN" else NO), (YES if layout == "NT" else NO)
        lda, ldb = (m if layout == "TN" else k), (k if layout == "NT" else n)
        return lambda: self.sgemm(ROWS, ta, tb, i(m), i(n), i(k), one, a, i(lda), b, i(ldb), zero, c, i(n))


class Dnnl:
    def __init__(self, library):
        self.sgemm = library.dnnl_sgemm
        library.dnnl_version.restype = ctypes.POINTER(ctypes.c_int * 3)
        self.name = "oneDNN " + ".".join(map(str, library.dnnl_version().contents))

    def call(self, layout, m, n, k, a, b, c):
        one, zero, i, char = ctypes.c_float(1), ctypes.c_float(0), ctypes.c_int64, ctypes.c_char
        ta, tb = char(b"T" if layout == "TN" else b"N"), char(b"T" if layout == "NT" else b"N")
        lda, ldb = (m if layout == "TN" else k), (k if layout == "NT" else n)
        return lambda: self.sgemm(ta, tb, i(m), i(n), i(k), one, a, i(lda), b, i(ldb), zero, c, i(n))


def main():
    library = ctypes.CDLL(sys.argv[1])
    backend = Dnnl(library) if hasattr(library, "dnnl_sgemm") else Cblas(library)
    print(json.dumps({"program": backend.name, "file": os.path.realpath(sys.argv[1])}), flush=True)
    last = None
    for line in sys.stdin:
        layout, m, n, k, milliseconds = line.split()[0], *map(int, line.split()[1:5])
        if last != (layout, m, n, k):  # a new product: fill, and check the first call's result
            last = layout, m, n, k
            a, b, c = aligned(fill(m * k, 7)), aligned(fill(k * n, 5)), aligned(np.zeros(m * n, dtype=np.float32))
            call = backend.call(layout, m, n, k, pointer(a), pointer(b), pointer(c))
            call()
            checksum = float((c.astype(np.float64) * (np.arange(m * n) % 7 - 3)).sum())
        best, end = float("inf"), time.perf_counter() + milliseconds / 1e3
        while True:
            start = time.perf_counter()
            call()
            now = time.perf_counter()
            best = min(best, now - start)
            if now >= end:
                break
        print(json.dumps({"seconds": best, "checksum": checksum}), flush=True)


if __name__ == "__main__":
    main()
