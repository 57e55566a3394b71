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
        int blocks = RowJob.Blocks(length, Block);
        if (squares)
        {
            RowJob.Run(team, width, new SquareBlocks(x, sums), length, Block);
        }
        else
        {
            RowJob.Run(team, width, new Blocks(x, sums), length, Block);
        }
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
