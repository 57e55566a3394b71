using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

// b as it lies is [n, k]: columns of b are rows in memory, transposed in registers.
internal static unsafe partial class MatMulFewRowsKernel
{
    private const int Line = 16;

    private static void TransposedVector(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int j, out int end);
        nint depth = job->K, columns = job->N;
        int vectorDepth = job->K & ~3;
        for (; j + Group <= end; j += Group)
        {
            float* a = job->A, b = job->B + j * depth, c = job->C + j;
            int rows = job->M;
            for (; rows >= 4; rows -= 4, a += 4 * depth, c += 4 * columns)
            {
                FourRows(a, b, depth, vectorDepth, c, columns);
            }
            if (rows >= 2)
            {
                TwoRows(a, b, depth, vectorDepth, c, columns);
                rows -= 2;
                a += 2 * depth;
                c += 2 * columns;
            }
            if (rows == 1)
            {
                OneRow(a, b, depth, vectorDepth, c);
            }
            AddDots(job, j, j + Group, vectorDepth);
        }
        AddDots(job, j, end, 0);
    }

    private static void TransposedScalar(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int j, out int end);
        AddDots(job, j, end, 0);
    }

    // A cache line of 8 rows, then of the other 8: rows a multiple of 4 KB apart share 8 places in the L1 cache.

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(float* a, float* b, nint stride, int depth, float* c)
    {
        float* b4 = b + 4 * stride, b8 = b + 8 * stride, b12 = b + 12 * stride;
        Vector256<float> low = Vector256.Load(c);
        Vector256<float> high = Vector256.Load(c + 8);
        for (nint line = 0; line < depth; line += Line)
        {
            nint end = Math.Min(depth, line + Line);
            for (nint k = line; k < end; k += 4)
            {
                Load(b + k, b4 + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
                low = Add(a + k, x0, x1, x2, x3, low);
            }
            for (nint k = line; k < end; k += 4)
            {
                Load(b8 + k, b12 + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
                high = Add(a + k, x0, x1, x2, x3, high);
            }
        }
        low.Store(c);
        high.Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(float* a, float* b, nint stride, int depth, float* c, nint columns)
    {
        float* b4 = b + 4 * stride, b8 = b + 8 * stride, b12 = b + 12 * stride;
        float* a1 = a + stride, c1 = c + columns;
        Vector256<float> low0 = Vector256.Load(c), low1 = Vector256.Load(c1);
        Vector256<float> high0 = Vector256.Load(c + 8), high1 = Vector256.Load(c1 + 8);
        for (nint line = 0; line < depth; line += Line)
        {
            nint end = Math.Min(depth, line + Line);
            for (nint k = line; k < end; k += 4)
            {
                Load(b + k, b4 + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
                low0 = Add(a + k, x0, x1, x2, x3, low0);
                low1 = Add(a1 + k, x0, x1, x2, x3, low1);
            }
            for (nint k = line; k < end; k += 4)
            {
                Load(b8 + k, b12 + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
                high0 = Add(a + k, x0, x1, x2, x3, high0);
                high1 = Add(a1 + k, x0, x1, x2, x3, high1);
            }
        }
        low0.Store(c);
        high0.Store(c + 8);
        low1.Store(c1);
        high1.Store(c1 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(float* a, float* b, nint stride, int depth, float* c, nint columns)
    {
        float* b4 = b + 4 * stride, b8 = b + 8 * stride, b12 = b + 12 * stride;
        float* a1 = a + stride, c1 = c + columns, a2 = a1 + stride, c2 = c1 + columns, a3 = a2 + stride, c3 = c2 + columns;
        Vector256<float> low0 = Vector256.Load(c), low1 = Vector256.Load(c1), low2 = Vector256.Load(c2), low3 = Vector256.Load(c3);
        Vector256<float> high0 = Vector256.Load(c + 8), high1 = Vector256.Load(c1 + 8), high2 = Vector256.Load(c2 + 8), high3 = Vector256.Load(c3 + 8);
        for (nint line = 0; line < depth; line += Line)
        {
            nint end = Math.Min(depth, line + Line);
            for (nint k = line; k < end; k += 4)
            {
                Load(b + k, b4 + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
                low0 = Add(a + k, x0, x1, x2, x3, low0);
                low1 = Add(a1 + k, x0, x1, x2, x3, low1);
                low2 = Add(a2 + k, x0, x1, x2, x3, low2);
                low3 = Add(a3 + k, x0, x1, x2, x3, low3);
            }
            for (nint k = line; k < end; k += 4)
            {
                Load(b8 + k, b12 + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
                high0 = Add(a + k, x0, x1, x2, x3, high0);
                high1 = Add(a1 + k, x0, x1, x2, x3, high1);
                high2 = Add(a2 + k, x0, x1, x2, x3, high2);
                high3 = Add(a3 + k, x0, x1, x2, x3, high3);
            }
        }
        low0.Store(c);
        high0.Store(c + 8);
        low1.Store(c1);
        high1.Store(c1 + 8);
        low2.Store(c2);
        high2.Store(c2 + 8);
        low3.Store(c3);
        high3.Store(c3 + 8);
    }

    // Four steps of k of the 8 rows from b0 and b4 on: x0 holds the first step of all 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(float* b0, float* b4, nint stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3)
    {
        x0 = MatMulPacking.Halves(b0, b4);
        x1 = MatMulPacking.Halves(b0 + stride, b4 + stride);
        x2 = MatMulPacking.Halves(b0 + 2 * stride, b4 + 2 * stride);
        x3 = MatMulPacking.Halves(b0 + 3 * stride, b4 + 3 * stride);
        MatMulPacking.Transpose4(ref x0, ref x1, ref x2, ref x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(float* a, Vector256<float> x0, Vector256<float> x1, Vector256<float> x2, Vector256<float> x3, Vector256<float> sum)
    {
        sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[0]), x0, sum);
        sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[1]), x1, sum);
        sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[2]), x2, sum);
        return Vector256.FusedMultiplyAdd(Vector256.Create(a[3]), x3, sum);
    }

    // c[i,j] += Σ a[i,k]·b[j,k] over k from `first` on; four chains at a time hide the latency.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddDots(MatMulJob* job, int j, int end, int first)
    {
        nint stride = job->K;
        int depth = job->K;
        if (first == depth)
        {
            return;
        }
        for (; j < end; j += 4)
        {
            int last = Math.Min(3, end - 1 - j);
            float* b = job->B + j * stride, b1 = b + Math.Min(1, last) * stride, b2 = b + Math.Min(2, last) * stride, b3 = b + last * stride;
            float* a = job->A, c = job->C + j;
            for (int i = 0; i < job->M; i++, a += stride, c += job->N)
            {
                float c0 = c[0], c1 = c[Math.Min(1, last)], c2 = c[Math.Min(2, last)], c3 = c[last];
                for (int k = first; k < depth; k++)
                {
                    c0 = MathF.FusedMultiplyAdd(a[k], b[k], c0);
                    c1 = MathF.FusedMultiplyAdd(a[k], b1[k], c1);
                    c2 = MathF.FusedMultiplyAdd(a[k], b2[k], c2);
                    c3 = MathF.FusedMultiplyAdd(a[k], b3[k], c3);
                }
                c[last] = c3;
                c[Math.Min(2, last)] = c2;
                c[Math.Min(1, last)] = c1;
                c[0] = c0;
            }
        }
    }
}
