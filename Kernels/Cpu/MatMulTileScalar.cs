using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>4 × 4, one float at a time.</summary>
internal readonly unsafe struct MatMulTileScalar : IMatMulTile
{
    public static int Rows => 4;

    public static int Columns => 4;

    public static bool TakesFewerRows => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, int depth, float* a, float* b, float* start, nint startStride, float* c, nint stride)
    {
        for (int i = 0; i < 4; i++, start += startStride, c += stride)
        {
            float c0 = start[0], c1 = start[1], c2 = start[2], c3 = start[3];
            for (nint k = 0; k < depth; k++)
            {
                float x = a[4 * k + i];
                c0 = MathF.FusedMultiplyAdd(x, b[4 * k], c0);
                c1 = MathF.FusedMultiplyAdd(x, b[4 * k + 1], c1);
                c2 = MathF.FusedMultiplyAdd(x, b[4 * k + 2], c2);
                c3 = MathF.FusedMultiplyAdd(x, b[4 * k + 3], c3);
            }
            (c[0], c[1], c[2], c[3]) = (c0, c1, c2, c3);
        }
    }
}
