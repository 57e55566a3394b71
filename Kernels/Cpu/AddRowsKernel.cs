using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>y[r, :] = x[r, :] + b[r mod period, :].</summary>
internal readonly unsafe struct AddRowsKernel(float* x, float* b, float* y, int columns, int period) : IRowBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        for (nint row = first; row < end; row++)
        {
            nint at = row * columns;
            var add = new ElementwiseKernel.Add(x + at, b + (row % period * columns), y + at);
            VectorLoop.ForEach<TWidth, TVector, ElementwiseKernel.Add>(add, 0, columns);
        }
    }
}
