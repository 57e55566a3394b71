using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Rows of a table picked by token, and their gradient: each table row is added to by one thread, in the order of the positions.</summary>
internal static unsafe partial class EmbeddingKernel
{
    // Columns that one chunk of the gradient handles: many equal tokens are still shared among threads.
    private const int StripColumns = 256;

    /// <summary>y[row, :] = table[tokens[row], :].</summary>
    public readonly struct Forward(int* tokens, float* table, float* y, int columns) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                var copy = new ElementwiseKernel.Copy(table + ((nint)tokens[row] * columns), y + (row * columns));
                VectorLoop.ForEach<TWidth, TVector, ElementwiseKernel.Copy>(copy, 0, columns);
            }
        }
    }

    /// <summary>dtable[tokens[row], :] += dy[row, :]; <paramref name="scratch"/> holds rows + vocabulary + 1 words.</summary>
    public static void Backward(ThreadTeam team, SimdWidth width, int* tokens, float* dy, float* dtable, int rows, int columns, int vocabulary, int* scratch)
    {
        int* order = scratch;
        SortRows(tokens, rows, vocabulary, order, scratch + rows);
        int blockRows = Math.Max(16, RowJob.BlockRows(columns)), strips = RowJob.Blocks(columns, StripColumns);
        var body = new BackwardBlocks(tokens, order, dy, dtable, rows, columns, strips, blockRows);
        RowJob.Run(team, width, body, RowJob.Blocks(rows, blockRows) * strips, 1);
    }

    /// <summary>Counting sort: order = the rows by token, rows of one token ascending.</summary>
    private static void SortRows(int* tokens, int rows, int vocabulary, int* order, int* starts)
    {
        new Span<int>(starts, vocabulary + 1).Clear();
        for (nint row = 0; row < rows; row++)
        {
            starts[tokens[row] + 1]++;
        }
        for (nint token = 0; token < vocabulary; token++)
        {
            starts[token + 1] += starts[token];
        }
        for (int row = 0; row < rows; row++)
        {
            order[starts[tokens[row]]++] = row;
        }
    }

    // A chunk is a block of sorted rows and a strip of columns. A run of equal tokens belongs to the block in which it begins.
    private readonly struct BackwardBlocks(int* tokens, int* order, float* dy, float* dtable, int rows, int columns, int strips, int blockRows) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            int strip = first % strips * StripColumns, count = Math.Min(StripColumns, columns - strip);
            int start = first / strips * blockRows, stop = Math.Min(rows, start + blockRows);
            for (int i = start; i < rows; i++)
            {
                int token = tokens[order[i]];
                bool continues = i > 0 && tokens[order[i - 1]] == token;
                if (i >= stop && !continues)
                {
                    return;
                }
                if (i == start && continues)
                {
                    i = Skip(i, stop, token) - 1;
                    if (i + 1 == stop)
                    {
                        return;
                    }
                    continue;
                }
                var add = new ColumnSumKernel.AddTo(dy + ((nint)order[i] * columns) + strip, dtable + ((nint)token * columns) + strip);
                VectorLoop.ForEach<TWidth, TVector, ColumnSumKernel.AddTo>(add, 0, count);
            }
        }

        private int Skip(int i, int stop, int token)
        {
            while (i < stop && tokens[order[i]] == token)
            {
                i++;
            }
            return i;
        }
    }
}
