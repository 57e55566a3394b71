using PureLlm.Kernels;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>Calls on rows, as they lie and at multiples of 16 bytes, where a kernel loads four floats at once.</summary>
internal static class RowCheck
{
    /// <summary>Columns around a pack of four, a warp and a group.</summary>
    public static readonly int[] Columns = [1, 3, 8, 36, 67];

    /// <summary>Columns of a row that a group keeps, and of one that is read again.</summary>
    public static readonly int[] WideColumns = [2600, 4501, 4504, 8196];

    /// <summary>Matches the textbook loop at offsets that are no multiple of four floats, and at those that are.</summary>
    public static void MatchesAnywhere(double tolerance, Action<Backend, View[]> call, params float[][] arrays)
    {
        Near(Run(GpuCheck.Gpu, call, arrays), Run(new PlainBackend(), call, arrays), tolerance);
        Matches(tolerance, Aligned(call), Prefixed(arrays));
    }

    /// <summary>The call on what follows the first number of each view.</summary>
    public static Action<Backend, View[]> Aligned(Action<Backend, View[]> call) => (b, v) => call(b, [.. v.Select(view => view.Slice(1))]);

    /// <summary>The arrays, each behind one more number.</summary>
    public static float[][] Prefixed(float[][] arrays) => [.. arrays.Select(a => (float[])[0.5f, .. a])];
}
