using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Tests.Engine.Modules;

public class ArchitectureTests
{
    private static readonly ModelConfig Rope = TestModel.Small with { Position = PositionKind.Rope };

    [Test]
    public void A_token_never_sees_what_comes_after_it([Values] PositionKind position, [Values(0, 3)] int window)
    {
        using TestModel test = new TestModel(TestModel.Small with { Position = position, Window = window }, batch: 1, time: 8).Scramble();
        float[] before = test.Logits();
        int[] ids = test.Batch.Inputs.ToArray();
        ids[5] = (ids[5] + 1) % TestModel.Vocabulary;
        test.Batch.Inputs.Set(ids);
        float[] after = test.Logits();
        Assert.That(after[..(5 * TestModel.Vocabulary)], Is.EqualTo(before[..(5 * TestModel.Vocabulary)]));
        Assert.That(after[(5 * TestModel.Vocabulary)..], Is.Not.EqualTo(before[(5 * TestModel.Vocabulary)..]));
    }

    [Test]
    public void A_window_of_w_reaches_w_minus_1_back_in_each_layer()
    {
        using TestModel test = new TestModel(TestModel.Small with { Position = PositionKind.None, Window = 2, Layers = 2 }, batch: 1, time: 8).Scramble();
        float[] before = test.Logits();
        int[] ids = test.Batch.Inputs.ToArray();
        ids[1] = (ids[1] + 1) % TestModel.Vocabulary;
        test.Batch.Inputs.Set(ids);
        float[] after = test.Logits();
        int[] changed = [.. Enumerable.Range(0, 8).Where(t => !after.AsSpan(t * TestModel.Vocabulary, TestModel.Vocabulary).SequenceEqual(before.AsSpan(t * TestModel.Vocabulary, TestModel.Vocabulary)))];
        Assert.That(changed, Is.EqualTo(new[] { 1, 2, 3 }), "two layers, one position each");
    }

    [Test]
    public void Rotary_attention_depends_only_on_distances([Values] RopeStyle style)
    {
        // The same token everywhere but at one place: shifting that place by 2 shifts the last rows' attention alike when the window hides the beginning.
        using TestModel test = new TestModel(Rope with { RopeStyle = style, Window = 3, Layers = 1 }, batch: 1, time: 8).Scramble();
        float[] Row(int place, int row)
        {
            int[] ids = new int[8];
            ids[place] = 4;
            test.Batch.Inputs.Set(ids);
            return test.Logits()[(row * TestModel.Vocabulary)..((row + 1) * TestModel.Vocabulary)];
        }
        Assert.That(Row(5, 6), Is.EqualTo(Row(3, 4)).Within(1e-5f));
        Assert.That(Row(5, 7), Is.EqualTo(Row(3, 5)).Within(1e-5f));
        Assert.That(Row(5, 7), Is.Not.EqualTo(Row(5, 6)).Within(1e-4f));
    }

    [Test]
    public void As_many_key_heads_as_query_heads_with_copied_rows_equal_shared_ones()
    {
        using TestModel grouped = new TestModel(Rope with { KeyValueHeads = 2 }).Scramble(), multi = new TestModel(Rope).Scramble();
        foreach (Parameter parameter in grouped.Model.Parameters)
        {
            ReadOnlySpan<float> from = parameter.Tensor.Data.Span;
            Span<float> into = multi.Parameter(parameter.Name).Tensor.Data.Span;
            if (!parameter.Name.Contains("qkv", StringComparison.Ordinal))
            {
                from.CopyTo(into);
                continue;
            }
            const int Head = 4 * 16;
            for (int head = 0; head < 12; head++)
            {
                int shared = head < 4 ? head : head < 8 ? 4 + ((head - 4) / 2) : 6 + ((head - 8) / 2);
                from.Slice(shared * Head, Head).CopyTo(into.Slice(head * Head, Head));
            }
        }
        Assert.That(multi.Logits(), Is.EqualTo(grouped.Logits()));
    }

    [Test]
    public void Tables_hold_float64_values_rounded_once()
    {
        using TestModel test = new(Rope);
        using PositionTable table = PositionTable.Rotary(Rope with { Context = 300 })!, waves = PositionTable.Sinusoids(Rope with { Position = PositionKind.Sinusoidal })!;
        table.Allocate(test.Backend);
        Assert.That(table.Tensor.Shape, Is.EqualTo(new Shape(300, 4)));
        Assert.That(table.Tensor.Data.Span[(299 * 4)..].ToArray(), Is.EqualTo(new[] { (float)Math.Cos(299), (float)Math.Cos(2.99), (float)Math.Sin(299), (float)Math.Sin(2.99) }));
        waves.Allocate(test.Backend);
        Assert.That(waves.Tensor.Data.Span[(7 * 16)..((7 * 16) + 4)].ToArray(), Is.EqualTo(new[]
        {
            (float)Math.Sin(7), (float)Math.Cos(7), (float)Math.Sin(7 * Math.Pow(10000, -0.125)), (float)Math.Cos(7 * Math.Pow(10000, -0.125)),
        }));
    }

    [Test]
    public void Loss_and_logits_tell_the_same()
    {
        using TestModel test = new TestModel(TestModel.Small with { Tie = true }).Scramble();
        float[] logits = test.Logits();
        int[] targets = test.Batch.Targets.ToArray();
        double loss = 0;
        for (int row = 0; row < targets.Length; row++)
        {
            float[] z = logits[(row * TestModel.Vocabulary)..((row + 1) * TestModel.Vocabulary)];
            loss += (Math.Log(z.Sum(x => Math.Exp(x))) - z[targets[row]]) / targets.Length;
        }
        Assert.That(test.Loss(), Is.EqualTo(loss).Within(1e-5));
    }

    [Test]
    public void Sizes_that_do_not_fit_are_refused_before_any_memory_is_taken()
    {
        Assert.That(() => LanguageModel.Create(TestModel.Small with { KeyValueHeads = 3 }, 7), Throws.ArgumentException.With.Message.Contains("3 key and value heads"));
        Assert.That(() => LanguageModel.Create(TestModel.Small, 0), Throws.ArgumentException.With.Message.Contains("vocabulary"));
        Assert.That(() => LanguageModel.Create(Rope with { HeadSize = 1 }, 7), Throws.ArgumentException.With.Message.Contains("rope"));
    }

    [Test]
    public void The_encoder_decoder_learns_to_reverse_its_source()
    {
        const int Length = 5, Batch = 24, Letters = 6, Start = 6;
        ModelConfig config = new()
        {
            Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder,
            Layers = 1,
            Width = 32,
            Heads = 4,
            Context = Length,
            Mlp = MlpKind.Relu,
            Norm = NormKind.LayerNorm,
            NormPosition = NormPosition.Post,
            Position = PositionKind.Sinusoidal,
            Bias = true,
            Tie = true,
            Init = InitKind.XavierUniform,
        };
        using TestModel test = new(config, Batch, Length, Letters + 1, threads: 2);
        using AdamW adam = new(test.Backend, test.Model.Slabs, 0.9, 0.98, 1e-8, 0);
        float loss = 0;
        for (int step = 1; step <= 400; step++)
        {
            int[] source = [.. Enumerable.Range(0, Batch * Length).Select(i => CounterRandom.Below(new RandomStream(1, (ulong)step), (ulong)i, Letters))];
            int[] target = [.. source.Chunk(Length).SelectMany(row => row.Reverse())];
            int[] inputs = [.. target.Chunk(Length).SelectMany(row => row.SkipLast(1).Prepend(Start))];
            test.Batch.Source!.Set(source);
            test.Batch.Inputs.Set(inputs);
            test.Batch.Targets.Set(target);
            loss = test.Step();
            adam.Step(step, 4e-3 * Math.Min(1, step / 20.0), 1);
        }
        Assert.That(loss, Is.LessThan(0.1));
    }
}
