using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>RMSNorm of query and key heads on their own, heads side by side in a row: QK-norm (Henry et al. 2020, arXiv:2010.04245).</summary>
internal static unsafe class HeadNormKernel
{
    /// <summary>Heads of a row: the first are queries, the next keys, the rest is left alone.</summary>
    public readonly record struct Heads(int Total, int Queries, int Keys, int Size)
    {
        public int Columns => Total * Size;

        public int Normed => Queries + Keys;
    }

    /// <summary>y and r [row, Normed]; wq and wk may be null.</summary>
    public readonly struct Forward(float* x, float* wq, float* wk, float* y, float* r, Heads heads, float epsilon) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            int normed = heads.Normed, size = heads.Size;
            for (nint row = first; row < end; row++)
            {
                float* px = x + (row * heads.Columns), py = y + (row * heads.Columns);
                for (int head = 0; head < normed; head++)
                {
                    nint at = (nint)head * size;
                    r[(row * normed) + head] = RmsNormKernel.Row<TWidth, TVector>(px + at, head < heads.Queries ? wq : wk, py + at, size, epsilon);
                }
                VectorLoop.ForEach<TWidth, TVector, ElementwiseKernel.Copy>(new ElementwiseKernel.Copy(px, py), (nint)normed * size, heads.Columns);
            }
        }
    }

    /// <summary>dx += …, and partial sums [block, 2, Size] of dwq and dwk. wq, wk and dx may be null.</summary>
    public readonly struct Backward(float* x, float* wq, float* wk, float* r, float* dy, float* dx, float* sums, Heads heads) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            int normed = heads.Normed, size = heads.Size;
            float* dwq = sums + ((nint)block * 2 * size), dwk = dwq + size;
            new Span<float>(dwq, 2 * size).Clear();
            for (nint row = first; row < end; row++)
            {
                nint start = row * heads.Columns;
                for (int head = 0; head < normed; head++)
                {
                    nint at = start + ((nint)head * size);
                    bool isQuery = head < heads.Queries;
                    RmsNormKernel.RowBackward<TWidth, TVector>(x + at, isQuery ? wq : wk, r[(row * normed) + head], dy + at,
                        dx == null ? null : dx + at, isQuery ? dwq : dwk, size);
                }
                if (dx != null)
                {
                    VectorLoop.ForEach<TWidth, TVector, ColumnSumKernel.AddTo>(new ColumnSumKernel.AddTo(dy + start, dx + start), (nint)normed * size, heads.Columns);
                }
            }
        }
    }
}
