using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

public sealed class NormExplainerTests
{
    [Test]
    public void A_row_is_explained_as_one_would_by_hand()
    {
        // x = (3, 4) over its root mean square 5/√2, w = (1, 2), dy = (0.5, −0.25): dn = (0.5, −0.5).
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new RmsNorm(0f), [new(1, 2), new(2)]), prepare: (inputs, dy) => Set(inputs, dy, [3, 4], [1, 2], [0.5f, -0.25f]));
        string[] lines = [.. run.Explainer.Rule(run.Values, 0, 1).Select(line => $"{line.Name} = {line.Expression} = {NumberText.Of(line.Value)}")];
        Assert.That(lines, Is.EqualTo(new[]
        {
            "r = 1/√(mean x² + ε) = 0.282843",
            "n[0,1] = x·r = 4·0.282843 = 1.13137",
            "dn[0,1] = dy·w = −0.25·2 = −0.5",
            "mean(dn ⊙ n) = over 2 channels = −0.0707107",
            "dx[0,1] = r·(dn[0,1] − n[0,1]·mean(dn ⊙ n)) = −0.118794",
            "dx[0,1] = 0.282843·(−0.5 − 1.13137·(−0.0707107)) = −0.118794",
        }));
        IReadOnlyList<Term> terms = run.Explainer.Terms(run.Values, 0, 1);
        Assert.That(terms.Select(term => term.Label), Is.EqualTo(new[] { "direct", "through r" }));
        Assert.That(terms[0].Value, Is.EqualTo(-0.1414214).Within(1e-7));
        Assert.That(terms[1].Value, Is.EqualTo(0.0226274).Within(1e-7));
    }

    [Test]
    public void The_gradient_is_perpendicular_to_the_row()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new RmsNorm(0f), [new(1, 9), new(9)]));
        double product = Enumerable.Range(0, 9).Sum(i => run.Values.Input(0)[i] * run.Explainer.Terms(run.Values, 0, i).Sum(term => term.Value));
        Assert.That(product, Is.EqualTo(0).Within(1e-14), "a longer row is the same row");
    }

    [TestCase(0f, "tiny row")]
    [TestCase(1e-4f, "tiny row")]
    [TestCase(1f, null)]
    public void A_row_that_is_lost_in_epsilon_is_noticed(float size, string? kind)
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new RmsNorm(), [new(1, 2), new(2)]), prepare: (inputs, dy) => Set(inputs, dy, [size, -size], [1, 1], [0.5f, 0.2f]));
        Assert.That(run.Explainer.Observe(run.Values, 0, 0).Select(remark => remark.Kind), kind is null ? Does.Not.Contain("tiny row") : Does.Contain(kind));
    }

    [Test]
    public void A_weight_of_zero_closes_its_channel_and_the_cause_is_named()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new LayerNorm(), [new(1, 3), new(3), new(3)]), prepare: (inputs, dy) => Set(inputs, dy, [1, 2, 4], [1, 0, 1], [0.5f, 0.2f, 0.1f]));
        Observation remark = run.Explainer.Observe(run.Values, 0, 1).Single(remark => remark.Kind == "closed channel");
        Assert.That((remark.CauseInput, remark.CauseElement), Is.EqualTo((1, 1)));
        Assert.That(run.Explainer.Terms(run.Values, 0, 1).Select(term => term.Label), Is.EqualTo(new[] { "direct", "through μ", "through r" }));
    }

    [Test]
    public void Heads_are_named_by_what_they_are()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new HeadNorm(4, 2), [new(1, 3, 16), new(2), new(2)]));
        string Of(int element) => run.Explainer.Describe(run.Values, 0, element);
        Assert.That(Of(16 + 7), Is.EqualTo("token 1, head 3 (query), channel 1"));
        Assert.That(Of(32 + 10), Is.EqualTo("token 2, head 1 (key), channel 0"));
        Assert.That(Of(13), Is.EqualTo("token 0, head 0 (value), channel 1"));
        Assert.That(run.Explainer.Terms(run.Values, 1, 0), Has.Count.EqualTo(3 * 4), "query heads of all tokens");
        Assert.That(run.Explainer.Terms(run.Values, 2, 0), Has.Count.EqualTo(3 * 2), "key heads");
    }

    [TestCase(1, 1)]
    [TestCase(1, 5)]
    [TestCase(5, 1)]
    public void Awkward_sizes_add_up(int rows, int columns)
    {
        foreach (Func<OpExample> make in (Func<OpExample>[])[
            () => new OpExample(_ => new RmsNorm(0.1f), [new(1, rows, columns), new(columns)]),
            () => new OpExample(_ => new RmsNorm(0.1f), [new(columns), new(columns)]),
            () => new OpExample(_ => new LayerNorm(0.1f), [new(rows, columns), new(columns), new(columns)]),
            () => new OpExample(_ => new HeadNorm(1, 1, 0.1f), [new(1, rows, 3 * columns), new(columns), new(columns)])])
        {
            ExplainedSums.Hold(make());
        }
    }

    private static void Set(float[][] inputs, float[] upstream, float[] x, float[] w, float[] dy)
    {
        x.CopyTo(inputs[0], 0);
        w.CopyTo(inputs[1], 0);
        dy.CopyTo(upstream, 0);
    }
}
