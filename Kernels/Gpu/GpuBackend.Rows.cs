using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Row kernels: who works on a row, and how wide its loads are.</content>
internal sealed partial class GpuBackend
{
    private const long LeastWorkspace = 1 << 20;

    private DeviceArenas.Place? workspace;

    /// <summary>Working memory of any content that the operation at hand shares with those after it; it grows in the first steps only.</summary>
    private ArrayView<float> Workspace(long length)
    {
        if (workspace is not { } place || place.Bytes < 4 * length)
        {
            if (workspace is { } old) { DeviceArenas.Give(old); }
            workspace = null;
            long bytes = 4 * Math.Max(length, LeastWorkspace);
            try
            {
                workspace = place = Arenas.Take(bytes);
            }
            catch (Exception e) when (e is AcceleratorException or OutOfMemoryException)
            {
                throw new OutOfMemoryException($"{Name}: working memory of {MiB(bytes)} for an operation does not fit: {MiB(Arenas.Free)} are free beside the {MiB(AllocatedBytes)} of buffers; use a smaller train.batch or model.context.", e);
            }
        }
        return place.Memory.Cast<float>().SubView(0, length);
    }

    /// <summary>Words of the workspace that cover products with so many numbers in their operands: those in the library's format, and the sums of parts.</summary>
    private long WorkspaceWords(long operands) => Accelerator.AcceleratorType == AcceleratorType.CPU ? LeastWorkspace
        : MatMulPlan.MostPartNumbers + (Gemm is not null && LibraryFormat == StorageFormat.BFloat16 ? (operands / 2) + 256 : 0);

    /// <summary>Runs the body on each row of <paramref name="columns"/> floats: by a warp while its share of shared memory holds the row, then by a group.</summary>
    /// <param name="fours">Whether every row starts at a multiple of 16 bytes.</param>
    private void LaunchRows<TBody>(TBody body, int rows, int columns, bool fours) where TBody : struct, IRowKernel
    {
        int teams = GroupSize / Accelerator.WarpSize;
        long kept = (long)TBody.Kept * columns;
        KernelConfig warps = Warps(rows), groups = Groups(rows);
        if (kept * teams <= RowKernels.KeptFloats)
        {
            if (fours) { Launch(RowKernels.Run<TBody, WarpTeam, FourFloats, Four>, warps, body, rows); }
            else { Launch(RowKernels.Run<TBody, WarpTeam, OneFloat, float>, warps, body, rows); }
        }
        else if (kept <= RowKernels.KeptFloats)
        {
            if (fours) { Launch(RowKernels.Run<TBody, GroupTeam, FourFloats, Four>, groups, body, rows); }
            else { Launch(RowKernels.Run<TBody, GroupTeam, OneFloat, float>, groups, body, rows); }
        }
        else if (fours) { Launch(RowKernels.Run<TBody, LongRowTeam, FourFloats, Four>, groups, body, rows); }
        else { Launch(RowKernels.Run<TBody, LongRowTeam, OneFloat, float>, groups, body, rows); }
    }

    /// <summary>A grid that gives each of <paramref name="count"/> rows a warp.</summary>
    private KernelConfig Warps(int count) => Threads(checked(count * Accelerator.WarpSize));

    /// <summary>Whether rows of <paramref name="columns"/> floats in all of these views start at multiples of 16 bytes; an empty view does.</summary>
    private static bool Fours(int columns, params ReadOnlySpan<View> views)
    {
        bool all = columns % 4 == 0;
        foreach (View view in views) { all &= view.IsEmpty || view.Offset % 4 == 0; }
        return all;
    }

    /// <summary>rows·columns, where neither is negative.</summary>
    private static long Elements(int rows, int columns, string operation) => rows >= 0 && columns >= 0 ? (long)rows * columns
        : throw new ArgumentOutOfRangeException(nameof(rows), $"{operation}: rows = {rows}, columns = {columns}; sizes must not be negative.");

    /// <summary>A view that may be empty.</summary>
    private static ArrayView<float> Optional(View view, long length, string operation, string argument) => view.IsEmpty ? default : Floats(view, length, operation, argument);
}
