using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>A function of each element, and its gradient.</summary>
internal static unsafe class MapKernel<TFunction> where TFunction : struct, IUnaryFunction
{
    /// <summary>y = f(x).</summary>
    public readonly struct Forward(float* x, float* y) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => VectorLoop.Store<TWidth, TVector>(TWidth.Invoke<TFunction>(VectorLoop.Load<TWidth, TVector>(x + i, count)), y + i, count);
    }

    /// <summary>dx += dy · f'(x).</summary>
    public readonly struct Backward(float* x, float* dy, float* dx, bool adds) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector slope = TWidth.Derivative<TFunction>(VectorLoop.Load<TWidth, TVector>(x + i, count));
            TVector sum = TWidth.MultiplyAdd(VectorLoop.Load<TWidth, TVector>(dy + i, count), slope, adds ? VectorLoop.Load<TWidth, TVector>(dx + i, count) : default);
            VectorLoop.Store<TWidth, TVector>(sum, dx + i, count);
        }
    }
}
