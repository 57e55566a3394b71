using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

// b as it lies is [n, k]: columns of b are rows in memory, transposed in registers.
internal static unsafe partial class MatMulFewRowsKernel
{
    private static void TransposedVector(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int j, out int end);
        nint depth = job->K;
        int vectorDepth = job->K & ~3, first = j;
        bool isFar = IsFar(*job), isNear = job->N * depth < FarFloats && !AreRowsAliased(*job);
        for (; job->M == 1 && isNear && j + 2 * Group <= end; j += 2 * Group)
        {
            OneRow(job->A, job->B + j * depth, depth, vectorDepth, job->C + j);
        }
        for (; j + Group <= end; j += Group)
        {
            float* a = job->A, b = job->B + j * depth, c = job->C + j;
            for (int left = job->M, parts = (left + 3) / 4; parts > 0; parts--)
            {
                int rows = (left + parts - 1) / parts;
                MultiplyRows(rows, a, b, depth, vectorDepth, c, job->N, isFar);
                left -= rows;
                a += rows * depth;
                c += (nint)rows * job->N;
            }
        }
        AddDots(job, first, j, vectorDepth);
        AddDots(job, j, end, 0);
    }

    private static void MultiplyRows(int rows, float* a, float* b, nint stride, int depth, float* c, nint columns, bool isFar)
    {
        switch (rows)
        {
            case 4:
                Rows<Four>(a, b, stride, depth, c, columns, isFar);
                break;
            case 3:
                Rows<Three>(a, b, stride, depth, c, columns, isFar);
                break;
            case 2:
                Rows<Two>(a, b, stride, depth, c, columns, isFar);
                break;
            default:
                Rows<One>(a, b, stride, depth, c, columns, isFar);
                break;
        }
    }

    private static void TransposedScalar(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int j, out int end);
        AddDots(job, j, end, 0);
    }

    // Two chains hide the latency of one another; a whole cache line of one group before the other's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(float* a, float* b, nint stride, int depth, float* c)
    {
        float* b1 = b + Group * stride;
        Vector256<float> c0 = Vector256.Load(c), c1 = Vector256.Load(c + 8);
        for (nint k = 0; k < depth; k += 16)
        {
            nint end = Math.Min(depth, k + 16);
            c0 = AddSegment(a, b, stride, k, end, c0);
            c1 = AddSegment(a, b1, stride, k, end, c1);
        }
        c0.Store(c);
        c1.Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AddSegment(float* a, float* b, nint stride, nint k, nint end, Vector256<float> sum)
    {
        for (; k < end; k += 4)
        {
            Load(b + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
            sum = Add(a + k, x0, x1, x2, x3, sum);
        }
        return sum;
    }

    // The same line of the columns that come next, where the matrix comes from memory: the processor does not guess so many streams.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchNext(float* b, nint stride)
    {
        b += 4 * Group * stride;
        for (int i = 0; i < Group; i++, b += stride)
        {
            Sse.Prefetch1(b);
        }
    }

    // Columns of one group by all rows of a.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRows>(float* a, float* b, nint stride, int depth, float* c, nint columns, bool isFar) where TRows : struct, IRows
    {
        float* a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride;
        float* p1 = c + columns, p2 = p1 + columns, p3 = p2 + columns;
        Vector256<float> c0 = Vector256.Load(c), c1 = default, c2 = default, c3 = default;
        if (TRows.Count > 1)
        {
            c1 = Vector256.Load(p1);
        }
        if (TRows.Count > 2)
        {
            c2 = Vector256.Load(p2);
        }
        if (TRows.Count > 3)
        {
            c3 = Vector256.Load(p3);
        }
        for (nint k = 0; k < depth; k += 4)
        {
            if (isFar && (k & 15) == 0)
            {
                PrefetchNext(b + k, stride);
            }
            Load(b + k, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
            c0 = Add(a + k, x0, x1, x2, x3, c0);
            if (TRows.Count > 1)
            {
                c1 = Add(a1 + k, x0, x1, x2, x3, c1);
            }
            if (TRows.Count > 2)
            {
                c2 = Add(a2 + k, x0, x1, x2, x3, c2);
            }
            if (TRows.Count > 3)
            {
                c3 = Add(a3 + k, x0, x1, x2, x3, c3);
            }
        }
        c0.Store(c);
        if (TRows.Count > 1)
        {
            c1.Store(p1);
        }
        if (TRows.Count > 2)
        {
            c2.Store(p2);
        }
        if (TRows.Count > 3)
        {
            c3.Store(p3);
        }
    }

    // Four steps of k of the 8 rows from b on: x0 holds the first step of all 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(float* b, nint stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3)
    {
        float* b4 = b + 4 * stride;
        x0 = MatMulPacking.Halves(b, b4);
        x1 = MatMulPacking.Halves(b + stride, b4 + stride);
        x2 = MatMulPacking.Halves(b + 2 * stride, b4 + 2 * stride);
        x3 = MatMulPacking.Halves(b + 3 * stride, b4 + 3 * stride);
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
