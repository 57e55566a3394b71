using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Modules;

public sealed class BufferExchangeTests
{
    [TestCase(3, StorageFormat.Float32)]
    [TestCase((1 << 20) + 5, StorageFormat.Float32, Description = "more than one piece")]
    [TestCase((1 << 20) + 5, StorageFormat.BFloat16)]
    [TestCase((1 << 20) + 5, StorageFormat.SplitFloat32)]
    public void What_was_in_one_is_in_the_other(int length, StorageFormat format)
    {
        using CpuBackend backend = new(2);
        using TensorBuffer a = backend.Allocate(length, format), b = backend.Allocate(length, format);
        float[] first = [.. Enumerable.Range(0, length).Select(i => (float)(i % 251))], second = [.. first.Select(value => -1 - value)];
        View left = new(a, 0, length), right = new(b, 0, length);
        backend.Write(first, left);
        backend.Write(second, right);
        BufferExchange.Run(backend, left, right);
        float[] now = new float[length];
        backend.Read(left, now);
        Assert.That(now.AsSpan().SequenceEqual(second), Is.True);
        backend.Read(right, now);
        Assert.That(now.AsSpan().SequenceEqual(first), Is.True);
    }
}
