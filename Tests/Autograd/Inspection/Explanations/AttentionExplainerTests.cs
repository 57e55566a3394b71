using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

public sealed class AttentionExplainerTests
{
    // One head of two channels: a row is q0 q1 k0 k1 v0 v1.
    private const int Row = 6;

    [Test]
    public void A_query_is_explained_as_one_would_by_hand()
    {
        // Token 1 has scores 0 and √2·ln 3/√2 = ln 3, so p = (1/4, 3/4); dp = dy·v = (1, 2), δ = 7/4.
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new Attention(1, 1, causal: true), [new(1, 2, Row)]), prepare: (inputs, dy) =>
        {
            float[] x = [0, 0, 0, 0, 1, 0, 1, 0, (float)(Math.Sqrt(2) * Math.Log(3)), 5, 2, 0];
            x.CopyTo(inputs[0], 0);
            ((float[])[0, 0, 1, 0]).CopyTo(dy, 0);
        });
        string[] lines = [.. run.Explainer.Rule(run.Values, 0, Row).Select(line => $"{line.Name} = {line.Expression} = {NumberText.Of(line.Value)}")];
        Assert.That(lines, Is.EqualTo(new[]
        {
            "s[1,1] = q[1]·k[1]/√2 = 1.09861",
            "p[1,1] = exp(s) / Σ exp(s) of the 2 tokens that token 1 sees = 0.75",
            "dp[1,1] = dy[1]·v[1] = 2",
            "δ[1] = Σ p ⊙ dp of the 2 tokens that token 1 sees = 1.75",
            "ds[1,1] = p·(dp − δ) = 0.75·(2 − 1.75) = 0.1875",
            "dq[1,0] = Σ ds·k/√D over 2 tokens = 0.20599",
            "dq[1,0] = −0.1875·0·0.707107 + 0.1875·1.55367·0.707107 = 0.20599",
        }));
        Assert.That(run.Explainer.Describe(run.Values, 0, Row), Is.EqualTo("token 1, head 0 (query), channel 0"));
        Assert.That(run.Explainer.Describe(run.Values, 0, Row + 3), Is.EqualTo("token 1, head 0 (key), channel 1"));
    }

    [Test]
    public void The_first_token_sees_itself_alone_and_later_ones_are_masked()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new Attention(1, 1, causal: true, window: 2), [new(1, 5, Row)]));
        Assert.That(Remarks(run, 0), Is.EqualTo(new[]
        {
            "token 0 sees only token 0: p = 1 whatever the score, so its query and that score get no gradient",
            "tokens 1 to 4 are later than token 0: causally masked, p is exactly 0 and no gradient passes",
        }));
        Assert.That(Remarks(run, 3 * Row), Is.EqualTo(new[]
        {
            "token 4 is later than token 3: causally masked, p is exactly 0 and no gradient passes",
            "tokens 0 to 1 are outside the window of 2: p is exactly 0 and no gradient passes",
        }));
        Assert.That(Remarks(run, (2 * Row) + 4), Has.Some.StartsWith("tokens 0 to 1 are earlier than token 2").And.Some.StartsWith("token 4 is too far on to see token 2"));
        Assert.That(run.Explainer.Terms(run.Values, 0, (2 * Row) + 4).Select(term => term.Label), Is.EqualTo(new[] { "token 2", "token 3" }), "those that see it");
    }

    [Test]
    public void A_saturated_softmax_is_noticed_with_the_key_that_took_it_all()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new Attention(1, 1, causal: false), [new(1, 3, Row)]), prepare: (inputs, _) =>
        {
            (inputs[0][0], inputs[0][1]) = (20, 0);
            for (int token = 0; token < 3; token++) { inputs[0][(token * Row) + 2] = token; }
        });
        Observation saturated = run.Explainer.Observe(run.Values, 0, 1).Single(remark => remark.Kind == "saturated");
        Assert.That(saturated.Text, Does.StartWith("p[0,2] = 0.999999"));
        Assert.That((saturated.CauseInput, saturated.CauseElement), Is.EqualTo((0, (2 * Row) + 3)), "channel 1 of its key");
        Assert.That(Remarks(run, Row), Has.None.Contains("saturated"));
    }

    [Test]
    public void Keys_that_no_query_sees_get_exactly_nothing()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new Attention(1, 1, causal: true, window: 1), [new(1, 2, 2), new(1, 4, 4)]));
        Assert.That(run.Explainer.Terms(run.Values, 1, 0), Is.Empty);
        Assert.That(run.Share(1)[..8], Is.All.Zero, "queries stand at the last two positions");
        Assert.That(Remarks(run, 0, input: 1), Is.EqualTo(new[] { "no query sees token 0: its gradient is exactly 0" }));
        Assert.That(run.Explainer.Rule(run.Values, 1, 0).Single().Value, Is.Zero);
    }

    [Test]
    public void Factors_say_which_number_they_are()
    {
        using CpuBackend backend = new(1);
        using ExplainedRun run = new(backend, new OpExample(_ => new Attention(4, 2, causal: true), [new(2, 3, 24)]));
        for (int element = 0; element < run.Inputs[0].Shape.Length; element++)
        {
            foreach (Factor factor in run.Explainer.Terms(run.Values, 0, element).Select(term => term.Factors[1]))
            {
                ReadOnlySpan<float> from = factor.Input == Observation.Upstream ? run.Values.OutputGradient : run.Values.Input(factor.Input);
                Assert.That(factor.Value, Is.EqualTo(from[factor.Element]), factor.Name);
            }
        }
    }

    [TestCase(1, 0)]
    [TestCase(1, 5)]
    [TestCase(3, 1)]
    [TestCase(3, 3)]
    [TestCase(4, 9)]
    public void Awkward_lengths_and_windows_add_up(int time, int window)
    {
        ExplainedSums.Hold(new OpExample(_ => new Attention(2, 1, causal: true, window), [new(1, time, 12)]));
        ExplainedSums.Hold(new OpExample(_ => new Attention(1, 1, causal: true, window), [new(2, time, 3)]), every: 1);
        ExplainedSums.Hold(new OpExample(_ => new Attention(2, 2, causal: false), [new(1, time, 6), new(1, 1, 12)]));
        ExplainedSums.Hold(new OpExample(_ => new Attention(1, 1, causal: true, window), [new(1, time, 3), new(1, time + 2, 6)]));
    }

    [Test]
    public void Long_sequences_add_up_from_what_the_kernels_recorded() =>
        ExplainedSums.Hold(new OpExample(_ => new Attention(2, 1, causal: true), [new(1, AttentionCall.Exact + 30, 4 * 8)]), every: 97);

    [TestCase(2, false)]
    [TestCase(6, true)]
    [TestCase(6, false)]
    public void Rotations_of_few_channels_add_up(int turned, bool interleaved)
    {
        ExplainedSums.Hold(new OpExample(_ => new Rotary(1, 1, interleaved), [new(1, 1, 6), new(1, turned)], Constants: [1]));
        ExplainedSums.Hold(new OpExample(_ => new Rotary(3, 2, interleaved), [new(2, 2, 18), new(2, turned)], Constants: [1]));
    }

    private static string[] Remarks(ExplainedRun run, int element, int input = 0) => [.. run.Explainer.Observe(run.Values, input, element).Select(remark => remark.Text)];
}
