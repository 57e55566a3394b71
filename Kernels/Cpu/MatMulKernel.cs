using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>The blocked matrix product over one kind of register tile.</summary>
/// <remarks>
/// The smaller operand is packed whole, by all threads, and shared (at most <see cref="SharedFloats"/> at a time);
/// then each chunk of the other operand is packed where it is used, into its worker's scratch that stays in the L2 cache.
/// Blocks of k come in ascending order and continue the chains from c, so no bit depends on any size chosen here
/// (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication").
/// </remarks>
internal static unsafe class MatMulKernel<TTile> where TTile : struct, IMatMulTile
{
    private const int MaxDepthBlock = 384;
    private const int SharedFloats = 1 << 20;
    private const int MaxSharedLanes = SharedFloats / MaxDepthBlock;
    private const int RowBlock = 96;
    private const int ColumnBlock = 128;
    private const int PackingFloats = 1 << 14;
    private const long ChunkProducts = 1 << 16;
    private const long InlineProducts = 1 << 18;

    private static int Rows => TTile.Rows;

    private static int Columns => TTile.Columns;

    public static void Run(ref MatMulJob job, ThreadTeam team)
    {
        job.SharesB = job.M >= job.N;
        if (PacksBoth(job, team.Threads))
        {
            RunBoth(ref job, team);
            return;
        }
        int depthBlock = Math.Max(1, Split(job.K, MaxDepthBlock, 8));
        job.DepthBlock = depthBlock;
        int lanes = job.SharesB ? job.N : job.M, width = job.SharesB ? Columns : Rows;
        int lanesPerPass = Split(lanes, MaxSharedLanes, width);
        int depthPerPass = depthBlock * Math.Max(1, SharedFloats / (RoundUp(lanesPerPass, width) * depthBlock));
        bool isParallel = team.Threads > 1 && (long)job.M * job.N * Math.Max(1, job.K) >= InlineProducts;

        float** scratch = stackalloc float*[team.Threads];
        job.Scratch = scratch;
        int scratchFloats = depthBlock * (job.SharesB ? RoundUp(RowBlock, Rows) : RoundUp(ColumnBlock, Columns));
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

    private static bool PacksBoth(in MatMulJob job, int threads)
    {
        bool isLaneContiguous = job.SharesB ? job.ARow == 1 : job.BColumn == 1;
        int strip = Math.Max(job.M, job.N) / (threads == 1 ? 1 : 8 * threads);
        return isLaneContiguous && strip < 96 && job.K >= 512 && (job.M + job.N) * 256L <= SharedFloats;
    }

    private static void RunBoth(ref MatMulJob job, ThreadTeam team)
    {
        int depthBlock = Math.Max(1, Split(job.K, MaxDepthBlock, 8));
        job.DepthBlock = depthBlock;
        int m = RoundUp(job.M, Rows), n = RoundUp(job.N, Columns);
        int depthPerPass = Math.Min(RoundUp(job.K, depthBlock), depthBlock * Math.Max(1, 2 * SharedFloats / ((m + n) * depthBlock)));
        bool isParallel = team.Threads > 1 && (long)job.M * job.N * job.K >= InlineProducts;
        int threads = isParallel ? team.Threads : 1;
        (job.RowStart, job.RowEnd, job.ColumnStart, job.ColumnEnd) = (0, job.M, 0, job.N);
        float* memory = team.SharedScratch((m + n) * depthPerPass);
        int rowPanels = m / Rows, columnPanels = n / Columns;
        job.RowPanels = Blocks(rowPanels, Math.Max(1, Blocks(rowPanels, 24)));
        int rowGroups = Blocks(rowPanels, job.RowPanels);
        job.ColumnPanels = Math.Max(1, Math.Min(columnPanels, columnPanels * rowGroups / (threads == 1 ? 1 : 6 * threads)));
        job.ColumnGroups = Blocks(columnPanels, job.ColumnPanels);
        job.Shared = memory;
        job.SharedB = memory + (nint)m * depthPerPass;
        fixed (MatMulJob* state = &job)
        {
            for (job.DepthStart = 0; job.DepthStart < job.K; job.DepthStart = job.DepthEnd)
            {
                job.DepthEnd = Math.Min(job.K, job.DepthStart + depthPerPass);
                // a piece of packing: 32 steps of k of both operands
                int depth = job.DepthEnd - job.DepthStart;
                job.PiecesPerBlock = Math.Max(1, Math.Min(8 * threads, depthBlock / 32));
                Dispatch(team, isParallel, Blocks(depth, depthBlock) * job.PiecesPerBlock, state, &PackBoth);
                Dispatch(team, isParallel, rowGroups * job.ColumnGroups, state, &MultiplyBoth);
            }
        }
    }

    private static void PackBoth(MatMulJob* job, int chunk, int worker)
    {
        int block = chunk / job->PiecesPerBlock, piece = chunk % job->PiecesPerBlock;
        int offset = block * job->DepthBlock, depth = Math.Min(job->DepthBlock, job->DepthEnd - job->DepthStart - offset);
        PackPiece(job, job->A, job->ARow, job->ADepth, job->M, Rows, offset, depth, piece, job->Shared);
        PackPiece(job, job->B, job->BColumn, job->BDepth, job->N, Columns, offset, depth, piece, job->SharedB);
    }

    private static void PackPiece(MatMulJob* job, float* source, nint laneStride, nint depthStride, int lanes, int width, int offset, int depth, int piece, float* destination)
    {
        float* to = destination + (nint)RoundUp(lanes, width) * offset;
        source += (job->DepthStart + offset) * depthStride;
        int panels = Blocks(lanes, width);
        if (laneStride != 1)
        {
            int first = (int)((long)panels * piece / job->PiecesPerBlock) * width, end = Math.Min(lanes, (int)((long)panels * (piece + 1) / job->PiecesPerBlock) * width);
            if (first < end)
            {
                MatMulPacking.Pack(source + first * laneStride, laneStride, depthStride, end - first, depth, width, to + (nint)first * depth);
            }
            return;
        }
        int k = (int)((long)depth * piece / job->PiecesPerBlock), last = (int)((long)depth * (piece + 1) / job->PiecesPerBlock);
        MatMulPacking.PackRows(source + k * depthStride, depthStride, lanes, last - k, depth, width, to + (nint)k * width);
    }

    private static void MultiplyBoth(MatMulJob* job, int chunk, int worker)
    {
        int row = chunk / job->ColumnGroups * job->RowPanels * Rows, column = chunk % job->ColumnGroups * job->ColumnPanels * Columns;
        int rows = Math.Min(job->RowPanels * Rows, job->M - row), columns = Math.Min(job->ColumnPanels * Columns, job->N - column);
        for (int k = job->DepthStart; k < job->DepthEnd; k += job->DepthBlock)
        {
            int depth = Math.Min(job->DepthBlock, job->DepthEnd - k), offset = k - job->DepthStart;
            float* a = job->Shared + (nint)RoundUp(job->M, Rows) * offset + (nint)row * depth;
            float* b = job->SharedB + (nint)RoundUp(job->N, Columns) * offset + (nint)column * depth;
            MultiplyBlock(job, a, b, row, rows, column, columns, depth, k == 0);
        }
    }

    private static void RunPass(ref MatMulJob job, ThreadTeam team, bool isParallel)
    {
        int depth = job.DepthEnd - job.DepthStart;
        int sharedLanes = job.SharesB ? job.ColumnEnd - job.ColumnStart : job.RowEnd - job.RowStart;
        int ownLanes = job.SharesB ? job.RowEnd - job.RowStart : job.ColumnEnd - job.ColumnStart;
        int sharedWidth = job.SharesB ? Columns : Rows, ownWidth = job.SharesB ? Rows : Columns;
        int threads = isParallel ? team.Threads : 1;
        fixed (MatMulJob* state = &job)
        {
            int panels = Blocks(sharedLanes, sharedWidth);
            job.PanelsPerPacking = Math.Clamp(Blocks(panels, 2 * threads), Math.Min(panels, Blocks(PackingFloats, sharedWidth * Math.Max(1, Math.Min(depth, job.DepthBlock)))), panels);
            Dispatch(team, isParallel, Blocks(panels, job.PanelsPerPacking) * Blocks(depth, job.DepthBlock), state, &PackShared);

            // Small enough to share fairly, large enough to be worth claiming, never more than the scratch holds.
            panels = Blocks(ownLanes, ownWidth);
            int largest = Blocks(job.SharesB ? RowBlock : ColumnBlock, ownWidth);
            int smallest = (int)Math.Min(largest, ChunkProducts / ((long)ownWidth * Math.Max(1, sharedLanes) * Math.Max(1, depth)) + 1);
            job.PanelsPerChunk = Math.Clamp(Blocks(panels, threads == 1 ? 1 : 8 * threads), smallest, largest);
            Dispatch(team, isParallel, Blocks(panels, job.PanelsPerChunk), state, job.SharesB ? &MultiplyRows : &MultiplyColumns);
        }
    }

    private static void Dispatch(ThreadTeam team, bool isParallel, int chunks, MatMulJob* job, delegate*<MatMulJob*, int, int, void> body)
    {
        if (isParallel)
        {
            team.For(chunks, job, body);
            return;
        }
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            body(job, chunk, 0);
        }
    }

    // Shared panels lie block of k after block of k, panels side by side in each.
    private static void PackShared(MatMulJob* job, int chunk, int worker)
    {
        int lanes = job->SharesB ? job->ColumnEnd - job->ColumnStart : job->RowEnd - job->RowStart;
        int width = job->SharesB ? Columns : Rows;
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
        int row = job->RowStart + chunk * job->PanelsPerChunk * Rows;
        int rows = Math.Min(job->PanelsPerChunk * Rows, job->RowEnd - row);
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
        int block = RoundUp(RowBlock, Rows);
        float* a = job->Shared;
        int k = job->DepthStart;
        do
        {
            int depth = Math.Min(job->DepthBlock, job->DepthEnd - k);
            PackB(job, column, columns, k, depth, job->Scratch[worker]);
            for (int row = job->RowStart; row < job->RowEnd; row += block)
            {
                int rows = Math.Min(block, job->RowEnd - row);
                MultiplyBlock(job, a, job->Scratch[worker], row, rows, column, columns, depth, k == 0);
                a += (nint)RoundUp(rows, Rows) * depth;
            }
            k += depth;
        }
        while (k < job->DepthEnd);
    }

    private static void PackA(MatMulJob* job, int row, int rows, int k, int depth, float* to) =>
        MatMulPacking.Pack(job->A + row * job->ARow + k * job->ADepth, job->ARow, job->ADepth, rows, depth, Rows, to);

    private static void PackB(MatMulJob* job, int column, int columns, int k, int depth, float* to) =>
        MatMulPacking.Pack(job->B + column * job->BColumn + k * job->BDepth, job->BColumn, job->BDepth, columns, depth, Columns, to);

    // A panel of b stays in the L1 cache while the panels of a pass by.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyBlock(MatMulJob* job, float* a, float* b, int row, int rows, int column, int columns, int depth, bool isFirst)
    {
        float* edge = stackalloc float[TTile.Rows * TTile.Columns];
        float* zeros = stackalloc float[TTile.Columns];
        for (int j = 0; j < columns; j += TTile.Columns, b += (nint)TTile.Columns * depth)
        {
            int width = Math.Min(TTile.Columns, columns - j);
            float* panel = a;
            for (int i = 0; i < rows; i += TTile.Rows, panel += (nint)TTile.Rows * depth)
            {
                int height = Math.Min(TTile.Rows, rows - i);
                float* c = job->C + (nint)(row + i) * job->N + column + j;
                float* start = job->Start(row + i, column + j, isFirst, zeros, out nint startStride);
                if (height == TTile.Rows && width == TTile.Columns)
                {
                    if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
                    {
                        float* ahead = c + (nint)TTile.Rows * job->N;
                        for (int r = 0; r < TTile.Rows; r++, ahead += job->N)
                        {
                            System.Runtime.Intrinsics.X86.Sse.Prefetch0(ahead);
                        }
                    }
                    TTile.Multiply(depth, panel, b, start, startStride, c, job->N);
                }
                else
                {
                    CopyTile(start, startStride, edge, TTile.Columns, height, width);
                    TTile.Multiply(depth, panel, b, edge, TTile.Columns, edge, TTile.Columns);
                    CopyTile(edge, TTile.Columns, c, job->N, height, width);
                }
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
