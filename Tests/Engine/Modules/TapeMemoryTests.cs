using System.Runtime.InteropServices;
using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Tests.Engine.Modules;

/// <summary>Whole models whose tape shares memory, against the same models whose tape keeps everything.</summary>
public class TapeMemoryTests
{
    private static readonly ModelConfig s_base = TestModel.Small with { Layers = 3, Dropout = 0.2 };

    private static readonly (string Name, ModelConfig Config)[] s_models =
    [
        ("gpt-2", s_base with { Norm = NormKind.LayerNorm, Mlp = MlpKind.Gelu, Bias = true, Tie = true, Position = PositionKind.Learned }),
        ("llama", s_base with { Norm = NormKind.RmsNorm, Mlp = MlpKind.Swiglu, Position = PositionKind.Rope, KeyValueHeads = 2, QkNorm = true }),
        ("llama without dropout", s_base with { Mlp = MlpKind.Swiglu, Position = PositionKind.Rope, Dropout = 0 }),
        ("2017", s_base with { Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder, NormPosition = NormPosition.Post, Norm = NormKind.LayerNorm, Position = PositionKind.Sinusoidal, Bias = true, Tie = true, EncoderLayers = 2 }),
        ("modern encoder-decoder", s_base with { Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder, Position = PositionKind.Rope, KeyValueHeads = 2, Dropout = 0 }),
    ];

    private static IEnumerable<TestCaseData> Models => s_models.Select(model => new TestCaseData(model.Config).SetArgDisplayNames(model.Name));

    private static IEnumerable<TestCaseData> ModelsAndModes =>
        from model in s_models
        from mode in Enum.GetValues<Recomputation>()
        select new TestCaseData(model.Config, mode).SetArgDisplayNames(model.Name, mode.ToString());

    [TestCaseSource(nameof(ModelsAndModes))]
    public void Loss_and_gradients_have_the_bits_of_a_tape_that_keeps_everything(ModelConfig config, Recomputation mode)
    {
        foreach (int threads in (int[])[1, 3])
        {
            (float[] losses, uint[] gradients) = Train(config, null, threads);

            // What is released turns to NaN: a value that is read too late could not be missed.
            (float[] planned, uint[] plannedGradients) = Train(config, new TapeMemory(mode) { Poisons = true }, threads);
            Assert.That(planned, Is.EqualTo(losses));
            Assert.That(plannedGradients, Is.EqualTo(gradients));
            Assert.That(Train(config, new TapeMemory(mode), threads).Gradients, Is.EqualTo(gradients));
        }
    }

    [TestCaseSource(nameof(Models))]
    public void A_plan_needs_less_memory_and_recomputation_less_again(ModelConfig config)
    {
        long kept = Held(config, null), planned = Held(config, new TapeMemory()), selective = Held(config, new TapeMemory(Recomputation.Selective)), block = Held(config, new TapeMemory(Recomputation.Block));
        Assert.That(planned, Is.LessThan(0.62 * kept));
        Assert.That(selective, Is.LessThan(planned));
        Assert.That(block, Is.LessThan(selective));
        Assert.That(Held(config, new TapeMemory(Activations: StorageFormat.BFloat16)), Is.LessThan(planned));
    }

    [TestCaseSource(nameof(Models))]
    public void A_loss_that_is_read_before_the_backward_pass_has_the_same_bits(ModelConfig config)
    {
        using TestModel after = new TestModel(config, memory: new TapeMemory()).Scramble(), before = new TestModel(config, memory: new TapeMemory { Poisons = true }).Scramble();
        for (int i = 0; i < 3; i++)
        {
            float expected = after.Step();
            before.Tape.Reset();
            Tensor loss = before.Model.Loss(before.Tape, before.Batch);
            Assert.That(loss.Data.Span[0], Is.EqualTo(expected));
            before.Model.Backward(before.Tape, loss);
            Assert.That(before.Model.Slabs.Gradients.Span.ToArray(), Is.EqualTo(after.Model.Slabs.Gradients.Span.ToArray()));
        }
    }

    [Test]
    public void A_loss_that_was_not_read_before_the_next_step_is_refused()
    {
        using TestModel test = new(s_models[0].Config, memory: new TapeMemory());
        test.Step();
        test.Tape.Reset();
        Tensor loss = test.Model.Loss(test.Tape, test.Batch);
        test.Tape.Reset();
        Assert.That(() => loss.Data, Throws.InvalidOperationException.With.Message.Contains("before its tape was reset"));
    }

    [Test]
    public void A_warmed_step_allocates_nothing([Values] Recomputation mode, [Values(StorageFormat.Float32, StorageFormat.BFloat16)] StorageFormat format)
    {
        using TestModel test = new(s_models[1].Config, memory: new TapeMemory(mode, format));
        for (int i = 0; i < 3; i++) { test.Step(); }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3; i++) { test.Step(); }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Every_value_has_the_same_address_in_every_step()
    {
        using TestModel test = new(s_models[1].Config, memory: new TapeMemory(Recomputation.Block));
        Addresses addresses = new();
        test.Tape.Observer = addresses;
        test.Step();
        (View Output, View Gradient)[] first = [.. addresses.Seen];
        for (int i = 0; i < 2; i++)
        {
            addresses.Seen.Clear();
            test.Step();
            Assert.That(addresses.Seen, Is.EqualTo(first));
        }
        Assert.That(first, Has.Length.GreaterThan(40));
    }

    [TestCaseSource(nameof(Models))]
    public void An_evaluation_shares_memory_too(ModelConfig config)
    {
        using TestModel test = new TestModel(config).Scramble();
        using Tape kept = new(test.Backend, records: false), planned = new(test.Backend, records: false, new TapeMemory { Poisons = true });
        for (int i = 0; i < 2; i++)
        {
            kept.Reset();
            planned.Reset();
            float expected = test.Model.Loss(kept, test.Batch).Data.Span[0];
            Assert.That(test.Model.Loss(planned, test.Batch).Data.Span[0], Is.EqualTo(expected));
        }
        Assert.That(planned.FloatsHeld, Is.LessThan(kept.FloatsHeld / 2));
    }

    [TestCaseSource(nameof(Models))]
    public void Sixteen_bits_between_the_passes_change_the_gradients_by_their_last_digits_alone(ModelConfig config)
    {
        uint[] expected = Train(config, new TapeMemory(), threads: 1, steps: 1).Gradients;
        foreach ((StorageFormat format, double tolerance) in ((StorageFormat, double)[])[(StorageFormat.BFloat16, 0.01), (StorageFormat.Float16, 0.0015)])
        {
            uint[] actual = Train(config, new TapeMemory(Activations: format), threads: 1, steps: 1).Gradients;
            double difference = 0, norm = 0;
            for (int i = 0; i < actual.Length; i++)
            {
                double x = BitConverter.UInt32BitsToSingle(expected[i]), error = BitConverter.UInt32BitsToSingle(actual[i]) - x;
                (difference, norm) = (difference + (error * error), norm + (x * x));
            }
            Assert.That(Math.Sqrt(difference / norm), Is.InRange(1e-5, tolerance), $"{format}: relative distance of the gradients");
        }
    }

    [TestCaseSource(nameof(ModelsAndModes))]
    public void Sixteen_bits_give_the_same_bits_on_any_number_of_threads_and_read_nothing_too_late(ModelConfig config, Recomputation mode)
    {
        TapeMemory memory = new(mode, StorageFormat.BFloat16);
        (float[] losses, uint[] gradients) = Train(config, memory, threads: 1);
        (float[] otherLosses, uint[] otherGradients) = Train(config, memory with { Poisons = true }, threads: 3);
        Assert.That(otherLosses, Is.EqualTo(losses));
        Assert.That(otherGradients, Is.EqualTo(gradients));
    }

    private static long Held(ModelConfig config, TapeMemory? memory)
    {
        using TestModel test = new(config, batch: 4, time: 8, memory: memory);
        test.Step();
        return test.Tape.FloatsHeld;
    }

    /// <summary>Losses of some steps and the bits of the last gradients; the weights move between them.</summary>
    private static (float[] Losses, uint[] Gradients) Train(ModelConfig config, TapeMemory? memory, int threads, int steps = 3)
    {
        using TestModel test = new TestModel(config, batch: 3, time: 7, threads: threads, memory: memory).Scramble();
        float[] losses = new float[steps];
        for (int i = 0; i < losses.Length; i++)
        {
            test.Model.SetRandomness(11, i, 0);
            losses[i] = test.Step();
            test.Backend.Accumulate(test.Model.Slabs.Gradients, test.Model.Slabs.Values, -0.1f);
        }
        return (losses, MemoryMarshal.Cast<float, uint>(test.Model.Slabs.Gradients.Span).ToArray());
    }

    private sealed class Addresses : ITapeObserver
    {
        public List<(View Output, View Gradient)> Seen { get; } = [];

        public void OnForward(Node node) => Seen.Add((node.Output.Data, node.Output.Grad));

        public void OnBackward(Node node) => Seen.Add((node.Output.Data, node.Output.Grad));
    }
}
