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
        for (int groups = Math.Min(4, (end - j) / Group); job->M == 1 && isNear && groups > 0; groups = Math.Min(4, (end - j) / Group))
        {
            MultiplyGroups(groups, job->A, job->B + j * depth, depth, vectorDepth, job->C + j);
            j += groups * Group;
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

    private static void MultiplyGroups(int groups, float* a, float* b, nint stride, int depth, float* c)
    {
        switch (groups)
        {
            case 4:
                OneRow<Four>(a, b, stride, depth, c);
                break;
            case 3:
                OneRow<Three>(a, b, stride, depth, c);
                break;
            case 2:
                OneRow<Two>(a, b, stride, depth, c);
                break;
            default:
                OneRow<One>(a, b, stride, depth, c);
                break;
        }
    }

    // One row of a by several groups of columns: their chains hide the latency of one another, and share the elements of a.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<TGroups>(float* a, float* b, nint stride, int depth, float* c) where TGroups : struct, IRows
    {
        float* b1 = b + Group * stride, b2 = b1 + Group * stride, b3 = b2 + Group * stride;
        Vector256<float> c0 = Vector256.Load(c), c1 = default, c2 = default, c3 = default;
        if (TGroups.Count > 1)
        {
            c1 = Vector256.Load(c + Group);
        }
        if (TGroups.Count > 2)
        {
            c2 = Vector256.Load(c + 2 * Group);
        }
        if (TGroups.Count > 3)
        {
            c3 = Vector256.Load(c + 3 * Group);
        }
        for (nint k = 0; k < depth; k += 4)
        {
            Vector256<float> a0 = Vector256.Create(a[k]), a1 = Vector256.Create(a[k + 1]), a2 = Vector256.Create(a[k + 2]), a3 = Vector256.Create(a[k + 3]);
            c0 = AddGroup(a0, a1, a2, a3, b + k, stride, c0);
            if (TGroups.Count > 1)
            {
                c1 = AddGroup(a0, a1, a2, a3, b1 + k, stride, c1);
            }
            if (TGroups.Count > 2)
            {
                c2 = AddGroup(a0, a1, a2, a3, b2 + k, stride, c2);
            }
            if (TGroups.Count > 3)
            {
                c3 = AddGroup(a0, a1, a2, a3, b3 + k, stride, c3);
            }
        }
        c0.Store(c);
        if (TGroups.Count > 1)
        {
            c1.Store(c + Group);
        }
        if (TGroups.Count > 2)
        {
            c2.Store(c + 2 * Group);
        }
        if (TGroups.Count > 3)
        {
            c3.Store(c + 3 * Group);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AddGroup(Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3, float* b, nint stride, Vector256<float> sum)
    {
        Load(b, stride, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3);
        sum = Vector256.FusedMultiplyAdd(a0, x0, sum);
        sum = Vector256.FusedMultiplyAdd(a1, x1, sum);
        sum = Vector256.FusedMultiplyAdd(a2, x2, sum);
        return Vector256.FusedMultiplyAdd(a3, x3, sum);
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
