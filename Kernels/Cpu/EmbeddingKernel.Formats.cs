using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <content>Tables in other formats than float32.</content>
internal static unsafe partial class EmbeddingKernel
{
    /// <summary>y[row, :] = table[tokens[row], :].</summary>
    public readonly struct StoredForward<TStored>(int* tokens, StoredPointer table, float* y, int columns) : IRowBody where TStored : struct, IStored
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                var load = new StoredKernel.Load<TStored>(new StoredPointer((nint)(table.Halves + ((nint)tokens[row] * columns)), 0), y + (row * columns));
                VectorLoop.ForEach<TWidth, TVector, StoredKernel.Load<TStored>>(load, 0, columns);
            }
        }
    }

    /// <summary>table[tokens[row], :] += sums[row, :], rounded at random; no token occurs twice.</summary>
    public readonly struct StoredAdd<TStored>(int* tokens, float* sums, StoredPointer table, int columns, RandomStream rounding) : IRowBody where TStored : struct, IStored
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                RandomStream own = rounding with { Seed = rounding.Seed + (0x9E3779B97F4A7C15UL * (ulong)(row + 1)) };
                var add = new StoredKernel.Add<TStored>(sums + (row * columns), new StoredPointer((nint)(table.Halves + ((nint)tokens[row] * columns)), 0), true, own);
                VectorLoop.ForEach<TWidth, TVector, StoredKernel.Add<TStored>>(add, 0, columns);
            }
        }
    }
}
