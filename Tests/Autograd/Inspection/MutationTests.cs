using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;
using PureLlm.Tests.Autograd.Inspection.Explanations;
using PureLlm.Tests.Autograd.Inspection.Mutations;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Autograd.Inspection.Mutations.ArithmeticMutants;
using static PureLlm.Tests.Autograd.Inspection.Mutations.AttentionMutants;
using static PureLlm.Tests.Autograd.Inspection.Mutations.LossMutants;
using static PureLlm.Tests.Autograd.Inspection.Mutations.NormMutants;

namespace PureLlm.Tests.Autograd.Inspection;

/// <summary>The marks are no decoration: every planted mistake in a backward rule turns a ✓ into a ✗, and without one all hold.</summary>
[TestFixture]
public sealed class MutationTests
{
    private static readonly OpExample
        Product = new(_ => new Multiply(), [new(3, 4), new(3, 4)]),
        Scaled = new(_ => new Scale(0.3f), [new(3, 4)]),
        Residual = new(_ => new Add(), [new(3, 4), new(3, 4)]),
        Linear = new(_ => new MatMul(), [new(4, 4), new(4, 4), new(4)]),
        Positions = new(_ => new AddPositions(), [new(2, 3, 4), new(3, 4)]),
        Table = new(backend => new Embedding(Embedding.Ids(backend, 1, 4, [1, 2, 1, 0])), [new(3, 4)]),
        Activation = new(_ => new Map<Silu>(), [new(3, 4)]),
        Gated = new(_ => new Gate<Silu>(), [new(3, 4), new(3, 4)]),
        Dropped = new(_ => new Dropout(0.4f) { Stream = new RandomStream(1, 2) }, [new(5, 8)]),
        Softmaxed = new(_ => new Softmax(), [new(3, 5)]),
        RootMeanSquare = new(_ => new RmsNorm(), [new(1, 3, 5), new(5)]),
        Layer = new(_ => new LayerNorm(), [new(1, 3, 5), new(5), new(5)]),
        Heads = new(_ => new HeadNorm(2, 1), [new(1, 3, 16), new(4), new(4)]),
        Turned = new(_ => new Rotary(3, 2, interleaved: false), [new(1, 3, 12), new(5, 4)], Constants: [1]),
        Causal = new(_ => new Attention(2, 2, causal: true), [new(1, 4, 24)]),
        Grouped = new(_ => new Attention(4, 2, causal: true, window: 2), [new(1, 5, 32)]),
        Loss = new(backend => new CrossEntropy(Embedding.Ids(backend, 1, 4, [3, 0, Tokens.Ignored, 6])), [new(1, 4, 7)]),
        Fused = new(backend => new LinearCrossEntropy(Embedding.Ids(backend, 1, 5, [0, 12, 5, 5, 1]), chunkRows: 2), [new(1, 5, 6), new(13, 6)]);

    private static readonly Mutation[] All =
    [
        new("product: sign flipped", Product, () => new SignFlippedInProduct()),
        new("product: a factor times itself", Product, () => new OwnFactorInProduct()),
        new("product: += dropped", Product, () => new OverwrittenProduct()),
        new("scale: factor forgotten", Scaled, () => new ScaleForgotten()),
        new("residual: sign flipped", Residual, () => new SignFlippedInSum()),
        new("residual: += dropped", Residual, () => new ResidualOverwritten()),
        new("matrix product: dW transposed", Linear, () => new WeightGradientTransposed()),
        new("matrix product: dx by W transposed", Linear, () => new WeightNotTransposed()),
        new("matrix product: last token skipped", Linear, () => new LastTokenSkipped()),
        new("matrix product: += of dW dropped", Linear, () => new WeightGradientOverwritten()),
        new("bias: last row skipped", Linear, () => new LastRowOfBiasSkipped()),
        new("bias: summed over the wrong axis", Linear, () => new BiasOverTheWrongAxis()),
        new("positions: off by one", Positions, () => new PositionOffByOne()),
        new("embedding: token off by one", Table, () => new TokenOffByOne()),
        new("embedding: repeated token overwrites", Table, () => new RepeatedTokenOverwrites()),
        new("silu: derivative forgotten", Activation, () => new DerivativeForgotten()),
        new("silu: derivative at the result", Activation, () => new DerivativeAtTheResult()),
        new("gate: gate and up exchanged", Gated, () => new GateAndUpExchanged()),
        new("dropout: 1/(1 − rate) forgotten", Dropped, () => new KeptValuesNotScaled()),
        new("dropout: another mask", Dropped, () => new AnotherDropoutMask()),
        new("softmax: without −Σ", Softmaxed, () => new SoftmaxWithoutSum()),
        new("softmax: Σ of dy instead of y ⊙ dy", Softmaxed, () => new SoftmaxSumUnweighted()),
        new("rms norm: mean term missing", RootMeanSquare, () => new NormWithoutMean()),
        new("rms norm: r of another row", RootMeanSquare, () => new NormOfStaleScale()),
        new("rms norm: weight forgotten", RootMeanSquare, () => new NormWeightForgotten()),
        new("rms norm: last row skipped", RootMeanSquare, () => new LastNormRowSkipped()),
        new("layer norm: mean term missing", Layer, () => new LayerNormWithoutMean()),
        new("layer norm: mean of another row", Layer, () => new LayerNormOfStaleMean()),
        new("head norm: weights of queries and keys exchanged", Heads, () => new QueryAndKeyWeightsExchanged()),
        new("head norm: value heads forgotten", Heads, () => new ValueHeadsForgotten()),
        new("rotary: turned the wrong way", Turned, () => new TurnedTheWrongWay()),
        new("rotary: position off by one", Turned, () => new RotaryOffByOnePosition()),
        new("rotary: other pairs", Turned, () => new OtherPairs()),
        new("attention: mask forgotten", Causal, () => new MaskForgotten()),
        new("attention: window off by one", Grouped, () => new WindowOffByOne()),
        new("attention: 1/√d forgotten", Causal, () => new RootOfHeadSizeForgotten()),
        new("attention: without −Σ", Causal, () => new AttentionWithoutSum()),
        new("attention: logsumexp of another row", Causal, () => new StaleLogSumExp()),
        new("attention: keys and values exchanged", Causal, () => new KeysAndValuesExchanged()),
        new("attention: only the first head of a group", Grouped, () => new OnlyTheFirstHeadOfAGroup()),
        new("cross-entropy: target forgotten", Loss, () => new TargetForgotten()),
        new("cross-entropy: weight forgotten", Loss, () => new LossWeightForgotten()),
        new("cross-entropy: ignored row counts", Loss, () => new IgnoredRowCounts()),
        new("cross-entropy: target off by one", Loss, () => new TargetOffByOne()),
        new("cross-entropy: logsumexp of another row", Loss, () => new LossOfStaleLogSumExp()),
        new("fused loss: a chunk overwrites dW", Fused, () => new WeightGradientOverwritten()),
        new("fused loss: target forgotten", Fused, () => new TargetForgotten()),
        new("fused loss: logsumexp of another row", Fused, () => new LossOfStaleLogSumExp()),
    ];

    private static IEnumerable<string> Mutations => All.Select(mutation => mutation.Name);

    private static IEnumerable<TestCaseData> Examples => All.Select(mutation => mutation.Example).Distinct().Select(example => new TestCaseData(example).SetArgDisplayNames(example.Op(new PlainBackend()).Name));

    [TestCaseSource(nameof(Mutations))]
    public void Terms_no_longer_add_up(string mistake)
    {
        Mutation mutation = Find(mistake);
        using PlainBackend backend = mutation.Backend();
        Assert.That(Marks(backend, mutation.Example), Has.Some.Property(nameof(TermSum.Passed)).False);
    }

    [TestCaseSource(nameof(Mutations))]
    public void The_finite_difference_disagrees(string mistake)
    {
        Mutation mutation = Find(mistake);
        using PlainBackend backend = mutation.Backend();
        IReadOnlyList<GradientCheckResult> results = GradientCheck.Run(backend, mutation.Example);
        Assert.That(results[0].Passes(), "the forward result is right");
        Assert.That(results.Skip(1).Any(result => !result.Passes()), string.Join('\n', results));
    }

    [TestCaseSource(nameof(Examples))]
    public void Without_a_mutation_every_mark_holds(OpExample example)
    {
        using PlainBackend backend = new();
        Assert.That(Marks(backend, example), Is.Not.Empty.And.All.Property(nameof(TermSum.Passed)).True);
        Assert.That(GradientCheck.Run(backend, example).Select(result => result.Passes()), Has.All.True);
    }

    [Test]
    public void There_are_many_mutations_of_many_operations()
    {
        Assert.That(All, Has.Length.GreaterThanOrEqualTo(40));
        Assert.That(All.Select(mutation => mutation.Name), Is.Unique);
        Assert.That(All.Select(mutation => mutation.Example).Distinct().Count(), Is.GreaterThanOrEqualTo(15));
    }

    private static Mutation Find(string name) => All.Single(mutation => mutation.Name == name);

    /// <summary>The ✓ or ✗ of every element, on gradients that held something before.</summary>
    private static List<TermSum> Marks(Backend backend, OpExample example)
    {
        using ExplainedRun run = new(backend, example, startGradient: 0.5f);
        List<TermSum> marks = [];
        foreach (int input in run.Explained)
        {
            double[] share = run.Share(input);
            for (int element = 0; element < share.Length; element++) { marks.Add(run.Compare(input, element, share[element])); }
        }
        return marks;
    }
}
