using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class ElementwiseKernelTests
{
    private static readonly (string Name, Action<Backend, View[]> Call)[] s_calls =
    [
        ("Fill", (b, v) => b.Fill(v[2], 3.5f)),
        ("Copy", (b, v) => b.Copy(v[0], v[2])),
        ("Add", (b, v) => b.Add(v[0], v[1], v[2])),
        ("Add in place", (b, v) => b.Add(v[0], v[2], v[2])),
        ("Accumulate", (b, v) => b.Accumulate(v[0], v[2])),
        ("Accumulate scaled", (b, v) => b.Accumulate(v[0], v[2], -0.3f)),
        ("Scale", (b, v) => b.Scale(v[0], v[2], 1.7f)),
        ("Scale in place", (b, v) => b.Scale(v[2], v[2], 1.7f)),
        ("Multiply", (b, v) => b.Multiply(v[0], v[1], v[2])),
        ("MultiplyBackward", (b, v) => b.MultiplyBackward(v[0], v[1], v[2], v[3], v[4])),
        ("MultiplyBackward of a square", (b, v) => b.MultiplyBackward(v[0], v[0], v[2], v[3], v[3])),
        ("MultiplyBackward of a", (b, v) => b.MultiplyBackward(v[0], v[1], v[2], v[3], default)),
        ("MultiplyBackward of b", (b, v) => b.MultiplyBackward(v[0], v[1], v[2], default, v[4])),
        ("Map", (b, v) => b.Map<Silu>(v[0], v[2])),
        ("MapBackward", (b, v) => b.MapBackward<GeluTanh>(v[0], v[1], v[2])),
        ("MapBackward first", (b, v) => b.MapBackward<GeluTanh>(v[0], v[1], v[2], accumulate: false)),
        ("GateBackward first", (b, v) => b.GateBackward<GeluErf>(v[0], v[1], v[2], v[3], v[4], accumulate: false)),
        ("Gate", (b, v) => b.Gate<Silu>(v[0], v[1], v[2])),
        ("GateBackward", (b, v) => b.GateBackward<GeluErf>(v[0], v[1], v[2], v[3], v[4])),
    ];

    private static IEnumerable<TestCaseData> Calls => s_calls.Select(c => new TestCaseData(c.Call).SetArgDisplayNames(c.Name));

    private static float[][] Arrays(int n) => [.. Enumerable.Range(1, 5).Select(seed => Random(n, seed))];

    [Test]
    public void Normalizing_divides_by_the_root_of_the_sum_of_squares()
    {
        float[][] result = SameBits((b, v) => { b.SumOfSquares(v[0], v[1]); b.Normalize(v[0], v[1], 1e-7); }, true, Random(77), new float[1]);
        Assert.That(result[0].Sum(x => (double)x * x), Is.EqualTo(1).Within(1e-6));
        Near(Run(OneThread, (b, v) => b.Normalize(v[0], v[1], 0.5), [3f, -4f], [4f]), [[1.2f, -1.6f], [4f]], 1e-7);
    }

    [TestCaseSource(nameof(Calls))]
    public void Matches_the_textbook_loop_at_every_length(Action<Backend, View[]> call)
    {
        foreach (int n in Lengths)
        {
            Matches(1e-6, call, everywhere: n is 31 or 256, Arrays(n));
        }
        Matches(1e-6, call, everywhere: true, Arrays(50_003));
    }

    [TestCaseSource(nameof(Calls))]
    public void Allocates_nothing(Action<Backend, View[]> call) => AllocatesNothing(call, Arrays(40_000));

    [TestCaseSource(nameof(Calls))]
    public void Takes_views_of_no_elements(Action<Backend, View[]> call) => Run(OneThread, call, Arrays(0));

    [Test]
    public void Views_of_different_lengths_are_refused()
        => Assert.That(() => Run(OneThread, (b, v) => b.Add(v[0], v[1], v[2]), new float[4], new float[5], new float[4]),
            Throws.ArgumentException.With.Message.EqualTo("Add: 'b' holds 5 floats, but the sizes ask for 4."));

    [Test]
    public void A_gate_without_one_gradient_leaves_the_other()
    {
        Action<Backend, View[]> both = (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], v[3], v[4]);
        float[][] expected = Run(OneThread, both, Arrays(100));
        float[][] gateOnly = Run(OneThread, (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], v[3], default), Arrays(100));
        float[][] upOnly = Run(OneThread, (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], default, v[4]), Arrays(100));
        Assert.That(gateOnly[3], Is.EqualTo(expected[3]));
        Assert.That(upOnly[4], Is.EqualTo(expected[4]));
        expected = Run(OneThread, (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], v[3], v[4], accumulate: false), Arrays(100));
        gateOnly = Run(OneThread, (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], v[3], default, accumulate: false), Arrays(100));
        upOnly = Run(OneThread, (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], default, v[4], accumulate: false), Arrays(100));
        Assert.That(gateOnly[3], Is.EqualTo(expected[3]));
        Assert.That(upOnly[4], Is.EqualTo(expected[4]));
    }
}
