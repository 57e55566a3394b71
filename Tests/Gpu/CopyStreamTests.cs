using PureLlm.Kernels;
using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

/// <summary>The order of copies and kernels, on queues that do their work as late and as mixed as the marks allow.</summary>
public sealed class CopyStreamTests
{
    private const int PieceWords = 256;

    [Test]
    public void What_is_written_arrives_whatever_the_queues_do_first([Range(1, 40)] int seed) => Assert.That(Wrong(seed, ""), Is.Zero);

    [TestCase("hold Compute", TestName = "A kernel that does not wait for its piece reads another")]
    [TestCase("hold Copy", TestName = "A copy that does not wait for the kernel overwrites its piece")]
    [TestCase("wait", TestName = "A host that does not wait overwrites what is being copied")]
    public void Each_order_is_needed(string ignored) => Assert.That(Enumerable.Range(1, 40).Sum(seed => Wrong(seed, ignored)), Is.Positive);

    [Test]
    public void Numbers_are_those_of_the_moment_they_were_sent_for([Range(1, 40)] int seed) => Assert.That(WrongReads(seed, ""), Is.Zero);

    [TestCase("hold Copy", TestName = "Copying without waiting takes numbers that are not there yet")]
    [TestCase("wait", TestName = "Taking without waiting gives the numbers before")]
    public void Each_order_of_a_readback_is_needed(string ignored) => Assert.That(Enumerable.Range(1, 40).Sum(seed => WrongReads(seed, ignored)), Is.Positive);

    /// <summary>Writes pieces of random lengths; the compute queue takes each from staging. How many arrived wrong.</summary>
    private static int Wrong(int seed, string ignored)
    {
        var streams = new SimulatedStreams(UploadRing.StagingWords(PieceWords), seed, ignored);
        var ring = new UploadRing(streams, PieceWords);
        var random = new Random(seed);
        List<float[]> sent = [], taken = [];
        for (int i = 0; i < 200; i++)
        {
            float[] piece = [.. Enumerable.Range(0, 1 + random.Next(PieceWords)).Select(_ => random.NextSingle())];
            sent.Add(piece);
            taken.Add([]);
            int start = ring.Take(piece.Length), at = i;
            piece.CopyTo(streams.Host(start, piece.Length));
            ring.Send(start, piece.Length);
            streams.Compute(() => taken[at] = streams.Device.AsSpan(start, piece.Length).ToArray());
        }
        streams.Finish();
        return sent.Zip(taken).Count(pair => !pair.First.SequenceEqual(pair.Second));
    }

    /// <summary>A value that the compute queue changes all the time is read by two readbacks in turn, each taken when the other has been queued.</summary>
    private static int WrongReads(int seed, string ignored)
    {
        var streams = new SimulatedStreams(16, seed, ignored);
        float[] value = [0, 0];
        using var nothing = new PureLlm.Kernels.Cpu.CpuBackend(1);
        using TensorBuffer buffer = nothing.Allocate(2);
        View view = new(buffer, 0, 2);
        var random = new Random(seed);
        DeviceReadback[] readbacks = [.. new[] { 0, 8 }.Select(place => new DeviceReadback(streams, place, 2, (_, start) => streams.Compute(() => value.CopyTo(streams.Device, start)), (_, _) => { }))];
        int wrong = 0;
        for (int step = 1; step <= 100; step++)
        {
            float now = step;
            streams.Compute(() => value = [now, -now]);
            readbacks[step & 1].Queue(view);
            if (random.Next(3) == 0) { readbacks[step & 1].Queue(view); } // a step that was computed again
            streams.Compute(() => value = [float.NaN, float.NaN]);
            if (step > 1 && !readbacks[(step - 1) & 1].Take().SequenceEqual([now - 1, 1 - now])) { wrong++; }
        }
        streams.Finish();
        return wrong;
    }
}
