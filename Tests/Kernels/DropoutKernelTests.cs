using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class DropoutKernelTests
{
    private static readonly RandomStream s_stream = new(3, 11);

    private static Action<Backend, View[]> Call(float rate) => (b, v) =>
    {
        b.Dropout(v[0], v[1], rate, s_stream);
        b.DropoutBackward(v[2], v[3], rate, s_stream);
    };

    private static float[][] Arrays(int n) => [Random(n, 1), new float[n], Random(n, 2), Random(n, 3)];

    [Test]
    public void Matches_the_textbook_loop_at_every_length()
    {
        foreach (int n in Lengths)
        {
            Matches(1e-6, Call(0.3f), n is 17 or 256, Arrays(n));
        }
        foreach (float rate in (float[])[0f, 0.1f, 0.5f, 0.99f])
        {
            Matches(1e-6, Call(rate), true, Arrays(70_001));
        }
    }

    [TestCase(0.1f)]
    [TestCase(0.5f)]
    public void Drops_its_share_and_keeps_the_mean(float rate)
    {
        float[] y = Run(OneThread, (b, v) => b.Dropout(v[0], v[0], rate, s_stream), Enumerable.Repeat(1f, 200_000).ToArray())[0];
        Assert.That(y.Count(v => v == 0) / 200_000.0, Is.EqualTo(rate).Within(0.005));
        Assert.That(y.Average(), Is.EqualTo(1).Within(0.01));
    }

    [Test]
    public void Another_stream_drops_other_elements()
    {
        float[] ones = Enumerable.Repeat(1f, 10_000).ToArray();
        float[] a = Run(OneThread, (b, v) => b.Dropout(v[0], v[0], 0.5f, s_stream), ones)[0];
        float[] c = Run(OneThread, (b, v) => b.Dropout(v[0], v[0], 0.5f, s_stream with { Stream = 12 }), ones)[0];
        Assert.That(a.Zip(c).Count(p => p.First == p.Second) / 10_000.0, Is.EqualTo(0.5).Within(0.03));
    }

    [TestCase(1f)]
    [TestCase(-0.1f)]
    [TestCase(float.NaN)]
    public void A_rate_outside_its_range_is_refused(float rate)
        => Assert.That(() => Run(OneThread, Call(rate), Arrays(4)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("[0, 1)"));

    [Test]
    public void Allocates_nothing() => AllocatesNothing(Call(0.2f), Arrays(40_000));
}
