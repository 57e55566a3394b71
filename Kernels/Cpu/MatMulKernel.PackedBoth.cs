namespace PureLlm.Kernels.Cpu;

// Both operands are packed first, by all threads, and the tiles of c are shared out in two dimensions.
// For a long k and a small c: there, a chunk that packs for itself would read strips a cache line or two wide, and use each panel of b a few times only.
internal static unsafe partial class MatMulKernel<TTile> where TTile : struct, IMatMulTile
{
    private const int ShortestDepth = 512;
    private const int MostLanes = 4096;
    private const int PackedDepthBlock = 256;

    // Of a pass; there are two at a time, and other programs use the L3 cache too.
    private const int PackedFloats = 3 << 17;
    private const int PanelsPerRowGroup = 24;
    private const int DepthPerPiece = 32;

    // A strip of the larger operand that lies along the source's rows must be narrow; the strided one is read line by line at any width.
    private static bool PacksBoth(in MatMulJob job, int threads)
    {
        bool liesAlong = job.SharesB ? job.ARow == 1 : job.BColumn == 1;
        int strip = Math.Max(job.M, job.N) / (threads == 1 ? 1 : 8 * threads), narrow = job.ADepth == 1 ? 32 : 112;
        return liesAlong && strip < narrow && job.K >= ShortestDepth && job.M + job.N <= MostLanes;
    }

    // While one pass over a part of k is multiplied, the next one is packed: memory and arithmetic work at the same time.
    private static void RunPackedBoth(ref MatMulJob job, ThreadTeam team)
    {
        int threads = (long)job.M * job.N * job.K >= InlineProducts ? team.Threads : 1;
        int m = RoundUp(job.M, job.PanelRows), n = RoundUp(job.N, Columns);
        job.DepthBlock = Split(job.K, PackedDepthBlock, 8);
        job.DepthPerPass = Math.Min(RoundUp(job.K, job.DepthBlock), job.DepthBlock * Math.Max(1, PackedFloats / ((m + n) * job.DepthBlock)));
        int passes = Blocks(job.K, job.DepthPerPass);
        job.Shared = team.SharedScratch((m + n) * job.DepthPerPass * Math.Min(2, passes));

        int rowPanels = m / job.PanelRows, columnPanels = n / Columns, rowGroups = Blocks(rowPanels, PanelsPerRowGroup);
        job.PanelsPerRowGroup = Blocks(rowPanels, rowGroups);
        job.PanelsPerColumnGroup = Math.Clamp(columnPanels * rowGroups / (threads == 1 ? 1 : 12 * threads), 1, columnPanels);
        job.ColumnGroups = Blocks(columnPanels, job.PanelsPerColumnGroup);
        job.PiecesPerBlock = Blocks(job.DepthBlock, DepthPerPiece);
        int groups = Blocks(rowPanels, job.PanelsPerRowGroup) * job.ColumnGroups;
        fixed (MatMulJob* state = &job)
        {
            for (job.Pass = -1; job.Pass < passes; job.Pass++)
            {
                job.Groups = job.Pass < 0 ? 0 : groups;
                job.Pieces = Blocks(Depth(state, job.Pass + 1), job.DepthBlock) * job.PiecesPerBlock;
                MatMulJob.Run(team, threads > 1, job.Groups + job.Pieces, state, &PackOrMultiply);
            }
        }
    }

    // Steps of k of a pass; none before the first and after the last.
    private static int Depth(MatMulJob* job, int pass) => Math.Clamp(job->K - pass * job->DepthPerPass, 0, job->DepthPerPass);

    private static float* PackedA(MatMulJob* job, int pass) =>
        job->Shared + (pass & 1) * (nint)(RoundUp(job->M, job->PanelRows) + RoundUp(job->N, Columns)) * job->DepthPerPass;

    private static float* PackedB(MatMulJob* job, int pass) => PackedA(job, pass) + (nint)RoundUp(job->M, job->PanelRows) * job->DepthPerPass;

    // The pieces of packing lie evenly between the groups of tiles.
    private static void PackOrMultiply(MatMulJob* job, int chunk, int worker)
    {
        int chunks = job->Groups + job->Pieces, piece = (int)((long)chunk * job->Pieces / chunks);
        if ((int)((chunk + 1L) * job->Pieces / chunks) > piece)
        {
            PackPiece(job, piece);
        }
        else
        {
            MultiplyGroup(job, chunk - piece);
        }
    }

    private static void PackPiece(MatMulJob* job, int chunk)
    {
        int pass = job->Pass + 1, piece = chunk % job->PiecesPerBlock, offset = chunk / job->PiecesPerBlock * job->DepthBlock, k = pass * job->DepthPerPass + offset;
        int depth = Math.Min(job->DepthBlock, Depth(job, pass) - offset);
        (int first, int end) = Piece(depth, 1);
        float* a = PackedA(job, pass) + (nint)RoundUp(job->M, job->PanelRows) * offset, b = PackedB(job, pass) + (nint)RoundUp(job->N, Columns) * offset;
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

    private static void MultiplyGroup(MatMulJob* job, int group)
    {
        int row = group / job->ColumnGroups * job->PanelsPerRowGroup * job->PanelRows, column = group % job->ColumnGroups * job->PanelsPerColumnGroup * Columns;
        int rows = Math.Min(job->PanelsPerRowGroup * job->PanelRows, job->M - row), columns = Math.Min(job->PanelsPerColumnGroup * Columns, job->N - column);
        int first = job->Pass * job->DepthPerPass, end = Depth(job, job->Pass);
        float* a = PackedA(job, job->Pass), b = PackedB(job, job->Pass);
        for (int offset = 0; offset < end; offset += job->DepthBlock)
        {
            int depth = Math.Min(job->DepthBlock, end - offset);
            float* panels = a + (nint)RoundUp(job->M, job->PanelRows) * offset + (nint)row * depth, columnPanels = b + (nint)RoundUp(job->N, Columns) * offset + (nint)column * depth;
            MultiplyBlock(job, panels, columnPanels, row, rows, column, columns, depth, first + offset == 0);
        }
    }
}
