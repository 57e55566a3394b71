using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <content>Elementwise operations.</content>
internal sealed partial class GpuBackend
{
    public override void Map<TFunction>(View x, View y) =>
        Launch(MapKernels.Forward<TFunction>, Threads(y.Length), Floats(x, y.Length, "Map", nameof(x)), Floats(y, y.Length, "Map", nameof(y)), y.Length);
}

/// <summary>y = f(x) and its gradient.</summary>
internal static class MapKernels
{
    public static void Forward<TFunction>(ArrayView<float> x, ArrayView<float> y, int length) where TFunction : struct, IUnaryFunction
    {
        int i = Grid.GlobalIndex.X;
        if (i < length) { y[i] = TFunction.Invoke(x[i]); }
    }
}
