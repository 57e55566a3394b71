using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A <see cref="StorageFormat"/> as a kernel sees it: an empty struct, so that each format is a kernel of its own.</summary>
internal interface INumbers
{
    /// <summary>Number i as a computation reads it.</summary>
    static abstract float Load(ArrayView<ushort> memory, int i);

    /// <summary>Number i, all of it.</summary>
    static abstract float LoadExact(ArrayView<ushort> memory, int i);
}

internal readonly struct Float32Numbers : INumbers
{
    public static float Load(ArrayView<ushort> memory, int i) => memory.Cast<float>()[i];

    public static float LoadExact(ArrayView<ushort> memory, int i) => memory.Cast<float>()[i];
}
