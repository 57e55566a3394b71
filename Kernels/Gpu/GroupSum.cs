using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A number of each thread of a group, added up in a fixed tree; every thread gets the result. All threads of the group must call it.</summary>
/// <remarks>Within a warp by shuffles in halves, then over the warps in order. It may be called again at once.</remarks>
internal static class GroupSum
{
    // Warps of a group: at most 32 of 32 threads.
    private const int MaxWarps = 32;

    /// <summary>Σ x.</summary>
    public static float Sum(float x)
    {
        for (int distance = Warp.WarpSize >> 1; distance > 0; distance >>= 1) { x += Warp.ShuffleXor(x, distance); }
        var warps = SharedMemory.Allocate<float>(MaxWarps);
        if (Warp.IsFirstLane) { warps[Warp.WarpIdx] = x; }
        Group.Barrier();
        float sum = warps[0];
        int count = Group.DimX / Warp.WarpSize;
        for (int warp = 1; warp < count; warp++) { sum += warps[warp]; }
        Group.Barrier();
        return sum;
    }

    /// <summary>max x; a NaN may be lost.</summary>
    public static float Max(float x)
    {
        for (int distance = Warp.WarpSize >> 1; distance > 0; distance >>= 1) { x = MathF.Max(x, Warp.ShuffleXor(x, distance)); }
        var warps = SharedMemory.Allocate<float>(MaxWarps);
        if (Warp.IsFirstLane) { warps[Warp.WarpIdx] = x; }
        Group.Barrier();
        float max = warps[0];
        int count = Group.DimX / Warp.WarpSize;
        for (int warp = 1; warp < count; warp++) { max = MathF.Max(max, warps[warp]); }
        Group.Barrier();
        return max;
    }
}
