using System.Buffers;

namespace PureLlm.Kernels.Cpu;

/// <content>Tables of rows in 16 bits.</content>
public sealed unsafe partial class CpuBackend
{
    private void LookUpStored(int* ids, View table, float* y, int rows, int columns)
    {
        StoredPointer p = Stored(table, table.Length, "Embedding", nameof(table));
        if (table.Buffer.Format == StorageFormat.Float16)
        {
            RunRows(new EmbeddingKernel.StoredForward<StoredFloat16>(ids, p, y, columns), rows, columns);
        }
        else
        {
            RunRows(new EmbeddingKernel.StoredForward<StoredBFloat16>(ids, p, y, columns), rows, columns);
        }
    }

    /// <summary>The rows that occur are summed in a float32 table of their own, then added to the stored one, each once.</summary>
    private void AddToStoredRows(int* ids, float* dy, View dtable, int rows, int columns)
    {
        int[] places = ArrayPool<int>.Shared.Rent(Math.Max(1, 2 * rows));
        Span<int> tokens = places.AsSpan(0, rows), rank = places.AsSpan(rows, rows);
        new ReadOnlySpan<int>(ids, rows).CopyTo(tokens);
        tokens.Sort();
        int distinct = 0;
        foreach (int token in tokens)
        {
            if (distinct == 0 || tokens[distinct - 1] != token)
            {
                tokens[distinct++] = token;
            }
        }
        for (int row = 0; row < rows; row++)
        {
            rank[row] = tokens[..distinct].BinarySearch(ids[row]);
        }
        View sums = Stage(checked(distinct * columns));
        Fill(sums, 0f);
        int* scratch = (int*)Team.Scratch(0, checked((2 * rows) + distinct + 1));
        rank.CopyTo(new Span<int>(scratch, rows));
        EmbeddingKernel.Backward(Team, Width, scratch, dy, Pointer(sums), rows, columns, distinct, scratch + rows);
        StoredPointer to = Stored(dtable, dtable.Length, "EmbeddingBackward", nameof(dtable));
        RandomStream rounding = dtable.Buffer.NextRounding();
        fixed (int* places0 = tokens)
        {
            if (dtable.Buffer.Format == StorageFormat.Float16)
            {
                RunRows(new EmbeddingKernel.StoredAdd<StoredFloat16>(places0, Pointer(sums), to, columns, rounding), distinct, columns);
            }
            else
            {
                RequireFormat(dtable, StorageFormat.BFloat16, "EmbeddingBackward", nameof(dtable));
                RunRows(new EmbeddingKernel.StoredAdd<StoredBFloat16>(places0, Pointer(sums), to, columns, rounding), distinct, columns);
            }
        }
        ArrayPool<int>.Shared.Return(places);
    }
}
