using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

public unsafe class CpuBufferTests
{
    [Test]
    public void A_new_buffer_is_zero_and_aligned([Values(0, 1, 17, 1 << 20, (1 << 20) + 3)] int length)
    {
        for (int round = 0; round < 3; round++)
        {
            using var buffer = new CpuBuffer(length);
            Assert.That((long)buffer.Pointer % 64, Is.Zero);
            Assert.That(buffer.Span.Length, Is.EqualTo(length));
            Assert.That(buffer.Span.ContainsAnyExcept(0f), Is.False);
            buffer.Span.Fill(float.NaN);
        }
    }

    [Test]
    public void A_disposed_buffer_refuses_access()
    {
        var buffer = new CpuBuffer(8);
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(() => buffer.Span.Length, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_negative_length_is_refused() => Assert.That(() => new CpuBuffer(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
}
