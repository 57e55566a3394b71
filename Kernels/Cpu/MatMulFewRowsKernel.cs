using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>The product of a few rows with a matrix: b is read once, as it lies, without packing.</summary>
/// <remarks>The decode path, bound by memory. The chains are those of <see cref="MatMulKernel{TTile}"/>, so a row gives the same bits alone as in a batch.</remarks>
internal static unsafe partial class MatMulFewRowsKernel
{
    // Larger than most L3 caches.
    private const long FarFloats = 4 << 20;
    private const int Group = 8;
    private const int Strip = 512;
    private const long ChunkProducts = 1 << 15;
    private const long InlineProducts = 1 << 16;

    /// <summary>Whether a product is for this kernel: with more rows packing pays, later where the matrix comes from memory.</summary>
    public static bool Takes(in MatMulJob job) => job.M <= 4 || (job.M <= 8 && IsFar(job));

    public static void Run(ref MatMulJob job, ThreadTeam team, SimdWidth width)
    {
        bool isTransposed = job.BDepth == 1 && job.ADepth == 1;
        int unit = isTransposed ? 2 * Group : 64;
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
            MatMulJob.Run(team, threads > 1, chunks, state, body);
        }
    }

    // Worth fetching ahead: larger than the caches, and rows that do not push each other out.
    private static bool IsFar(in MatMulJob job) => (long)job.N * job.K >= FarFloats && !AreRowsAliased(job);

    // Rows a multiple of 4 KB apart share 8 places in the L1 cache.
    private static bool AreRowsAliased(in MatMulJob job) => (job.K & 1023) == 0;

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
