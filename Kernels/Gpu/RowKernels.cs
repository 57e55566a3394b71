using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>What is done with one row; an instance holds the arguments of a call.</summary>
internal interface IRowKernel
{
    /// <summary>Floats of shared memory that a float of a row takes between the passes.</summary>
    static abstract int Kept { get; }

    void Run<TTeam, TPack, TData>(int row) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged;
}

/// <summary>Rows shared among warps or groups. A thread keeps what it alone reads again, so that no barrier guards the shared memory.</summary>
internal static class RowKernels
{
    /// <summary>Floats that a group keeps: 32 KB, so that seven groups of 256 threads fit on a multiprocessor of 228 KB.</summary>
    public const int KeptFloats = 8192;

    public static void Run<TBody, TTeam, TPack, TData>(TBody body, int rows)
        where TBody : struct, IRowKernel where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
    {
        int row = TTeam.Row;
        if (row < rows) { body.Run<TTeam, TPack, TData>(row); }
    }

    /// <summary>Where this thread's team keeps <paramref name="length"/> packs, if it keeps any.</summary>
    public static ArrayView<TData> Kept<TTeam, TPack, TData>(int length) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
    {
        int kept = TTeam.Keeps ? length : 0;
        return TPack.Shared().SubView(TTeam.Place * kept, kept);
    }
}
