using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

public sealed class LossExplainerTests
{
    [Test]
    public void A_logit_is_explained_as_one_would_by_hand()
    {
        // p = (1/4, 3/4), the target is the unlikely one.
        using CpuBackend backend = new(1);
        using ExplainedRun run = Loss(backend, [0], [0, (float)Math.Log(3)]);
        string[] lines = [.. run.Explainer.Rule(run.Values, 0, 0).Select(line => $"{line.Name} = {line.Expression} = {NumberText.Of(line.Value)}")];
        Assert.That(lines, Is.EqualTo(new[]
        {
            "a = the weight of each of 1 tokens that count = 1",
            "logsumexp = ln Σ exp(z) of 2 logits = 1.38629",
            "p[0,0] = exp(z − logsumexp) = exp(0 − 1.38629) = 0.25",
            "[0 = 0] = 1: this is the target = 1",
            "dz[0,0] = dL·a·(p[0,0] − [0 = 0]) = −0.75",
            "dz[0,0] = 1·1·(0.25 − 1) = −0.75",
        }));
        Assert.That(run.Explainer.Terms(run.Values, 0, 0).Select(term => term.Label), Is.EqualTo(new[] { "probability", "target" }));
    }

    [TestCase(0f, 5f, "surprised")]
    [TestCase(5f, 0f, "confident")]
    [TestCase(0f, 1f, "outvoted")]
    [TestCase(1f, 0f, null)]
    public void Surprise_and_confidence_are_noticed(float target, float other, string? kind)
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = Loss(backend, [0], [target, other]);
        Assert.That(run.Explainer.Observe(run.Values, 0, 1).Select(remark => remark.Kind), Is.EqualTo(kind is null ? Array.Empty<string>() : [kind]));
    }

    [Test]
    public void An_ignored_target_gives_exactly_nothing()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = Loss(backend, [1, Tokens.Ignored], [1, 2, 3, 4]);
        Assert.That(run.Explainer.Observe(run.Values, 0, 2).Single().Kind, Is.EqualTo("ignored target"));
        Assert.That(run.Explainer.Terms(run.Values, 0, 2), Is.Empty);
        Assert.That(run.Share(0)[2..], Is.All.Zero);
        Assert.That(run.Explainer.Rule(run.Values, 0, 3).Single().Value, Is.Zero);
    }

    [Test]
    public void Of_a_large_vocabulary_the_largest_terms_are_named_and_the_rest_is_one()
    {
        const int Vocabulary = LinearCrossEntropyExplainer.Named + 500;
        OpExample example = new(b => new LinearCrossEntropy(Embedding.Ids(b, 1, 2, [3, Vocabulary - 1])), [new(1, 2, 8), new(Vocabulary, 8)]);
        ExplainedSums.Hold(example, every: 401);
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, example);
        IReadOnlyList<Term> terms = run.Explainer.Terms(run.Values, 0, 1);
        Assert.That(terms, Has.Count.EqualTo(LinearCrossEntropyExplainer.Named + 1));
        Assert.That(terms[^1].Label, Is.EqualTo("the 500 smallest"));
        Assert.That(terms.Select(term => term.Label), Does.Contain("target, vocabulary 3"));
        Assert.That(Math.Abs(terms[^1].Value), Is.LessThan(500 * terms.Take(terms.Count - 1).Min(term => Math.Abs(term.Value))), "each of them is smaller than any that is named");
    }

    [Test]
    public void A_large_projection_adds_up_from_what_the_kernels_recorded() =>
        ExplainedSums.Hold(new OpExample(b => new LinearCrossEntropy(Embedding.Ids(b, 1, 64, [.. Enumerable.Range(0, 64).Select(i => i * 7 % 600)])), [new(1, 64, 512), new(600, 512)], Low: -0.2f, High: 0.2f), every: 4999);

    [TestCase(1, 2, 1)]
    [TestCase(1, 1, 3)]
    [TestCase(3, 2, 1)]
    [TestCase(2, 1, 1)]
    public void Awkward_sizes_add_up(int rows, int vocabulary, int columns)
    {
        int[] targets = [.. Enumerable.Range(0, rows).Select(i => i % vocabulary)];
        ExplainedSums.Hold(new OpExample(b => new CrossEntropy(Embedding.Ids(b, 1, rows, targets)), [new(1, rows, vocabulary)]));
        ExplainedSums.Hold(new OpExample(b => new LinearCrossEntropy(Embedding.Ids(b, 1, rows, targets)), [new(1, rows, columns), new(vocabulary, columns)]));
        ExplainedSums.Hold(new OpExample(b => new LinearCrossEntropy(Embedding.Ids(b, 1, rows, [.. targets.Select(_ => Tokens.Ignored)])), [new(1, rows, columns), new(vocabulary, columns)]));
    }

    private static ExplainedRun Loss(CpuBackend backend, int[] targets, float[] logits) =>
        new(backend, new OpExample(b => new CrossEntropy(Embedding.Ids(b, 1, targets.Length, targets)), [new(targets.Length, logits.Length / targets.Length)]), prepare: (inputs, dy) =>
        {
            logits.CopyTo(inputs[0], 0);
            dy[0] = 1;
        });
}
