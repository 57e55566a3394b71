using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>The product of one row with a matrix, c[j] = start[j] + Σ a[k]·b[k,j]: the weights are read once, as they lie.</summary>
/// <remarks>The decode path. The chains are those of <see cref="MatMulKernel{TTile}"/>, so a row gives the same bits alone as in a batch.</remarks>
internal static unsafe class MatMulRowKernel
{
    private const int Group = 16;
    private const int Strip = 512;
    private const long ChunkProducts = 1 << 15;
    private const long InlineProducts = 1 << 16;

    public static void Run(ref MatMulJob job, ThreadTeam team, SimdWidth width)
    {
        bool isTransposed = job.BDepth == 1;
        int unit = isTransposed ? Group : 64;
        long products = (long)job.N * Math.Max(1, job.K);
        int threads = products < InlineProducts ? 1 : team.Threads;
        long columns = Math.Max(ChunkProducts / Math.Max(1, job.K), (job.N - 1) / (8 * threads) + 1);
        columns = Math.Min((columns + unit - 1) / unit * unit, isTransposed ? int.MaxValue : Strip);
        job.PanelsPerChunk = (int)Math.Min(columns, job.N);
        int chunks = (job.N - 1) / job.PanelsPerChunk + 1;
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
        first = chunk * job->PanelsPerChunk;
        end = Math.Min(job->N, first + job->PanelsPerChunk);
        if (job->Accumulate)
        {
            return;
        }
        var c = new Span<float>(job->C + first, end - first);
        if (job->Bias != null)
        {
            new ReadOnlySpan<float>(job->Bias + first, end - first).CopyTo(c);
        }
        else
        {
            c.Clear();
        }
    }

    // ---- b as it lies is [n, k]: columns of b are rows in memory

    private static void TransposedVector(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int j, out int end);
        for (; j + Group <= end; j += Group)
        {
            Sixteen(job->A, job->B + (nint)j * job->K, job->K, job->C + j);
        }
        Few(job->A, job->B + (nint)j * job->K, job->K, job->C + j, end - j);
    }

    private static void TransposedScalar(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int j, out int end);
        Few(job->A, job->B + (nint)j * job->K, job->K, job->C + j, end - j);
    }

    // 8 steps of k of 16 rows are transposed in registers, then continue the 16 chains.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sixteen(float* a, float* b, int depth, float* c)
    {
        nint stride = depth, twice = 2 * stride, thrice = 3 * stride;
        float* b0 = b, b4 = b + 4 * stride, b8 = b + 8 * stride, b12 = b + 12 * stride;
        Vector256<float> low = Vector256.Load(c), high = Vector256.Load(c + 8);
        int k = 0;
        for (; k + 4 <= depth; k += 4)
        {
            Vector256<float> x0 = MatMulPacking.Halves(b0, b4), x1 = MatMulPacking.Halves(b0 + stride, b4 + stride);
            Vector256<float> x2 = MatMulPacking.Halves(b0 + twice, b4 + twice), x3 = MatMulPacking.Halves(b0 + thrice, b4 + thrice);
            MatMulPacking.Transpose4(ref x0, ref x1, ref x2, ref x3);
            Vector256<float> y0 = MatMulPacking.Halves(b8, b12), y1 = MatMulPacking.Halves(b8 + stride, b12 + stride);
            Vector256<float> y2 = MatMulPacking.Halves(b8 + twice, b12 + twice), y3 = MatMulPacking.Halves(b8 + thrice, b12 + thrice);
            MatMulPacking.Transpose4(ref y0, ref y1, ref y2, ref y3);
            Vector256<float> a0 = Vector256.Create(a[k]), a1 = Vector256.Create(a[k + 1]), a2 = Vector256.Create(a[k + 2]), a3 = Vector256.Create(a[k + 3]);
            low = Vector256.FusedMultiplyAdd(a0, x0, low);
            high = Vector256.FusedMultiplyAdd(a0, y0, high);
            low = Vector256.FusedMultiplyAdd(a1, x1, low);
            high = Vector256.FusedMultiplyAdd(a1, y1, high);
            low = Vector256.FusedMultiplyAdd(a2, x2, low);
            high = Vector256.FusedMultiplyAdd(a2, y2, high);
            low = Vector256.FusedMultiplyAdd(a3, x3, low);
            high = Vector256.FusedMultiplyAdd(a3, y3, high);
            b0 += 4;
            b4 += 4;
            b8 += 4;
            b12 += 4;
        }
        low.Store(c);
        high.Store(c + 8);
        for (; k < depth; k++)
        {
            for (int j = 0; j < Group; j++)
            {
                c[j] = MathF.FusedMultiplyAdd(a[k], b[j * stride + k], c[j]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Few(float* a, float* b, int depth, float* c, int columns)
    {
        nint stride = depth;
        for (; columns >= 4; columns -= 4, b += 4 * stride, c += 4)
        {
            float c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
            for (int k = 0; k < depth; k++)
            {
                c0 = MathF.FusedMultiplyAdd(a[k], b[k], c0);
                c1 = MathF.FusedMultiplyAdd(a[k], b[stride + k], c1);
                c2 = MathF.FusedMultiplyAdd(a[k], b[2 * stride + k], c2);
                c3 = MathF.FusedMultiplyAdd(a[k], b[3 * stride + k], c3);
            }
            (c[0], c[1], c[2], c[3]) = (c0, c1, c2, c3);
        }
        for (; columns > 0; columns--, b += stride, c++)
        {
            float sum = c[0];
            for (int k = 0; k < depth; k++)
            {
                sum = MathF.FusedMultiplyAdd(a[k], b[k], sum);
            }
            c[0] = sum;
        }
    }

    // ---- b as it lies is [k, n]: the strip of c stays in the L1 cache and takes 4 rows of b at a time

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StraightVector(MatMulJob* job, int chunk, int worker)
    {
        Begin(job, chunk, out int first, out int end);
        nint stride = job->N, twice = 2 * stride, thrice = 3 * stride;
        int depth = job->K, vectors = first + ((end - first) & ~7), k = 0;
        float* a = job->A, c = job->C;
        for (; k + 4 <= depth; k += 4)
        {
            float* b = job->B + k * stride;
            Vector256<float> a0 = Vector256.Create(a[k]), a1 = Vector256.Create(a[k + 1]), a2 = Vector256.Create(a[k + 2]), a3 = Vector256.Create(a[k + 3]);
            for (nint j = first; j < vectors; j += 8)
            {
                Vector256<float> sum = Vector256.FusedMultiplyAdd(a0, Vector256.Load(b + j), Vector256.Load(c + j));
                sum = Vector256.FusedMultiplyAdd(a1, Vector256.Load(b + stride + j), sum);
                sum = Vector256.FusedMultiplyAdd(a2, Vector256.Load(b + twice + j), sum);
                Vector256.FusedMultiplyAdd(a3, Vector256.Load(b + thrice + j), sum).Store(c + j);
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
        for (; k < job->K; k++)
        {
            float* b = job->B + (nint)k * job->N, c = job->C;
            float a = job->A[k];
            for (int j = first; j < end; j++)
            {
                c[j] = MathF.FusedMultiplyAdd(a, b[j], c[j]);
            }
        }
    }
}
