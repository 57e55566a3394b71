using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Sums over rows, in blocks of rows and then over the blocks in order: the same bits for any number of threads.</summary>
internal static unsafe class ColumnSumKernel
{
    /// <summary>From this many columns on, strips of columns alone give every thread work.</summary>
    public const int WideColumns = 65536;

    /// <summary>sums[block, :] = Σ x[row, :] over the rows of the block.</summary>
    public readonly struct Blocks(float* x, float* sums, int columns) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            float* sum = sums + ((nint)block * columns);
            new Span<float>(sum, columns).Clear();
            for (nint row = first; row < end; row++)
            {
                VectorLoop.ForEach<TWidth, TVector, AddTo>(new AddTo(x + (row * columns), sum), 0, columns);
            }
        }
    }

    /// <summary>into[j] += Σ x[row, j] over all rows in order, for a strip of columns; one "row" of this job is a strip.</summary>
    public readonly struct Strips(float* x, float* into, int rows, int columns) : IRowBody
    {
        /// <summary>Columns of a strip.</summary>
        public const int Width = 512;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            float* sum = stackalloc float[Width];
            for (int strip = first; strip < end; strip++)
            {
                int start = strip * Width, count = Math.Min(Width, columns - start);
                new Span<float>(sum, count).Clear();
                for (nint row = 0; row < rows; row++)
                {
                    VectorLoop.ForEach<TWidth, TVector, AddTo>(new AddTo(x + (row * columns) + start, sum), 0, count);
                }
                VectorLoop.ForEach<TWidth, TVector, AddTo>(new AddTo(sum, into + start), 0, count);
            }
        }
    }

    /// <summary>into[j] += Σ x[row, j].</summary>
    public static void Add(ThreadTeam team, SimdWidth width, float* x, float* into, int rows, int columns)
        => RowJob.Run(team, width, new Strips(x, into, rows, columns), RowJob.Blocks(columns, Strips.Width), 1);

    /// <summary>into += x.</summary>
    public readonly struct AddTo(float* x, float* into) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector sum = TWidth.Add(VectorLoop.Load<TWidth, TVector>(into + i, count), VectorLoop.Load<TWidth, TVector>(x + i, count));
            VectorLoop.Store<TWidth, TVector>(sum, into + i, count);
        }
    }
}
