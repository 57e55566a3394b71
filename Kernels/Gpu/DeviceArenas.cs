using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace PureLlm.Kernels.Gpu;

/// <summary>Memory of a device in a few large blocks, in which every buffer has a place; a buffer of its own is asked of the driver for none of them.</summary>
/// <remarks>A place that is given back may be taken again at once: whatever uses buffers is queued on the one compute stream, in the order of the calls.</remarks>
/// <param name="accelerator">The device.</param>
/// <param name="least">Bytes of a block that was not reserved, at least.</param>
internal sealed class DeviceArenas(Accelerator accelerator, long least) : IDisposable
{
    private readonly List<Arena> arenas = [];

    /// <summary>Blocks that were taken of the driver so far; a warmed step adds none.</summary>
    public int Allocations { get; private set; }

    /// <summary>Bytes of the blocks that are held.</summary>
    public long Held => arenas.Sum(arena => arena.Places.Capacity);

    /// <summary>Stands for the size of the device where that says nothing, as on the emulating processor.</summary>
    public long? Limit { get; set; }

    /// <summary>Bytes that can still be taken of the driver.</summary>
    public long Free
    {
        get
        {
            if (Limit is long limit) { return limit - Held; }
            accelerator.Bind();
            return accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : accelerator.MemorySize - Held;
        }
    }

    /// <summary>Takes one block of so many bytes.</summary>
    /// <exception cref="OutOfMemoryException">The device has not as much.</exception>
    public void Reserve(long bytes) => arenas.Add(Create(bytes, isReserved: true));

    /// <summary>A place of so many bytes of any content.</summary>
    /// <exception cref="OutOfMemoryException">The device has not as much.</exception>
    public Place Take(long bytes)
    {
        foreach (Arena arena in arenas)
        {
            if (TakeFrom(arena, bytes) is { } place) { return place; }
        }
        ReleaseEmpty();
        Arena added = Create(Math.Max(least, RangeAllocator.Aligned(bytes)), isReserved: false);
        arenas.Add(added);
        return TakeFrom(added, bytes)!.Value;
    }

    public static void Give(Place place) => place.Arena.Places.Give(place.Start, place.Bytes);

    /// <summary>Gives back what was reserved and is not used; the rest goes when its buffers have gone.</summary>
    public void EndReservations()
    {
        foreach (Arena arena in arenas) { arena.IsReserved = false; }
        ReleaseEmpty();
    }

    public void Dispose()
    {
        accelerator.Bind();
        foreach (Arena arena in arenas) { arena.Memory.Dispose(); }
        arenas.Clear();
    }

    private static Place? TakeFrom(Arena arena, long bytes) =>
        arena.Places.Take(bytes) is >= 0 and long start ? new Place(arena, start, bytes, arena.Memory.View.BaseView.SubView(start / 2, RangeAllocator.Aligned(bytes) / 2)) : null;

    private Arena Create(long bytes, bool isReserved)
    {
        long size = RangeAllocator.Aligned(bytes), free;
        if (Limit is not null && size > (free = Free)) { throw new OutOfMemoryException($"{size} bytes of {free}"); }
        accelerator.Bind();
        var arena = new Arena(accelerator.Allocate1D<ushort>(size / 2), new RangeAllocator(size)) { IsReserved = isReserved };
        Allocations++;
        return arena;
    }

    private void ReleaseEmpty()
    {
        if (!arenas.Exists(arena => arena is { IsReserved: false, Places.Used: 0 })) { return; }
        accelerator.Bind();
        accelerator.Synchronize(); // what was queued may still use it
        foreach (Arena arena in arenas.FindAll(arena => arena is { IsReserved: false, Places.Used: 0 }))
        {
            arena.Memory.Dispose();
            arenas.Remove(arena);
        }
    }

    /// <summary>A block and the places in it.</summary>
    internal sealed class Arena(MemoryBuffer1D<ushort, Stride1D.Dense> memory, RangeAllocator places)
    {
        public MemoryBuffer1D<ushort, Stride1D.Dense> Memory => memory;

        public RangeAllocator Places => places;

        public bool IsReserved { get; set; }
    }

    /// <summary>Some bytes of a block, as half words.</summary>
    internal readonly record struct Place(Arena Arena, long Start, long Bytes, ArrayView<ushort> Memory);
}
