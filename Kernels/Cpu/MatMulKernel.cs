using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>The blocked matrix product over one kind of register tile.</summary>
/// <remarks>
/// The smaller operand is packed whole, by all threads, and shared (at most <see cref="SharedFloats"/> at a time);
/// then each chunk of the other operand is packed where it is used, into its worker's scratch that stays in the L2 cache.
/// Blocks of k come in ascending order and continue the chains from c, so no bit depends on any size chosen here
/// (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication").
/// </remarks>
internal static unsafe partial class MatMulKernel<TTile> where TTile : struct, IMatMulTile
{
    private const int MaxDepthBlock = 384;
    private const int SharedFloats = 1 << 20;
    private const int MaxSharedLanes = SharedFloats / MaxDepthBlock;
    private const int RowBlock = 96;
    private const int ColumnBlock = 128;
    private const int PackingFloats = 1 << 14;
    private const long ChunkProducts = 1 << 16;
    private const long InlineProducts = 1 << 18;

    private static int Columns => TTile.Columns;

    public static void Run(ref MatMulJob job, ThreadTeam team)
    {
        job.SharesB = job.M >= job.N;
        job.PanelRows = TTile.TakesFewerRows ? Blocks(job.M, Blocks(job.M, TTile.Rows)) : TTile.Rows;
        if (PacksBoth(job, team.Threads))
        {
            RunPackedBoth(ref job, team);
            return;
        }
        int depthBlock = Math.Max(1, Split(job.K, MaxDepthBlock, 8));
        job.DepthBlock = depthBlock;
        int lanes = job.SharesB ? job.N : job.M, width = job.SharesB ? Columns : job.PanelRows;
        int lanesPerPass = Split(lanes, MaxSharedLanes, width);
        int depthPerPass = depthBlock * Math.Max(1, SharedFloats / (RoundUp(lanesPerPass, width) * depthBlock));
        bool isParallel = team.Threads > 1 && (long)job.M * job.N * Math.Max(1, job.K) >= InlineProducts;

        float** scratch = stackalloc float*[team.Threads];
        job.Scratch = scratch;
        int scratchFloats = depthBlock * (job.SharesB ? RoundUp(RowBlock, job.PanelRows) : RoundUp(ColumnBlock, Columns));
        for (int worker = 0; worker < (isParallel ? team.Threads : 1); worker++)
        {
            scratch[worker] = team.Scratch(worker, scratchFloats);
        }
        job.Shared = team.SharedScratch(RoundUp(lanesPerPass, width) * Math.Min(depthPerPass, RoundUp(job.K, depthBlock)));

        (job.RowStart, job.RowEnd, job.ColumnStart, job.ColumnEnd) = (0, job.M, 0, job.N);
        for (int lane = 0; lane < lanes; lane += lanesPerPass)
        {
            int end = Math.Min(lanes, lane + lanesPerPass);
            if (job.SharesB)
            {
                (job.ColumnStart, job.ColumnEnd) = (lane, end);
            }
            else
            {
                (job.RowStart, job.RowEnd) = (lane, end);
            }
            job.DepthStart = 0;
            do
            {
                job.DepthEnd = Math.Min(job.K, job.DepthStart + depthPerPass);
                RunPass(ref job, team, isParallel);
                job.DepthStart = job.DepthEnd;
            }
            while (job.DepthStart < job.K);
        }
    }

    private static void RunPass(ref MatMulJob job, ThreadTeam team, bool isParallel)
    {
        int depth = job.DepthEnd - job.DepthStart;
        int sharedLanes = job.SharesB ? job.ColumnEnd - job.ColumnStart : job.RowEnd - job.RowStart;
        int ownLanes = job.SharesB ? job.RowEnd - job.RowStart : job.ColumnEnd - job.ColumnStart;
        int sharedWidth = job.SharesB ? Columns : job.PanelRows, ownWidth = job.SharesB ? job.PanelRows : Columns;
        int threads = isParallel ? team.Threads : 1;
        fixed (MatMulJob* state = &job)
        {
            int panels = Blocks(sharedLanes, sharedWidth);
            job.PanelsPerPacking = Math.Clamp(Blocks(panels, 2 * threads), Math.Min(panels, Blocks(PackingFloats, sharedWidth * Math.Max(1, Math.Min(depth, job.DepthBlock)))), panels);
            MatMulJob.Run(team, isParallel, Blocks(panels, job.PanelsPerPacking) * Blocks(depth, job.DepthBlock), state, &PackShared);

            // Small enough to share fairly, large enough to be worth claiming, never more than the scratch holds.
            panels = Blocks(ownLanes, ownWidth);
            int largest = Blocks(job.SharesB ? RowBlock : ColumnBlock, ownWidth);
            int smallest = (int)Math.Min(largest, ChunkProducts / ((long)ownWidth * Math.Max(1, sharedLanes) * Math.Max(1, depth)) + 1);
            job.PanelsPerChunk = Math.Clamp(Blocks(panels, threads == 1 ? 1 : 12 * threads), smallest, largest);
            MatMulJob.Run(team, isParallel, Blocks(panels, job.PanelsPerChunk), state, job.SharesB ? &MultiplyRows : &MultiplyColumns);
        }
    }

    // Shared panels lie block of k after block of k, panels side by side in each.
    private static void PackShared(MatMulJob* job, int chunk, int worker)
    {
        int lanes = job->SharesB ? job->ColumnEnd - job->ColumnStart : job->RowEnd - job->RowStart;
        int width = job->SharesB ? Columns : job->PanelRows;
        int groups = Blocks(Blocks(lanes, width), job->PanelsPerPacking);
        int depthOffset = chunk / groups * job->DepthBlock;
        int lane = chunk % groups * job->PanelsPerPacking * width;
        int depth = Math.Min(job->DepthBlock, job->DepthEnd - job->DepthStart - depthOffset);
        float* to = job->Shared + (nint)RoundUp(lanes, width) * depthOffset + (nint)lane * depth;
        lanes = Math.Min(job->PanelsPerPacking * width, lanes - lane);
        if (job->SharesB)
        {
            PackB(job, job->ColumnStart + lane, lanes, job->DepthStart + depthOffset, depth, to);
        }
        else
        {
            PackA(job, job->RowStart + lane, lanes, job->DepthStart + depthOffset, depth, to);
        }
    }

    private static void MultiplyRows(MatMulJob* job, int chunk, int worker)
    {
        int row = job->RowStart + chunk * job->PanelsPerChunk * job->PanelRows;
        int rows = Math.Min(job->PanelsPerChunk * job->PanelRows, job->RowEnd - row);
        int columns = job->ColumnEnd - job->ColumnStart;
        float* b = job->Shared;
        int k = job->DepthStart;
        do
        {
            int depth = Math.Min(job->DepthBlock, job->DepthEnd - k);
            PackA(job, row, rows, k, depth, job->Scratch[worker]);
            MultiplyBlock(job, job->Scratch[worker], b, row, rows, job->ColumnStart, columns, depth, k == 0);
            b += (nint)RoundUp(columns, Columns) * depth;
            k += depth;
        }
        while (k < job->DepthEnd);
    }

    private static void MultiplyColumns(MatMulJob* job, int chunk, int worker)
    {
        int column = job->ColumnStart + chunk * job->PanelsPerChunk * Columns;
        int columns = Math.Min(job->PanelsPerChunk * Columns, job->ColumnEnd - column);
        int block = RoundUp(RowBlock, job->PanelRows);
        float* a = job->Shared;
        int k = job->DepthStart;
        do
        {
            int depth = Math.Min(job->DepthBlock, job->DepthEnd - k);
            // With few rows, one panel of b at a time: it is used while it is still in the L1 cache.
            int strip = job->BDepth == 1 && job->RowEnd - job->RowStart <= block ? Columns : columns;
            for (int j = 0; j < columns; j += strip)
            {
                int width = Math.Min(strip, columns - j);
                float* panels = a;
                PackB(job, column + j, width, k, depth, job->Scratch[worker]);
                for (int row = job->RowStart; row < job->RowEnd; row += block)
                {
                    int rows = Math.Min(block, job->RowEnd - row);
                    MultiplyBlock(job, panels, job->Scratch[worker], row, rows, column + j, width, depth, k == 0);
                    panels += (nint)RoundUp(rows, job->PanelRows) * depth;
                }
            }
            a += (nint)RoundUp(job->RowEnd - job->RowStart, job->PanelRows) * depth;
            k += depth;
        }
        while (k < job->DepthEnd);
    }

    private static void PackA(MatMulJob* job, int row, int rows, int k, int depth, float* to)
    {
        float* from = job->A + row * job->ARow + k * job->ADepth;
        int whole = TTile.TakesFewerRows ? rows / job->PanelRows * job->PanelRows : rows;
        MatMulPacking.Pack(from, job->ARow, job->ADepth, whole, depth, job->PanelRows, to);
        MatMulPacking.Pack(from + whole * job->ARow, job->ARow, job->ADepth, rows - whole, depth, rows - whole, to + (nint)whole * depth);
    }

    private static void PackB(MatMulJob* job, int column, int columns, int k, int depth, float* to) =>
        MatMulPacking.Pack(job->B + column * job->BColumn + k * job->BDepth, job->BColumn, job->BDepth, columns, depth, Columns, to);

    // A panel of b stays in the L1 cache while the panels of a pass by.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyBlock(MatMulJob* job, float* a, float* b, int row, int rows, int column, int columns, int depth, bool isFirst)
    {
        float* edge = stackalloc float[TTile.Rows * TTile.Columns];
        float* zeros = stackalloc float[TTile.Columns];
        int panelRows = job->PanelRows;
        nint stride = job->N;
        for (int j = 0; j < columns; j += TTile.Columns, b += (nint)TTile.Columns * depth)
        {
            int width = Math.Min(TTile.Columns, columns - j);
            float* panel = a;
            for (int i = 0; i < rows; i += panelRows, panel += (nint)panelRows * depth)
            {
                int height = Math.Min(panelRows, rows - i);
                float* c = job->C + (row + i) * stride + column + j;
                float* start = job->Start(row + i, column + j, isFirst, zeros, out nint startStride);
                if (width == TTile.Columns && (TTile.TakesFewerRows || height == panelRows))
                {
                    Prefetch(c + panelRows * stride, stride, Math.Min(panelRows, rows - i - panelRows));
                    TTile.Multiply(height, depth, panel, b, start, startStride, c, stride);
                }
                else
                {
                    CopyTile(start, startStride, edge, TTile.Columns, height, width);
                    TTile.Multiply(height, depth, panel, b, edge, TTile.Columns, edge, TTile.Columns);
                    CopyTile(edge, TTile.Columns, c, stride, height, width);
                }
            }
        }
    }

    // The next tile's rows of c arrive while this tile's products are added.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* c, nint stride, int rows)
    {
        if (Sse.IsSupported)
        {
            for (; rows > 0; rows--, c += stride)
            {
                Sse.Prefetch0(c);
            }
        }
    }

    private static void CopyTile(float* from, nint fromStride, float* to, nint toStride, int height, int width)
    {
        for (int i = 0; i < height; i++, from += fromStride, to += toStride)
        {
            new ReadOnlySpan<float>(from, width).CopyTo(new Span<float>(to, width));
        }
    }

    // The length of equal parts of at most `largest`, a multiple of `unit` unless there is one part.
    private static int Split(int length, int largest, int unit)
    {
        int parts = Math.Max(1, Blocks(length, largest));
        return parts == 1 ? length : RoundUp(Blocks(length, parts), unit);
    }

    private static int Blocks(int length, int block) => (int)(((long)length + block - 1) / block);

    private static int RoundUp(int length, int unit) => Blocks(length, unit) * unit;
}
