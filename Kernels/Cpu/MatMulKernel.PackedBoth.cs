namespace PureLlm.Kernels.Cpu;

// Both operands are packed first, by all threads, and the tiles of c are shared out in two dimensions.
// For a long k and a small c: there, a chunk that packs for itself would read strips a cache line or two wide, and use each panel of b a few times only.
internal static unsafe partial class MatMulKernel<TTile> where TTile : struct, IMatMulTile
{
    private const int ShortestDepth = 512;
    private const int PackedFloats = 1 << 21;
    private const int PanelsPerRowGroup = 24;
    private const int DepthPerPiece = 32;

    // A strip of the larger operand that lies along the source's rows must be narrow; the strided one is read line by line at any width.
    private static bool PacksBoth(in MatMulJob job, int threads)
    {
        bool liesAlong = job.SharesB ? job.ARow == 1 : job.BColumn == 1;
        int strip = Math.Max(job.M, job.N) / (threads == 1 ? 1 : 8 * threads), narrow = job.ADepth == 1 ? 32 : 112;
        return liesAlong && strip < narrow && job.K >= ShortestDepth && (job.M + job.N) * (long)MaxDepthBlock <= PackedFloats;
    }

    private static void RunPackedBoth(ref MatMulJob job, ThreadTeam team)
    {
        int threads = (long)job.M * job.N * job.K >= InlineProducts ? team.Threads : 1;
        int m = RoundUp(job.M, job.PanelRows), n = RoundUp(job.N, Columns);
        job.DepthBlock = Split(job.K, MaxDepthBlock, 8);
        int depthPerPass = Math.Min(RoundUp(job.K, job.DepthBlock), job.DepthBlock * Math.Max(1, PackedFloats / ((m + n) * job.DepthBlock)));
        job.Shared = team.SharedScratch((m + n) * depthPerPass);
        job.SharedB = job.Shared + (nint)m * depthPerPass;

        int rowPanels = m / job.PanelRows, columnPanels = n / Columns, rowGroups = Blocks(rowPanels, PanelsPerRowGroup);
        job.PanelsPerRowGroup = Blocks(rowPanels, rowGroups);
        job.PanelsPerColumnGroup = Math.Clamp(columnPanels * rowGroups / (threads == 1 ? 1 : 12 * threads), 1, columnPanels);
        job.ColumnGroups = Blocks(columnPanels, job.PanelsPerColumnGroup);
        job.PiecesPerBlock = Blocks(job.DepthBlock, DepthPerPiece);
        fixed (MatMulJob* state = &job)
        {
            for (job.DepthStart = 0; job.DepthStart < job.K; job.DepthStart = job.DepthEnd)
            {
                job.DepthEnd = Math.Min(job.K, job.DepthStart + depthPerPass);
                Dispatch(team, threads > 1, Blocks(job.DepthEnd - job.DepthStart, job.DepthBlock) * job.PiecesPerBlock, state, &PackBoth);
                Dispatch(team, threads > 1, Blocks(rowPanels, job.PanelsPerRowGroup) * job.ColumnGroups, state, &MultiplyGroup);
            }
        }
    }

    private static void PackBoth(MatMulJob* job, int chunk, int worker)
    {
        int piece = chunk % job->PiecesPerBlock, offset = chunk / job->PiecesPerBlock * job->DepthBlock, k = job->DepthStart + offset;
        int depth = Math.Min(job->DepthBlock, job->DepthEnd - k);
        (int first, int end) = Piece(depth, 1);
        float* a = job->Shared + (nint)RoundUp(job->M, job->PanelRows) * offset, b = job->SharedB + (nint)RoundUp(job->N, Columns) * offset;
        if (job->ARow == 1)
        {
            MatMulPacking.PackSteps(job->A + (k + first) * job->ADepth, job->ADepth, job->M, first, end, depth, job->PanelRows, TTile.TakesFewerRows, a);
        }
        else
        {
            (int row, int rowEnd) = Piece(job->M, job->PanelRows);
            PackA(job, row, rowEnd - row, k, depth, a + (nint)row * depth);
        }
        if (job->BColumn == 1)
        {
            MatMulPacking.PackSteps(job->B + (k + first) * job->BDepth, job->BDepth, job->N, first, end, depth, Columns, false, b);
        }
        else
        {
            (int column, int columnEnd) = Piece(job->N, Columns);
            PackB(job, column, columnEnd - column, k, depth, b + (nint)column * depth);
        }

        (int First, int End) Piece(int length, int unit)
        {
            int units = Blocks(length, unit);
            return (Math.Min(length, units * piece / job->PiecesPerBlock * unit), Math.Min(length, units * (piece + 1) / job->PiecesPerBlock * unit));
        }
    }

    private static void MultiplyGroup(MatMulJob* job, int chunk, int worker)
    {
        int row = chunk / job->ColumnGroups * job->PanelsPerRowGroup * job->PanelRows, column = chunk % job->ColumnGroups * job->PanelsPerColumnGroup * Columns;
        int rows = Math.Min(job->PanelsPerRowGroup * job->PanelRows, job->M - row), columns = Math.Min(job->PanelsPerColumnGroup * Columns, job->N - column);
        nint m = RoundUp(job->M, job->PanelRows), n = RoundUp(job->N, Columns);
        for (int k = job->DepthStart; k < job->DepthEnd; k += job->DepthBlock)
        {
            int depth = Math.Min(job->DepthBlock, job->DepthEnd - k), offset = k - job->DepthStart;
            MultiplyBlock(job, job->Shared + m * offset + (nint)row * depth, job->SharedB + n * offset + (nint)column * depth, row, rows, column, columns, depth, k == 0);
        }
    }
}
