using PureLlm.Kernels;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class MemoryTests
{
    // A piece of staging has 2²⁰ words.
    [TestCase((1 << 20) - 1)]
    [TestCase((1 << 20) + 1)]
    [TestCase((3 << 20) + 5)]
    public void Long_views_go_and_come_in_pieces(int n)
    {
        float[] x = new float[n], y = new float[n];
        for (int i = 0; i < n; i++) { x[i] = i; }
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(n + 3);
        GpuCheck.Gpu.Write(x, new View(buffer, 3, n));
        GpuCheck.Gpu.Read(new View(buffer, 3, n), y);
        Assert.That(y.AsSpan().SequenceEqual(x));
    }

    [Test]
    public void Many_short_writes_keep_their_values_and_their_order()
    {
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(300);
        int[] ids = new int[3], all = new int[300];
        for (int i = 0; i < 300; i += 3)
        {
            ids.AsSpan().Fill(i);
            GpuCheck.Gpu.WriteTokens(ids, new View(buffer, i, 3));
        }
        ids.AsSpan().Fill(-1);
        GpuCheck.Gpu.WriteTokens(ids, new View(buffer, 30, 3));
        GpuCheck.Gpu.ReadTokens(new View(buffer, 0, 300), all);
        Assert.That(all, Is.EqualTo(Enumerable.Range(0, 300).Select(i => i is >= 30 and < 33 ? -1 : i / 3 * 3)));
    }

    [Test]
    public void A_source_may_change_and_a_buffer_may_go_right_after_the_call()
    {
        using TensorBuffer y = GpuCheck.Gpu.Allocate(40);
        float[] x = Random(40), expected = [.. x];
        using (TensorBuffer first = GpuCheck.Gpu.Allocate(40))
        {
            GpuCheck.Gpu.Write(x, new View(first, 0, 40));
            x.AsSpan().Clear();
            GpuCheck.Gpu.Copy(new View(first, 0, 40), new View(y, 0, 40));
        }
        float[] read = new float[40];
        GpuCheck.Gpu.Read(new View(y, 0, 40), read);
        Assert.That(read, Is.EqualTo(expected));
    }

    [Test]
    public void New_memory_is_zero_and_counted_until_it_is_given_back()
    {
        long before = GpuCheck.Gpu.AllocatedBytes;
        TensorBuffer a = GpuCheck.Gpu.Allocate(33), b = GpuCheck.Gpu.Allocate(33, StorageFormat.BFloat16);
        Assert.That(GpuCheck.Gpu.AllocatedBytes - before, Is.EqualTo(132 + 66));
        float[] read = new float[33];
        GpuCheck.Gpu.Read(new View(b, 0, 33), read);
        Assert.That(read, Is.All.Zero);
        View view = new(a, 0, 33);
        a.Dispose();
        a.Dispose();
        b.Dispose();
        Assert.That(GpuCheck.Gpu.AllocatedBytes, Is.EqualTo(before));
        Assert.That(GpuCheck.Gpu.PeakBytes, Is.GreaterThanOrEqualTo(before + 198));
        Assert.That(() => GpuCheck.Gpu.Fill(view, 1), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void What_does_not_fit_is_refused_with_its_numbers()
    {
        using TensorBuffer a = GpuCheck.Gpu.Allocate(4), half = GpuCheck.Gpu.Allocate(4, StorageFormat.Float16);
        View x = new(a, 0, 4), y = new(half, 0, 4);
        Assert.That(() => GpuCheck.Gpu.Write(new float[5], x), Throws.ArgumentException.With.Message.EqualTo("Write: 5 numbers do not fit into a view of 4."));
        Assert.That(() => GpuCheck.Gpu.Read(x, new float[3]), Throws.ArgumentException.With.Message.EqualTo("Read: a view of 4 numbers does not fit into 3."));
        Assert.That(() => GpuCheck.Gpu.WriteTokens(new int[4], y), Throws.ArgumentException.With.Message.Contains("Float16"));
        Assert.That(() => GpuCheck.Gpu.Narrow(x, x, StorageFormat.Float32), Throws.ArgumentException.With.Message.Contains("16 bits"));
        Assert.That(() => GpuCheck.Gpu.Widen(x, x, StorageFormat.BFloat16), Throws.ArgumentException.With.Message.Contains("holds 4 numbers, but the sizes ask for 2"));
    }

    [Test]
    public void Buffers_lie_side_by_side_in_one_block_and_their_place_is_taken_again()
    {
        using GpuBackend gpu = IlgpuPlugin.OpenEmulator(new DeviceOptions());
        TensorBuffer[] small = [.. Enumerable.Range(0, 50).Select(_ => gpu.Allocate(100))];
        Assert.That(gpu.Arenas.Allocations, Is.EqualTo(1));
        gpu.Fill(new View(small[7], 0, 100), 3);
        small[7].Dispose();
        using TensorBuffer again = gpu.Allocate(90);
        float[] read = new float[90];
        gpu.Read(new View(again, 0, 90), read);
        Assert.That((gpu.Arenas.Allocations, read.Distinct().Single()), Is.EqualTo((1, 0f)));
        using TensorBuffer large = gpu.Allocate(1 << 20);
        Assert.That(gpu.Arenas.Allocations, Is.EqualTo(2));
        Array.ForEach(small, buffer => buffer.Dispose());
    }

    [Test]
    public void Memory_is_reserved_in_one_block_or_refused_with_what_needs_it()
    {
        using GpuBackend gpu = IlgpuPlugin.OpenEmulator(new DeviceOptions());
        gpu.Arenas.Limit = 16 << 20;
        MemoryPart[] parts = [new("parameters", 1 << 20), new("activations", 4 << 20, "train.batch")];
        using (gpu.Reserve(new MemoryNeeds(parts, 5 << 20)))
        {
            using TensorBuffer first = gpu.Allocate(1 << 18), second = gpu.Allocate(1 << 20);
            Assert.That((gpu.Arenas.Allocations, gpu.Arenas.Held), Is.EqualTo((1, 9L << 20)), "with 4 MiB of working memory");
            gpu.SumOfSquares(new View(second, 0, 1 << 18), new View(first, 0, 1));
            Assert.That(gpu.Arenas.Allocations, Is.EqualTo(1));
            Assert.That(() => gpu.Reserve(new MemoryNeeds(parts, 5 << 20)), Throws.TypeOf<OutOfMemoryException>().With.Message.EqualTo(
                "ilgpu-cpu: 9.0 MiB are needed and 7.0 MiB are free on a device of 16.0 MiB: parameters 1.0 MiB, activations 4.0 MiB (less with train.batch), working memory of the kernels 4.0 MiB."));
            Assert.That(() => gpu.Allocate(4 << 20), Throws.TypeOf<OutOfMemoryException>().With.Message.Contains("7.0 MiB are free"));
        }
    }

    [Test]
    public void Numbers_come_later_and_are_those_of_their_moment()
    {
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(3), half = GpuCheck.Gpu.Allocate(2, StorageFormat.BFloat16);
        View x = new(buffer, 0, 3), h = new(half, 0, 2);
        using Readback three = GpuCheck.Gpu.CreateReadback(3), two = GpuCheck.Gpu.CreateReadback(2), many = GpuCheck.Gpu.CreateReadback(1 << 17);
        GpuCheck.Gpu.Fill(x, 5);
        three.Queue(x);
        GpuCheck.Gpu.Fill(x, 6);
        GpuCheck.Gpu.Write([1.5f, -2], h);
        two.Queue(h);
        Assert.That(three.Take().ToArray(), Is.EqualTo(new[] { 5f, 5, 5 }));
        Assert.That(two.Take().ToArray(), Is.EqualTo(new[] { 1.5f, -2 }));
        Assert.That(() => three.Queue(h), Throws.ArgumentException);
        using TensorBuffer long1 = GpuCheck.Gpu.Allocate(1 << 17);
        GpuCheck.Gpu.Fill(new View(long1, 0, 1 << 17), 2);
        many.Queue(new View(long1, 0, 1 << 17));
        Assert.That(many.Take()[^1], Is.EqualTo(2f), "too long for staging: read at once");
    }
}
