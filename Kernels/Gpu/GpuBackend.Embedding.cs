using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Rows of a table.</content>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    /// <remarks>A token outside of the table gives a row of NaN: the host does not see it.</remarks>
    public override void Embedding(View tokens, View table, View y, int rows, int columns)
    {
        const string operation = "Embedding";
        long length = Elements(rows, columns, operation);
        int vocabulary = Vocabulary(table, columns, operation);
        ArrayView<int> ids = Ids(tokens, rows, operation, nameof(tokens));
        ArrayView<ushort> numbers = Numbers(table, (long)vocabulary * columns, operation, nameof(table));
        StorageFormat format = FormatOf(table);
        bool fours = Fours(columns, table, y) && format != StorageFormat.SplitFloat32;
        NumbersChoice.Run(format, new LookUpCall(this, ids, numbers, Floats(y, length, operation, nameof(y)), rows, columns, vocabulary, fours));
    }

    /// <inheritdoc/>
    /// <remarks>Tokens outside of the table are left out. Rows of tokens that do not occur stay as they are. 16 bits are rounded by the place in the table.</remarks>
    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns)
    {
        const string operation = "EmbeddingBackward";
        long length = Elements(rows, columns, operation);
        int vocabulary = Vocabulary(dtable, columns, operation);
        ArrayView<int> ids = Ids(tokens, rows, operation, nameof(tokens));
        ArrayView<float> gradient = Floats(dy, length, operation, nameof(dy));
        ArrayView<ushort> numbers = Numbers(dtable, (long)vocabulary * columns, operation, nameof(dtable));
        if (rows == 0) { return; }
        StorageFormat format = FormatOf(dtable);
        (uint first, uint second) = format == StorageFormat.Float32 ? default : CounterRandom.Keys(dtable.Buffer.NextRounding());
        ArrayView<long> keys = SortedTokens(ids, rows, vocabulary);
        NumbersChoice.Run(format, new AddRunsCall(this, keys, gradient, numbers, rows, columns, first, second, Fours(columns, dy, dtable)));
    }

    /// <summary>The rows by token, in working memory: sorted tiles, then merges of ever larger blocks.</summary>
    private ArrayView<long> SortedTokens(ArrayView<int> tokens, int rows, int vocabulary)
    {
        ArrayView<long> keys = Workspace(2L * rows).Cast<long>();
        int tile = TokenSortKernels.TileKeys * GroupSize;
        KernelConfig tiles = Groups((int)(((long)rows + tile - 1) / tile));
        Launch(TokenSortKernels.SortTiles, tiles, tokens, keys, rows, vocabulary);
        for (long size = 2L * tile; size < 2L * rows; size *= 2)
        {
            KernelConfig pairs = Threads((int)((rows + size - 1) / size * (size / 2)));
            Launch(TokenSortKernels.Fold, pairs, keys, rows, (int)size);
            for (int distance = (int)(size / 4); distance >= tile; distance /= 2) { Launch(TokenSortKernels.Step, pairs, keys, rows, distance); }
            Launch(TokenSortKernels.MergeTiles, tiles, keys, rows);
        }
        return keys;
    }

    private static int Vocabulary(View table, int columns, string operation)
    {
        int length = table.IsEmpty ? 0 : table.Length;
        return columns >= 1 && length % columns == 0 ? length / columns : throw new ArgumentException($"{operation}: a table of {length} floats does not have rows of {columns}.");
    }

    private readonly struct LookUpCall(GpuBackend backend, ArrayView<int> tokens, ArrayView<ushort> table, ArrayView<float> y, int rows, int columns, int vocabulary, bool fours) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers
        {
            if (fours) { backend.Launch(EmbeddingKernels.Forward<FourFloats, Four, TNumbers>, backend.Threads(rows * columns / 4), tokens, table, y, rows, columns, vocabulary); }
            else { backend.Launch(EmbeddingKernels.Forward<OneFloat, float, TNumbers>, backend.Threads(rows * columns), tokens, table, y, rows, columns, vocabulary); }
        }
    }

    private readonly struct AddRunsCall(GpuBackend backend, ArrayView<long> keys, ArrayView<float> dy, ArrayView<ushort> dtable, int rows, int columns, uint first, uint second, bool fours) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers
        {
            int blocks = (rows + EmbeddingKernels.ShortRun - 1) / EmbeddingKernels.ShortRun;
            int strips = ((fours ? columns / 4 : columns) + EmbeddingKernels.StripPacks - 1) / EmbeddingKernels.StripPacks;
            KernelConfig warps = backend.Warps(rows), groups = backend.Groups(checked(blocks * strips));
            if (fours)
            {
                backend.Launch(EmbeddingKernels.AddShortRuns<FourFloats, Four, TNumbers>, warps, keys, dy, dtable, rows, columns, first, second);
                backend.Launch(EmbeddingKernels.AddLongRuns<FourFloats, Four, TNumbers>, groups, keys, dy, dtable, rows, columns, strips, first, second);
            }
            else
            {
                backend.Launch(EmbeddingKernels.AddShortRuns<OneFloat, float, TNumbers>, warps, keys, dy, dtable, rows, columns, first, second);
                backend.Launch(EmbeddingKernels.AddLongRuns<OneFloat, float, TNumbers>, groups, keys, dy, dtable, rows, columns, strips, first, second);
            }
        }
    }
}
