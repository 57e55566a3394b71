using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

/// <summary>14 × 32: 28 of the 32 registers accumulate, 2 hold b, 1 an element of a.</summary>
internal readonly unsafe struct MatMulTile512 : IMatMulTile
{
    public static int Rows => 14;

    public static int Columns => 32;

    public static bool TakesFewerRows => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, int depth, float* a, float* b, float* start, nint startStride, float* c, nint stride)
    {
        Vector512<float> c0a = Vector512.Load(start), c0b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c1a = Vector512.Load(start), c1b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c2a = Vector512.Load(start), c2b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c3a = Vector512.Load(start), c3b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c4a = Vector512.Load(start), c4b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c5a = Vector512.Load(start), c5b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c6a = Vector512.Load(start), c6b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c7a = Vector512.Load(start), c7b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c8a = Vector512.Load(start), c8b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c9a = Vector512.Load(start), c9b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c10a = Vector512.Load(start), c10b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c11a = Vector512.Load(start), c11b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c12a = Vector512.Load(start), c12b = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c13a = Vector512.Load(start), c13b = Vector512.Load(start + 16);

        for (; depth > 0; depth--)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16);
            Vector512<float> a0 = Vector512.Create(a[0]);
            c0a = Vector512.FusedMultiplyAdd(a0, b0, c0a);
            c0b = Vector512.FusedMultiplyAdd(a0, b1, c0b);
            Vector512<float> a1 = Vector512.Create(a[1]);
            c1a = Vector512.FusedMultiplyAdd(a1, b0, c1a);
            c1b = Vector512.FusedMultiplyAdd(a1, b1, c1b);
            Vector512<float> a2 = Vector512.Create(a[2]);
            c2a = Vector512.FusedMultiplyAdd(a2, b0, c2a);
            c2b = Vector512.FusedMultiplyAdd(a2, b1, c2b);
            Vector512<float> a3 = Vector512.Create(a[3]);
            c3a = Vector512.FusedMultiplyAdd(a3, b0, c3a);
            c3b = Vector512.FusedMultiplyAdd(a3, b1, c3b);
            Vector512<float> a4 = Vector512.Create(a[4]);
            c4a = Vector512.FusedMultiplyAdd(a4, b0, c4a);
            c4b = Vector512.FusedMultiplyAdd(a4, b1, c4b);
            Vector512<float> a5 = Vector512.Create(a[5]);
            c5a = Vector512.FusedMultiplyAdd(a5, b0, c5a);
            c5b = Vector512.FusedMultiplyAdd(a5, b1, c5b);
            Vector512<float> a6 = Vector512.Create(a[6]);
            c6a = Vector512.FusedMultiplyAdd(a6, b0, c6a);
            c6b = Vector512.FusedMultiplyAdd(a6, b1, c6b);
            Vector512<float> a7 = Vector512.Create(a[7]);
            c7a = Vector512.FusedMultiplyAdd(a7, b0, c7a);
            c7b = Vector512.FusedMultiplyAdd(a7, b1, c7b);
            Vector512<float> a8 = Vector512.Create(a[8]);
            c8a = Vector512.FusedMultiplyAdd(a8, b0, c8a);
            c8b = Vector512.FusedMultiplyAdd(a8, b1, c8b);
            Vector512<float> a9 = Vector512.Create(a[9]);
            c9a = Vector512.FusedMultiplyAdd(a9, b0, c9a);
            c9b = Vector512.FusedMultiplyAdd(a9, b1, c9b);
            Vector512<float> a10 = Vector512.Create(a[10]);
            c10a = Vector512.FusedMultiplyAdd(a10, b0, c10a);
            c10b = Vector512.FusedMultiplyAdd(a10, b1, c10b);
            Vector512<float> a11 = Vector512.Create(a[11]);
            c11a = Vector512.FusedMultiplyAdd(a11, b0, c11a);
            c11b = Vector512.FusedMultiplyAdd(a11, b1, c11b);
            Vector512<float> a12 = Vector512.Create(a[12]);
            c12a = Vector512.FusedMultiplyAdd(a12, b0, c12a);
            c12b = Vector512.FusedMultiplyAdd(a12, b1, c12b);
            Vector512<float> a13 = Vector512.Create(a[13]);
            c13a = Vector512.FusedMultiplyAdd(a13, b0, c13a);
            c13b = Vector512.FusedMultiplyAdd(a13, b1, c13b);
            a += 14;
            b += 32;
        }

        c0a.Store(c);
        c0b.Store(c + 16);
        c += stride;
        c1a.Store(c);
        c1b.Store(c + 16);
        c += stride;
        c2a.Store(c);
        c2b.Store(c + 16);
        c += stride;
        c3a.Store(c);
        c3b.Store(c + 16);
        c += stride;
        c4a.Store(c);
        c4b.Store(c + 16);
        c += stride;
        c5a.Store(c);
        c5b.Store(c + 16);
        c += stride;
        c6a.Store(c);
        c6b.Store(c + 16);
        c += stride;
        c7a.Store(c);
        c7b.Store(c + 16);
        c += stride;
        c8a.Store(c);
        c8b.Store(c + 16);
        c += stride;
        c9a.Store(c);
        c9b.Store(c + 16);
        c += stride;
        c10a.Store(c);
        c10b.Store(c + 16);
        c += stride;
        c11a.Store(c);
        c11b.Store(c + 16);
        c += stride;
        c12a.Store(c);
        c12b.Store(c + 16);
        c += stride;
        c13a.Store(c);
        c13b.Store(c + 16);
    }
}
