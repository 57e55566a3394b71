using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

/// <summary>6 × 16: 12 of the 16 registers accumulate, 2 hold b, 1 an element of a.</summary>
internal readonly unsafe struct MatMulTile256 : IMatMulTile
{
    public static int Rows => 6;

    public static int Columns => 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int depth, float* a, float* b, float* start, nint startStride, float* c, nint stride)
    {
        Vector256<float> c0a = Vector256.Load(start), c0b = Vector256.Load(start + 8);
        start += startStride;
        Vector256<float> c1a = Vector256.Load(start), c1b = Vector256.Load(start + 8);
        start += startStride;
        Vector256<float> c2a = Vector256.Load(start), c2b = Vector256.Load(start + 8);
        start += startStride;
        Vector256<float> c3a = Vector256.Load(start), c3b = Vector256.Load(start + 8);
        start += startStride;
        Vector256<float> c4a = Vector256.Load(start), c4b = Vector256.Load(start + 8);
        start += startStride;
        Vector256<float> c5a = Vector256.Load(start), c5b = Vector256.Load(start + 8);

        for (; depth >= 4; depth -= 4, a += 24, b += 64)
        {
            Step(a, b, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            Step(a + 6, b + 16, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            Step(a + 12, b + 32, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            Step(a + 18, b + 48, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
        }
        for (; depth > 0; depth--, a += 6, b += 16)
        {
            Step(a, b, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
        }

        c0a.Store(c);
        c0b.Store(c + 8);
        c += stride;
        c1a.Store(c);
        c1b.Store(c + 8);
        c += stride;
        c2a.Store(c);
        c2b.Store(c + 8);
        c += stride;
        c3a.Store(c);
        c3b.Store(c + 8);
        c += stride;
        c4a.Store(c);
        c4b.Store(c + 8);
        c += stride;
        c5a.Store(c);
        c5b.Store(c + 8);
    }

    // One step of k.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(float* a, float* b,
        ref Vector256<float> c0a, ref Vector256<float> c0b, ref Vector256<float> c1a, ref Vector256<float> c1b, ref Vector256<float> c2a, ref Vector256<float> c2b,
        ref Vector256<float> c3a, ref Vector256<float> c3b, ref Vector256<float> c4a, ref Vector256<float> c4b, ref Vector256<float> c5a, ref Vector256<float> c5b)
    {
        Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
        Vector256<float> a0 = Vector256.Create(a[0]);
        c0a = Vector256.FusedMultiplyAdd(a0, b0, c0a);
        c0b = Vector256.FusedMultiplyAdd(a0, b1, c0b);
        Vector256<float> a1 = Vector256.Create(a[1]);
        c1a = Vector256.FusedMultiplyAdd(a1, b0, c1a);
        c1b = Vector256.FusedMultiplyAdd(a1, b1, c1b);
        Vector256<float> a2 = Vector256.Create(a[2]);
        c2a = Vector256.FusedMultiplyAdd(a2, b0, c2a);
        c2b = Vector256.FusedMultiplyAdd(a2, b1, c2b);
        Vector256<float> a3 = Vector256.Create(a[3]);
        c3a = Vector256.FusedMultiplyAdd(a3, b0, c3a);
        c3b = Vector256.FusedMultiplyAdd(a3, b1, c3b);
        Vector256<float> a4 = Vector256.Create(a[4]);
        c4a = Vector256.FusedMultiplyAdd(a4, b0, c4a);
        c4b = Vector256.FusedMultiplyAdd(a4, b1, c4b);
        Vector256<float> a5 = Vector256.Create(a[5]);
        c5a = Vector256.FusedMultiplyAdd(a5, b0, c5a);
        c5b = Vector256.FusedMultiplyAdd(a5, b1, c5b);
    }
}
