using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

/// <summary>Loops over independent elements, in chunks of <see cref="Chunk"/>; short ones run on the caller.</summary>
internal static unsafe class ElementwiseKernel
{
    /// <summary>Elements of a chunk.</summary>
    public const int Chunk = 16384;

    /// <summary>Runs the body over [0, length) on the team.</summary>
    public static void Run<TBody>(ThreadTeam team, SimdWidth width, TBody body, int length) where TBody : unmanaged, IVectorBody
    {
        var job = new Job<TBody> { Body = body, Length = length };
        int chunks = (int)(((long)length + Chunk - 1) / Chunk);
        switch (width)
        {
            case SimdWidth.Vector512:
                team.For(chunks, &job, &RunChunk<Width512, Vector512<float>, TBody>);
                break;
            case SimdWidth.Vector256:
                team.For(chunks, &job, &RunChunk<Width256, Vector256<float>, TBody>);
                break;
            default:
                team.For(chunks, &job, &RunChunk<Width1, float, TBody>);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunChunk<TWidth, TVector, TBody>(Job<TBody>* job, int chunk, int worker)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TBody : unmanaged, IVectorBody
    {
        nint first = (nint)chunk * Chunk;
        VectorLoop.ForEach<TWidth, TVector, TBody>(job->Body, first, Math.Min(first + Chunk, job->Length));
    }

    private struct Job<TBody> where TBody : unmanaged, IVectorBody
    {
        public TBody Body;
        public int Length;
    }

    /// <summary>y = value.</summary>
    public readonly struct Fill(float* y, float value) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => VectorLoop.Store<TWidth, TVector>(TWidth.Broadcast(value), y + i, count);
    }

    /// <summary>y = x.</summary>
    public readonly struct Copy(float* x, float* y) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => VectorLoop.Store<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(x + i, count), y + i, count);
    }

    /// <summary>y = a + b.</summary>
    public readonly struct Add(float* a, float* b, float* y) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => VectorLoop.Store<TWidth, TVector>(TWidth.Add(VectorLoop.Load<TWidth, TVector>(a + i, count), VectorLoop.Load<TWidth, TVector>(b + i, count)), y + i, count);
    }

    /// <summary>into += scale · x.</summary>
    public readonly struct Accumulate(float* x, float* into, float scale) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector sum = TWidth.MultiplyAdd(TWidth.Broadcast(scale), VectorLoop.Load<TWidth, TVector>(x + i, count), VectorLoop.Load<TWidth, TVector>(into + i, count));
            VectorLoop.Store<TWidth, TVector>(sum, into + i, count);
        }
    }

    /// <summary>y = scale · x.</summary>
    public readonly struct Scale(float* x, float* y, float scale) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => VectorLoop.Store<TWidth, TVector>(TWidth.Multiply(TWidth.Broadcast(scale), VectorLoop.Load<TWidth, TVector>(x + i, count)), y + i, count);
    }

    /// <summary>y = a ⊙ b.</summary>
    public readonly struct Multiply(float* a, float* b, float* y) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => VectorLoop.Store<TWidth, TVector>(TWidth.Multiply(VectorLoop.Load<TWidth, TVector>(a + i, count), VectorLoop.Load<TWidth, TVector>(b + i, count)), y + i, count);
    }

    /// <summary>da += dy ⊙ b, db += dy ⊙ a; a null gradient is skipped.</summary>
    public readonly struct MultiplyBackward(float* a, float* b, float* dy, float* da, float* db) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector g = VectorLoop.Load<TWidth, TVector>(dy + i, count);
            if (da != null)
            {
                TVector sum = TWidth.MultiplyAdd(g, VectorLoop.Load<TWidth, TVector>(b + i, count), VectorLoop.Load<TWidth, TVector>(da + i, count));
                VectorLoop.Store<TWidth, TVector>(sum, da + i, count);
            }
            if (db != null)
            {
                TVector sum = TWidth.MultiplyAdd(g, VectorLoop.Load<TWidth, TVector>(a + i, count), VectorLoop.Load<TWidth, TVector>(db + i, count));
                VectorLoop.Store<TWidth, TVector>(sum, db + i, count);
            }
        }
    }
}
