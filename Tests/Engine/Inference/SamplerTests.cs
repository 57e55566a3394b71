using PureLlm.Engine.Inference;

namespace PureLlm.Tests.Engine.Inference;

public class SamplerTests
{
    private static readonly float[] Logits = [.. new[] { 0.4, 0.1, 0.3, 0.15, 0.05 }.Select(p => (float)Math.Log(p))];

    private static double[] Frequencies(SamplingOptions options, int draws = 20_000, float[]? logits = null, int[]? seen = null)
    {
        logits ??= Logits;
        Sampler sampler = new(logits.Length);
        foreach (int token in seen ?? []) { sampler.Note(token); }
        double[] shares = new double[logits.Length];
        for (int i = 0; i < draws; i++) { shares[sampler.Sample(logits, options, i)] += 1.0 / draws; }
        return shares;
    }

    [Test]
    public void Plain_sampling_draws_from_the_softmax() =>
        Assert.That(Frequencies(new()), Is.EqualTo(new[] { 0.4, 0.1, 0.3, 0.15, 0.05 }).Within(0.015));

    [Test]
    public void Temperature_raises_probabilities_to_its_inverse() =>
        Assert.That(Frequencies(new() { Temperature = 0.5 })[0], Is.EqualTo(0.16 / 0.285).Within(0.015));

    [Test]
    public void Temperature_0_takes_the_largest_logit_and_the_lowest_id_among_equals()
    {
        Sampler sampler = new(4);
        Assert.That(sampler.Sample([1f, 3f, 3f, -1f], new() { Temperature = 0 }, 0), Is.EqualTo(1));
        Assert.That(sampler.Sample([-0f, 0f, -1f, -2f], new() { Temperature = 0 }, 0), Is.Zero);
        Assert.That(sampler.Candidates, Is.EqualTo(1));
    }

    [TestCase(1, new[] { 1.0, 0, 0, 0, 0 })]
    [TestCase(2, new[] { 4.0 / 7, 0, 3.0 / 7, 0, 0 })]
    [TestCase(99, new[] { 0.4, 0.1, 0.3, 0.15, 0.05 })]
    public void Top_k_keeps_the_k_most_likely(int k, double[] expected) =>
        Assert.That(Frequencies(new() { TopK = k }), Is.EqualTo(expected).Within(0.015));

    [TestCase(0.01, new[] { 1.0, 0, 0, 0, 0 })]
    [TestCase(0.41, new[] { 4.0 / 7, 0, 3.0 / 7, 0, 0 })]
    [TestCase(0.75, new[] { 0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85, 0 })]
    [TestCase(0.999, new[] { 0.4, 0.1, 0.3, 0.15, 0.05 })]
    public void Top_p_keeps_the_token_that_crosses(double p, double[] expected) =>
        Assert.That(Frequencies(new() { TopP = p }), Is.EqualTo(expected).Within(0.015));

    [TestCase(0.3, new[] { 0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85, 0 })]
    [TestCase(1, new[] { 1.0, 0, 0, 0, 0 })]
    public void Min_p_keeps_what_is_likely_enough_beside_the_most_likely(double p, double[] expected) =>
        Assert.That(Frequencies(new() { MinP = p }), Is.EqualTo(expected).Within(0.015));

    [Test]
    public void Equal_logits_at_the_border_of_top_k_keep_the_lower_ids()
    {
        double[] shares = Frequencies(new() { TopK = 3 }, logits: [1f, 1f, 1f, 1f, 1f]);
        Assert.That(shares[3] + shares[4], Is.Zero);
        Assert.That(shares[..3], Is.All.GreaterThan(0.3));
    }

    [Test]
    public void The_repetition_penalty_divides_positive_logits_and_multiplies_negative_ones()
    {
        float[] logits = [2f, 2f, -1f, -1f];
        double[] shares = Frequencies(new() { RepetitionPenalty = 2 }, logits: logits, seen: [0, 2]);
        double[] expected = [Math.E, Math.Exp(2), Math.Exp(-2), Math.Exp(-1)];
        Assert.That(shares, Is.EqualTo(expected.Select(x => x / expected.Sum())).Within(0.015));
    }

    [Test]
    public void A_logit_of_minus_infinity_is_never_drawn_and_NaN_is_an_error()
    {
        Assert.That(Frequencies(new() { Temperature = 5 }, logits: [0f, float.NegativeInfinity, 0f])[1], Is.Zero);
        Sampler sampler = new(3);
        Assert.That(() => sampler.Sample([0f, float.NaN, 0f], new(), 0), Throws.TypeOf<ArithmeticException>().With.Message.Contains("token 1"));
        Assert.That(() => sampler.Sample([float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity], new(), 0), Throws.TypeOf<ArithmeticException>());
    }

    [Test]
    public void The_same_seed_stream_and_index_draw_the_same_token()
    {
        Sampler sampler = new(5);
        int[] Draw(ulong seed, ulong stream) => [.. Enumerable.Range(0, 50).Select(i => sampler.Sample(Logits, new() { Seed = seed, Stream = stream }, i))];
        int[] first = Draw(1, 2);
        Assert.That(Draw(1, 2), Is.EqualTo(first));
        Assert.That(Draw(1, 3), Is.Not.EqualTo(first));
        Assert.That(Draw(2, 2), Is.Not.EqualTo(first));
    }

    [Test]
    public void Large_vocabularies_are_cut_as_a_full_sort_would([Values(1, 7, 500, 4999)] int k)
    {
        float[] logits = [.. Enumerable.Range(0, 5000).Select(i => (float)Math.Sin(i * 12.9898) * 4)];
        HashSet<int> kept = [.. Enumerable.Range(0, 5000).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(k)];
        Sampler sampler = new(5000);
        for (int i = 0; i < 300; i++) { Assert.That(kept, Does.Contain(sampler.Sample(logits, new() { TopK = k, Temperature = 3 }, i))); }
        Assert.That(sampler.Candidates, Is.EqualTo(k));
        sampler.Sample(logits, new() { TopP = 0.5 }, 0);
        double sum = logits.Sum(x => Math.Exp(x)), share = 0;
        int needed = logits.OrderByDescending(x => x).TakeWhile(x => (share += Math.Exp(x) / sum) < 0.5).Count() + 1;
        Assert.That(sampler.Candidates, Is.EqualTo(needed));
    }

    [Test]
    public void Log_probabilities_are_those_of_the_plain_distribution()
    {
        Assert.That(Sampler.LogProbability(Logits, 2), Is.EqualTo(Math.Log(0.3)).Within(1e-6));
        Assert.That(Sampler.LogProbability([1000f, 0f], 1), Is.EqualTo(-1000).Within(1e-9));
    }

    [Test]
    public void Drawing_allocates_nothing()
    {
        Sampler sampler = new(5);
        SamplingOptions options = new() { TopK = 4, TopP = 0.9, MinP = 0.01, RepetitionPenalty = 1.1 };
        sampler.Sample(Logits, options, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) { sampler.Sample(Logits, options, i); }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Options_out_of_range_are_named()
    {
        Assert.That(() => new SamplingOptions { Temperature = -1 }.Check(), Throws.ArgumentException.With.Message.Contains("temperature"));
        Assert.That(() => new SamplingOptions { TopP = 0 }.Check(), Throws.ArgumentException.With.Message.Contains("top-p"));
        Assert.That(() => new SamplingOptions { Stop = [""] }.Check(), Throws.ArgumentException.With.Message.Contains("stop"));
    }
}
