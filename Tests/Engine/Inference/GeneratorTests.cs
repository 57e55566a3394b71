using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inference;
using PureLlm.Engine.Modules;
using PureLlm.Tests.Engine.Modules;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Engine.Inference;

public class GeneratorTests
{
    private static readonly ModelConfig Long = TestModel.Small with { Context = 24 };
    private static readonly SamplingOptions Greedy = new() { Temperature = 0, MaxTokens = 10 };

    private static IEnumerable<TestCaseData> Configurations()
    {
        foreach (PositionKind position in Enum.GetValues<PositionKind>())
        {
            foreach (int shared in (int[])[1, 2, 4])
            {
                foreach (int window in (int[])[0, 5])
                {
                    yield return new TestCaseData(Long with { Position = position, KeyValueHeads = shared, Window = window, QkNorm = shared == 2 }).SetArgDisplayNames($"{position} kv {shared} window {window}");
                }
            }
        }
        yield return new TestCaseData(Long with { Norm = NormKind.LayerNorm, NormPosition = NormPosition.Post, Bias = true, Mlp = MlpKind.Swiglu, Position = PositionKind.Rope, RopeStyle = RopeStyle.Interleaved }).SetArgDisplayNames("post-norm interleaved");
    }

    [TestCaseSource(nameof(Configurations))]
    public void Decoding_with_a_cache_gives_the_bits_of_running_the_whole_sequence(ModelConfig config)
    {
        using TestModel test = new TestModel(config, batch: 1, time: 24, threads: 2, records: false).Scramble();
        int[] ids = test.Batch.Inputs.ToArray();
        float[] whole = test.Logits();
        using Decoder decoder = new(test.Model, test.Backend);
        decoder.Append(ids.AsSpan(0, 9));
        Check(8);
        for (int t = 9; t < 24; t++)
        {
            decoder.Append(ids[t]);
            Check(t);
        }
        decoder.Truncate(4);
        decoder.Append(ids.AsSpan(4, 7));
        Check(10);
        Assert.That(test.Logits(), Is.EqualTo(whole), "the model runs whole sequences again");

        void Check(int t) => Assert.That(decoder.Logits.ToArray(), Is.EqualTo(whole[(t * TestModel.Vocabulary)..((t + 1) * TestModel.Vocabulary)]), $"position {t}");
    }

    [Test]
    public void A_warmed_step_allocates_nothing([Values] bool modern)
    {
        ModelConfig config = modern ? Long with { Position = PositionKind.Rope, QkNorm = true, Mlp = MlpKind.Swiglu } : Long;
        using TestModel test = new(config, threads: 2);
        using Decoder decoder = new(test.Model, test.Backend);
        Sampler sampler = new(TestModel.Vocabulary);
        SamplingOptions options = new() { TopK = 5, TopP = 0.9 };
        decoder.Append([1, 2, 3]);
        for (int i = 0; i < 3; i++) { decoder.Append(sampler.Sample(decoder.Logits, options, i)); }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 3; i < 12; i++) { decoder.Append(sampler.Sample(decoder.Logits, options, i)); }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Greedy_tokens_are_the_largest_logits_of_full_recomputation_with_their_log_probabilities()
    {
        using TestModel test = new TestModel(Long, batch: 1, time: 24, records: false).Scramble();
        using Generator generator = new(test.Model, test.Backend);
        List<int> ids = [3, 1, 4];
        GeneratedToken[] tokens = [.. generator.Generate(ids, Greedy)];
        Assert.That(tokens, Has.Length.EqualTo(10));
        foreach (GeneratedToken token in tokens)
        {
            int[] padded = new int[24];
            ids.CopyTo(padded);
            test.Batch.Inputs.Set(padded);
            float[] logits = test.Logits()[((ids.Count - 1) * TestModel.Vocabulary)..(ids.Count * TestModel.Vocabulary)];
            Assert.That(token.Id, Is.EqualTo(Array.IndexOf(logits, logits.Max())));
            Assert.That(token.LogProbability, Is.EqualTo(logits[token.Id] - Math.Log(logits.Sum(x => Math.Exp(x)))).Within(1e-6));
            ids.Add(token.Id);
        }
    }

    [Test]
    public void A_full_context_slides_to_its_newer_half_or_stops()
    {
        using TestModel test = new TestModel(Long with { Context = 8 }, batch: 1, time: 8).Scramble();
        using Generator generator = new(test.Model, test.Backend), fresh = new(test.Model, test.Backend);
        SamplingOptions options = Greedy with { MaxTokens = 20 };
        int[] prompt = [1, 2, 3, 4, 5];
        int[] slid = [.. generator.Generate(prompt, options).Select(token => token.Id)];
        Assert.That(slid, Has.Length.EqualTo(20));
        // The 4th generated token meets a full context: the last 4 of the 9 tokens are read again.
        int[] kept = [.. prompt.Concat(slid.Take(4)).TakeLast(4)];
        Assert.That(slid[4], Is.EqualTo(fresh.Generate(kept, Greedy with { MaxTokens = 1 }).Single().Id));

        Assert.That(generator.Generate(prompt, options with { Overflow = ContextOverflow.Stop }).Count(), Is.EqualTo(4));
        Assert.That(() => generator.Generate(new int[9], options with { Overflow = ContextOverflow.Stop }), Throws.ArgumentException.With.Message.Contains("9 tokens").And.Message.Contains("context of 8"));
        Assert.That(generator.Generate(new int[30], options).Count(), Is.EqualTo(20));
    }

    [Test]
    public void Changed_weights_are_seen_and_a_shared_beginning_can_be_reused()
    {
        using TestModel test = new TestModel(Long).Scramble();
        using Generator generator = new(test.Model, test.Backend), reusing = new(test.Model, test.Backend) { ReusesPrefix = true };
        int[] Of(Generator from, params int[] prompt) => [.. from.Generate(prompt, Greedy).Select(token => token.Id)];
        int[] first = Of(generator, 1, 2, 3, 4), second = Of(generator, 1, 2, 3, 9);
        Assert.That(Of(reusing, 1, 2, 3, 4), Is.EqualTo(first));
        Assert.That(Of(reusing, 1, 2, 3, 9), Is.EqualTo(second));
        Assert.That(Of(reusing, 1, 2), Is.EqualTo(Of(generator, 1, 2)));
        test.Backend.Scale(test.Model.Slabs.Values, test.Model.Slabs.Values, -1f);
        using Generator fresh = new(test.Model, test.Backend);
        Assert.That(Of(generator, 1, 2, 3, 4), Is.EqualTo(Of(fresh, 1, 2, 3, 4)));
    }

    [Test]
    public void Generating_between_two_steps_does_not_change_training()
    {
        using TestModel plain = new(Long with { Dropout = 0.1 }), sampled = new(Long with { Dropout = 0.1 });
        using Generator generator = new(sampled.Model, sampled.Backend);
        float[] losses = [plain.Step(), plain.Step()];
        float first = sampled.Step();
        _ = generator.Generate([1, 2], Greedy).Count();
        Assert.That(new[] { first, sampled.Step() }, Is.EqualTo(losses));
        Assert.That(sampled.Model.Slabs.Gradients.Span.ToArray(), Is.EqualTo(plain.Model.Slabs.Gradients.Span.ToArray()));
    }

    [Test]
    public void Stop_tokens_end_the_sequence_and_wrong_ids_are_refused()
    {
        using TestModel test = new TestModel(Long).Scramble();
        using Generator generator = new(test.Model, test.Backend);
        int[] free = [.. generator.Generate([1], Greedy).Select(token => token.Id)];
        int stop = free[3];
        int[] stopped = [.. generator.Generate([1], Greedy with { StopTokens = [stop] }).Select(token => token.Id)];
        Assert.That(stopped, Is.EqualTo(free.TakeWhile(id => id != stop)));
        Assert.That(() => generator.Generate([], Greedy), Throws.ArgumentException.With.Message.Contains("empty"));
        Assert.That(() => generator.Generate([13], Greedy).Count(), Throws.ArgumentException.With.Message.Contains("token 13"));
    }

    [Test]
    public void An_encoder_decoder_writes_after_reading_its_source()
    {
        ModelConfig config = TestModel.Small with { Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder, Position = PositionKind.Sinusoidal, NormPosition = NormPosition.Post, Norm = NormKind.LayerNorm };
        using TestModel test = new TestModel(config, batch: 1, time: 5, records: false).Scramble();
        using Generator generator = new(test.Model, test.Backend);
        Assert.That(() => generator.Generate([1], Greedy).Count(), Throws.InvalidOperationException.With.Message.Contains("source"));
        generator.SetSource(test.Batch.Source!.ToArray());
        int[] ids = [1, .. generator.Generate([1], Greedy with { MaxTokens = 4 }).Select(token => token.Id)];
        test.Batch.Inputs.Set(ids);
        float[] logits = test.Logits();
        for (int t = 0; t < 4; t++) { Assert.That(ids[t + 1], Is.EqualTo(Sampler.Largest(logits.AsSpan(t * TestModel.Vocabulary, TestModel.Vocabulary)))); }
        int[] other = test.Batch.Source!.ToArray();
        other[2] = (other[2] + 3) % TestModel.Vocabulary;
        float[] before = generator.Logits.ToArray();
        generator.SetSource(other);
        _ = generator.Generate([1], Greedy with { MaxTokens = 4 }).Count();
        Assert.That(generator.Logits.ToArray(), Is.Not.EqualTo(before));
    }

    [Test]
    public void Text_streams_in_whole_characters_and_ends_before_a_stop_text()
    {
        using TestModel test = new TestModel(Long with { Context = 64 }, vocabulary: 257).Scramble();
        ByteTokenizer tokenizer = new();
        using TextGenerator generator = new(test.Model, tokenizer, test.Backend);
        SamplingOptions options = new() { MaxTokens = 40, Seed = 5, Temperature = 2 };
        List<string> pieces = [];
        GeneratedText free = generator.Complete("ab", options, piece =>
        {
            pieces.Add(piece);
            return true;
        });
        Assert.That(free.Tokens, Has.Count.EqualTo(40));
        Assert.That(free.Reason, Is.EqualTo(StopReason.MaxTokens));
        Assert.That(string.Concat(pieces), Is.EqualTo(free.Text));
        Assert.That(free.Text, Is.EqualTo(tokenizer.Decode([.. free.Tokens.Select(token => token.Id)])));

        string stop = free.Text.Substring(7, 3);
        GeneratedText stopped = generator.Complete("ab", options with { Stop = ["zzzzzz", stop] });
        Assert.That(stopped.Reason, Is.EqualTo(StopReason.StopText));
        Assert.That(stopped.Text, Is.EqualTo(free.Text[..free.Text.IndexOf(stop, StringComparison.Ordinal)]));
        Assert.That(generator.Complete("ab", options, _ => false).Reason, Is.EqualTo(StopReason.Interrupted));
    }

    [Test]
    public void The_end_of_text_ends_a_text_and_starts_an_empty_prompt()
    {
        using TestModel test = new(Long, vocabulary: 257);
        test.Parameter("head.weight").Tensor.Data.Span.Clear();
        Span<float> norm = test.Parameter("norm.weight").Tensor.Data.Span, head = test.Parameter("head.weight").Tensor.Data.Span;
        norm.Fill(0);
        using TextGenerator generator = new(test.Model, new ByteTokenizer(), test.Backend);
        Assert.That(generator.Complete("", Greedy).Text, Is.EqualTo(new string('\0', 10)), "all logits are equal: the lowest id");
        SamplingOptions uniform = new() { MaxTokens = 5000, Overflow = ContextOverflow.Slide };
        GeneratedText ended = generator.Complete("x", uniform);
        Assert.That(ended.Reason, Is.EqualTo(StopReason.EndOfText));
        Assert.That(ended.Tokens.Select(token => token.Id), Has.None.EqualTo(256));
        using TextGenerator endless = new(test.Model, new ByteTokenizer(endOfText: false), test.Backend);
        Assert.That(() => endless.Complete("", Greedy), Throws.ArgumentException.With.Message.Contains("empty"));
    }

    [Test]
    public void A_vocabulary_padded_beyond_the_tokenizers_is_never_drawn_from()
    {
        using TestModel test = new(Long, vocabulary: 300);
        test.Parameter("norm.weight").Tensor.Data.Span.Clear();
        using TextGenerator generator = new(test.Model, new ByteTokenizer(), test.Backend);
        GeneratedText text = generator.Complete("x", new() { MaxTokens = 400, IgnoreEndOfText = true });
        Assert.That(text.Tokens.Select(token => token.Id), Is.All.LessThan(257));
        Assert.That(text.Tokens[0].LogProbability, Is.EqualTo(-Math.Log(300)).Within(1e-6));
    }

    [Test]
    public void Stop_texts_hold_back_only_what_could_begin_one()
    {
        StopTexts text = new(["END", "Q:"]);
        Assert.That(text.Add("abE"), Is.EqualTo("ab"));
        Assert.That(text.Add("N"), Is.Empty);
        Assert.That(text.Add("Q"), Is.EqualTo("EN"));
        Assert.That(text.Add("x"), Is.EqualTo("Qx"));
        Assert.That(text.Add("yENDz"), Is.EqualTo("y"));
        Assert.That(text.IsStopped);
        Assert.That(text.Shown, Is.EqualTo("abENQxy"));
    }
}
