using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Sums of a whole view: a float for each block of 16,384 elements, then the blocks in order, in double.</summary>
internal static unsafe class ReductionKernel
{
    /// <summary>Elements of a block.</summary>
    public const int Block = 16384;

    /// <summary>Σ of the terms of x; sums must hold one float a block.</summary>
    public static float Run(ThreadTeam team, SimdWidth width, float* x, int length, float* sums, bool squares)
    {
        return squares ? Run(team, width, new SquareBlocks(x, sums), sums, length) : Run(team, width, new Blocks(x, sums), sums, length);
    }

    /// <summary>The sum of what a body leaves for each block in sums.</summary>
    public static float Run<TBody>(ThreadTeam team, SimdWidth width, TBody body, float* sums, int length) where TBody : unmanaged, IRowBody
    {
        int blocks = RowJob.Blocks(length, Block);
        RowJob.Run(team, width, body, length, Block);
        double total = 0;
        for (int block = 0; block < blocks; block++)
        {
            total += sums[block];
        }
        return (float)total;
    }

    /// <summary>Σ x.</summary>
    public readonly struct Term(float* x) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => TWidth.Add(sum, VectorLoop.Load<TWidth, TVector>(x + i, count));
    }

    private readonly struct Blocks(float* x, float* sums) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => sums[block] = VectorLoop.Sum<TWidth, TVector, Term>(new Term(x + first), end - first);
    }

    private readonly struct SquareBlocks(float* x, float* sums) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => sums[block] = VectorLoop.Sum<TWidth, TVector, RmsNormKernel.SquareTerm>(new RmsNormKernel.SquareTerm(x + first), end - first);
    }
}
