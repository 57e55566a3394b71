using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

/// <summary>Work on a block of rows; an unmanaged struct of pointers and sizes.</summary>
internal unsafe interface IRowBody
{
    /// <summary>Handles rows [first, end), which are block number <paramref name="block"/>.</summary>
    void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct;
}

/// <summary>Loops over rows on the team, in blocks whose bounds depend on the sizes alone.</summary>
internal static unsafe class RowJob
{
    // Floats of a block: some microseconds of work, small against a cache.
    private const int BlockFloats = 16384;

    // Blocks with a partial sum hold at least this many rows, so that the partial sums are few.
    private const int BlockRowsOfSum = 32;

    /// <summary>Rows of a block for independent rows.</summary>
    public static int BlockRows(int columns) => Math.Max(1, BlockFloats / Math.Max(1, columns));

    /// <summary>Rows of a block that keeps one partial sum of each column.</summary>
    public static int BlockRowsWithSums(int columns) => Math.Max(BlockRowsOfSum, BlockRows(columns));

    /// <summary>Number of blocks.</summary>
    public static int Blocks(int rows, int blockRows) => (int)(((long)rows + blockRows - 1) / blockRows);

    /// <summary>Runs the body over [0, rows) in blocks.</summary>
    public static void Run<TBody>(ThreadTeam team, SimdWidth width, TBody body, int rows, int blockRows) where TBody : unmanaged, IRowBody
    {
        var job = new Job<TBody> { Body = body, Rows = rows, BlockRows = blockRows };
        int blocks = Blocks(rows, blockRows);
        switch (width)
        {
            case SimdWidth.Vector512:
                team.For(blocks, &job, &RunBlock<Width512, Vector512<float>, TBody>);
                break;
            case SimdWidth.Vector256:
                team.For(blocks, &job, &RunBlock<Width256, Vector256<float>, TBody>);
                break;
            default:
                team.For(blocks, &job, &RunBlock<Width1, float, TBody>);
                break;
        }
    }

    private static void RunBlock<TWidth, TVector, TBody>(Job<TBody>* job, int block, int worker)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TBody : unmanaged, IRowBody
    {
        int first = block * job->BlockRows;
        job->Body.Run<TWidth, TVector>(first, Math.Min(job->Rows, first + job->BlockRows), block);
    }

    private struct Job<TBody> where TBody : unmanaged, IRowBody
    {
        public TBody Body;
        public int Rows;
        public int BlockRows;
    }
}
