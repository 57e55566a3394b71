namespace PureLlm.Kernels.Cpu;

internal static unsafe partial class AttentionKernel
{
    /// <summary>What a worker holds for one tile of keys and the queries that meet it.</summary>
    private readonly ref struct BackwardScratch
    {
        public readonly int Padded;
        public readonly float* KeyColumns, ValueColumns, Keys, Dk, Dv, Q, Dy, P, Ds, DqRows, LogSumExp, Delta;
        public readonly int* FirstKey, EndKey;

        public BackwardScratch(ref Arena arena, int size, int align)
        {
            int wholeKeys = RoundUp(KeyTile, AttentionTiles.Rows), wholeQueries = RoundUp(QueryTile, AttentionTiles.Rows);
            Padded = RoundUp(size, align);
            KeyColumns = arena.Take(size * KeyTile);
            ValueColumns = arena.Take(size * KeyTile);
            Keys = arena.Take(KeyTile * Padded);
            Dk = arena.Take(wholeKeys * Padded);
            Dv = arena.Take(wholeKeys * Padded);
            Q = arena.Take(wholeQueries * Padded);
            Dy = arena.Take(wholeQueries * Padded);
            P = arena.Take(wholeQueries * ScoreRow);
            Ds = arena.Take(wholeQueries * ScoreRow);
            DqRows = arena.Take(AttentionTiles.Rows * Padded);
            LogSumExp = arena.Take(wholeQueries);
            Delta = arena.Take(wholeQueries);
            FirstKey = (int*)arena.Take(wholeQueries);
            EndKey = (int*)arena.Take(wholeQueries);
        }

        /// <summary>Gradients of the tile start at 0; so do the columns past the keys.</summary>
        public void Begin()
        {
            AttentionTiles.Fill(Dk, (int)(Q - Dk), 0f);
            for (float* row = P; row < DqRows; row += ScoreRow)
            {
                AttentionTiles.Fill(row + KeyTile, ScoreRow - KeyTile, 0f);
            }
        }
    }
}
