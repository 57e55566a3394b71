using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>What is done with numbers in 16 bits outside of the optimizers: sums in place, and copies between formats.</summary>
internal static class StoredKernel
{
    /// <summary>y += scale·x, or y = scale·x; y is rounded by noise.</summary>
    public readonly unsafe struct Add<TStored>(float* x, StoredPointer y, bool accumulates, RandomStream rounding, float scale = 1f) : IVectorBody where TStored : struct, IStored
    {
        private readonly (uint, uint) _keys = CounterRandom.Keys(rounding);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            if (count == TWidth.Lanes)
            {
                Move<TWidth, TVector>(i);
                return;
            }
            for (nint end = i + count; i < end; i++)
            {
                Move<Width1, float>(i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Move<TWidth, TVector>(nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector sum = TWidth.Load(x + i);
            sum = accumulates
                ? TWidth.MultiplyAdd(sum, TWidth.Broadcast(scale), TStored.Load<TWidth, TVector>(y, i))
                : TWidth.Multiply(sum, TWidth.Broadcast(scale));
            TStored.Store<TWidth, TVector>(sum, y, i, CounterRandom.Noise<TWidth, TVector>(_keys, (uint)i));
        }
    }

    /// <summary>y = x in float32.</summary>
    public readonly unsafe struct Load<TStored>(StoredPointer x, float* y) : IVectorBody where TStored : struct, IStored
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            if (count == TWidth.Lanes)
            {
                TWidth.Store(TStored.Load<TWidth, TVector>(x, i), y + i);
                return;
            }
            for (nint end = i + count; i < end; i++)
            {
                y[i] = TStored.Load<Width1, float>(x, i);
            }
        }
    }

    /// <summary>y = x where no bit is lost.</summary>
    public readonly unsafe struct Store<TStored>(float* x, StoredPointer y) : IVectorBody where TStored : struct, IStored
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            if (count == TWidth.Lanes)
            {
                TStored.Store<TWidth, TVector>(TWidth.Load(x + i), y, i, default);
                return;
            }
            for (nint end = i + count; i < end; i++)
            {
                TStored.Store<Width1, float>(x[i], y, i, default);
            }
        }
    }

    /// <summary>Σ x² of a block; the lanes of a partial vector that the caller discards are 0.</summary>
    public readonly struct SquareTerm<TStored>(StoredPointer x) : IVectorTerm where TStored : struct, IStored
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector v = count == TWidth.Lanes ? TStored.Load<TWidth, TVector>(x, i) : Partial<TWidth, TVector>(i, count);
            return TWidth.MultiplyAdd(v, v, sum);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private unsafe TVector Partial<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            float* lanes = stackalloc float[count];
            for (int lane = 0; lane < count; lane++)
            {
                lanes[lane] = TStored.Load<Width1, float>(x, i + lane);
            }
            return TWidth.LoadFirst(lanes, count);
        }
    }

    /// <summary>Σ x² of blocks of rows.</summary>
    public readonly unsafe struct SquareBlocks<TStored>(StoredPointer x, float* sums) : IRowBody where TStored : struct, IStored
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => sums[block] = VectorLoop.Sum<TWidth, TVector, SquareTerm<TStored>>(new SquareTerm<TStored>(new StoredPointer(x.First + ((nint)first * sizeof(ushort)), 0)), end - first);
    }
}
