using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Memory that operations share.</content>
internal sealed partial class GpuBackend
{
    private MemoryBuffer1D<float, Stride1D.Dense>? workspace;

    /// <summary>Working memory of any content that the operation at hand shares with those after it; it grows in the first steps only.</summary>
    private ArrayView<float> Workspace(long length)
    {
        if (workspace is null || workspace.Length < length)
        {
            Stream.Synchronize();
            workspace?.Dispose();
            workspace = Accelerator.Allocate1D<float>(Math.Max(length, 1 << 20));
        }
        return workspace.View.BaseView.SubView(0, length);
    }

    /// <summary>rows·columns, where neither is negative.</summary>
    private static long Elements(int rows, int columns, string operation) => rows >= 0 && columns >= 0 ? (long)rows * columns
        : throw new ArgumentOutOfRangeException(nameof(rows), $"{operation}: rows = {rows}, columns = {columns}; sizes must not be negative.");
}
