using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Gated units, f(gate) ⊙ up: SwiGLU with SiLU, GEGLU with GELU (Shazeer 2020, arXiv:2002.05202).</summary>
internal static unsafe class GateKernel<TFunction> where TFunction : struct, IUnaryFunction
{
    /// <summary>y = f(gate) ⊙ up.</summary>
    public readonly struct Forward(float* gate, float* up, float* y) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector f = TWidth.Invoke<TFunction>(VectorLoop.Load<TWidth, TVector>(gate + i, count));
            VectorLoop.Store<TWidth, TVector>(TWidth.Multiply(f, VectorLoop.Load<TWidth, TVector>(up + i, count)), y + i, count);
        }
    }

    /// <summary>dgate += dy ⊙ up ⊙ f'(gate), dup += dy ⊙ f(gate), in one pass.</summary>
    public readonly struct Backward(float* gate, float* up, float* dy, float* dgate, float* dup, bool adds) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            // Side by side, f and f' share their exponential.
            TVector x = VectorLoop.Load<TWidth, TVector>(gate + i, count);
            TVector f = TWidth.Invoke<TFunction>(x), slope = TWidth.Derivative<TFunction>(x);
            TVector g = VectorLoop.Load<TWidth, TVector>(dy + i, count);
            slope = TWidth.Multiply(VectorLoop.Load<TWidth, TVector>(up + i, count), slope);
            VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(g, slope, adds ? VectorLoop.Load<TWidth, TVector>(dgate + i, count) : default), dgate + i, count);
            VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(g, f, adds ? VectorLoop.Load<TWidth, TVector>(dup + i, count) : default), dup + i, count);
        }
    }

    /// <summary>dgate += dy ⊙ up ⊙ f'(gate) alone.</summary>
    public readonly struct BackwardOfGate(float* gate, float* up, float* dy, float* dgate, bool adds) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector slope = TWidth.Derivative<TFunction>(VectorLoop.Load<TWidth, TVector>(gate + i, count));
            slope = TWidth.Multiply(VectorLoop.Load<TWidth, TVector>(up + i, count), slope);
            TVector g = VectorLoop.Load<TWidth, TVector>(dy + i, count);
            VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(g, slope, adds ? VectorLoop.Load<TWidth, TVector>(dgate + i, count) : default), dgate + i, count);
        }
    }

    /// <summary>dup += dy ⊙ f(gate) alone.</summary>
    public readonly struct BackwardOfUp(float* gate, float* dy, float* dup, bool adds) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector f = TWidth.Invoke<TFunction>(VectorLoop.Load<TWidth, TVector>(gate + i, count)), g = VectorLoop.Load<TWidth, TVector>(dy + i, count);
            VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(g, f, adds ? VectorLoop.Load<TWidth, TVector>(dup + i, count) : default), dup + i, count);
        }
    }
}
