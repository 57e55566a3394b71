using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>The product of a few rows with a matrix: b is read once, as it lies, without packing.</summary>
/// <remarks>The decode path, bound by memory. The chains are those of <see cref="MatMulKernel{TTile}"/>, so a row gives the same bits alone as in a batch.</remarks>
internal static unsafe class MatMulFewRowsKernel
{
    /// <summary>With more rows, packing pays.</summary>
    public const int MaxRows = 8;

    private const int Group = 16;
    private const int Line = 16;
    private const int Strip = 512;
    private const long ChunkProducts = 1 << 15;
    private const long InlineProducts = 1 << 16;

    public static void Run(ref MatMulJob job, ThreadTeam team, SimdWidth width)
    {
        bool isTransposed = job.BDepth == 1 && job.ADepth == 1;
        int unit = isTransposed ? Group : 64;
        long columnProducts = (long)job.M * Math.Max(1, job.K);
        int threads = job.N * columnProducts < InlineProducts ? 1 : team.Threads;
        long columns = Math.Max(ChunkProducts / columnProducts, (job.N - 1) / (8 * threads) + 1);
        columns = Math.Min((columns + unit - 1) / unit * unit, isTransposed ? int.MaxValue : Strip);
        job.ColumnsPerChunk = (int)Math.Min(columns, job.N);
        int chunks = (job.N - 1) / job.ColumnsPerChunk + 1;
        fixed (MatMulJob* state = &job)
        {
            delegate*<MatMulJob*, int, int, void> body = (isTransposed, width) switch
            {
                (true, SimdWidth.Scalar) => &TransposedScalar,
                (true, _) => Avx.IsSupported && Fma.IsSupported ? &TransposedVector : &TransposedScalar,
                (false, SimdWidth.Scalar) => &StraightScalar,
                (false, _) => &StraightVector,
            };
            if (threads > 1)
            {
                team.For(chunks, state, body);
                return;
            }
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                body(state, chunk, 0);
            }
        }
    }

    private static void Begin(MatMulJob* job, int chunk, out int first, out int end)
    {
        first = chunk * job->ColumnsPerChunk;
        end = Math.Min(job->N, first + job->ColumnsPerChunk);
        for (int i = 0; i < job->M && !job->Accumulate; i++)
        {
            var c = new Span<float>(job->C + (nint)i * job->N + first, end - first);
            if (job->Bias != null)
            {
                new ReadOnlySpan<float>(job->Bias + first, end - first).CopyTo(c);
            }
            else
            {
                c.Clear();
            }
        }
    }

    // ---- b as it lies is [n, k]: columns of b are rows in memory, transposed in registers

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

    // ---- b as it lies is [k, n]: a strip of c stays in the L1 cache and takes 4 rows of b at a time

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StraightVector(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int first, out int end);
        nint stride = job->N;
        int vectors = first + ((end - first) & ~7), k = 0;
        for (; k + 4 <= job->K; k += 4)
        {
            float* b = job->B + k * stride, b1 = b + stride, b2 = b1 + stride, b3 = b2 + stride, c = job->C;
            for (int i = 0; i < job->M; i++, c += stride)
            {
                float* a = job->A + i * job->ARow + k * job->ADepth;
                Vector256<float> a0 = Vector256.Create(a[0]), a1 = Vector256.Create(a[job->ADepth]);
                Vector256<float> a2 = Vector256.Create(a[2 * job->ADepth]), a3 = Vector256.Create(a[3 * job->ADepth]);
                for (nint j = first; j < vectors; j += 8)
                {
                    Vector256<float> sum = Vector256.FusedMultiplyAdd(a0, Vector256.Load(b + j), Vector256.Load(c + j));
                    sum = Vector256.FusedMultiplyAdd(a1, Vector256.Load(b1 + j), sum);
                    sum = Vector256.FusedMultiplyAdd(a2, Vector256.Load(b2 + j), sum);
                    Vector256.FusedMultiplyAdd(a3, Vector256.Load(b3 + j), sum).Store(c + j);
                }
            }
        }
        AddRows(job, k, first, vectors);
        AddRows(job, 0, vectors, end);
    }

    private static void StraightScalar(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int first, out int end);
        AddRows(job, 0, first, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(MatMulJob* job, int k, int first, int end)
    {
        for (; k < job->K && first < end; k++)
        {
            float* b = job->B + (nint)k * job->N, c = job->C;
            for (int i = 0; i < job->M; i++, c += job->N)
            {
                float a = job->A[i * job->ARow + k * job->ADepth];
                for (int j = first; j < end; j++)
                {
                    c[j] = MathF.FusedMultiplyAdd(a, b[j], c[j]);
                }
            }
        }
    }
}
