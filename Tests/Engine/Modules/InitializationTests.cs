using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Modules;

public class InitializationTests
{
    private static IEnumerable<TestCaseData> Presets()
    {
        foreach (ModelConfig preset in ModelPresets.All)
        {
            foreach (int vocabulary in preset.Width > 300 ? (int[])[65, 1024] : [65, 150, 300, 600, 1024, 4096])
            {
                // The width decides the size of the logits; a layer or two are enough to see it.
                ModelConfig config = preset with { Layers = preset.Width > 300 ? 1 : 2, EncoderLayers = preset.IsEncoderDecoder ? 1 : 0, Dropout = 0 };
                yield return new TestCaseData(config, vocabulary).SetArgDisplayNames($"{preset.Preset} {vocabulary}");
            }
        }
        foreach (InitKind init in Enum.GetValues<InitKind>())
        {
            foreach (bool tie in (bool[])[false, true])
            {
                yield return new TestCaseData(ModelPresets.Llama with { Layers = 2, Width = 128, Heads = 4, Init = init, Tie = tie }, 65).SetArgDisplayNames($"llama {init} tie {tie}");
            }
        }
    }

    [TestCaseSource(nameof(Presets))]
    public void The_loss_starts_within_a_twentieth_of_ln_V(ModelConfig config, int vocabulary)
    {
        using TestModel test = new(config, batch: 8, time: 32, vocabulary: vocabulary, threads: 2, records: false);
        Assert.That(test.Loss(), Is.EqualTo(Math.Log(vocabulary)).Within(0.05));
    }

    [Test]
    [Explicit]
    [Category("Slow")]
    public void The_loss_of_the_whole_GPT2_124M_starts_within_a_twentieth_of_ln_V()
    {
        using TestModel test = new(ModelPresets.Gpt2, batch: 1, time: 32, vocabulary: 50257, threads: 2, records: false);
        Assert.That(test.Loss(), Is.EqualTo(Math.Log(50257)).Within(0.05));
    }

    [Test]
    public void Matrices_have_the_spread_that_their_distribution_says_and_residual_ones_less()
    {
        using TestModel test = new(TestModel.Small with { Width = 128, MlpWidth = 512, Layers = 4 }, vocabulary: 600);
        Check("embedding.weight", 0.02);
        Check("blocks.1.attention.qkv.weight", 0.02);
        Check("blocks.1.attention.output.weight", 0.02 / Math.Sqrt(8));
        Check("blocks.1.mlp.down.weight", 0.02 / Math.Sqrt(8));
        Check("head.weight", 0.02);
        Assert.That(test.Parameter("norm.weight").Tensor.Data.Span.ToArray(), Is.All.EqualTo(1f));

        void Check(string name, double std)
        {
            float[] values = test.Parameter(name).Tensor.Data.Span.ToArray();
            double mean = values.Average(), deviation = Math.Sqrt(values.Average(x => (x - mean) * (x - mean)));
            double tolerance = 4 / Math.Sqrt(2.0 * values.Length);
            Assert.That(deviation / std, Is.EqualTo(1).Within(tolerance), name);
            Assert.That(mean / std, Is.Zero.Within(5 / Math.Sqrt(values.Length)), name);
        }
    }

    [TestCase(InitKind.XavierUniform, 0.0625)]
    [TestCase(InitKind.XavierNormal, 0.0625)]
    [TestCase(InitKind.KaimingUniform, 0.125)]
    [TestCase(InitKind.KaimingNormal, 0.125)]
    [TestCase(InitKind.Normal, 0.02)]
    public void Other_distributions_have_the_variance_of_their_papers(InitKind init, double expected)
    {
        // mlp.up is [384, 128]: Xavier 2/(128 + 384) = 1/256, Kaiming 2/128 = 1/64.
        using TestModel test = new(TestModel.Small with { Width = 128, MlpWidth = 384, Init = init });
        float[] values = test.Parameter("blocks.0.mlp.up.weight").Tensor.Data.Span.ToArray();
        Assert.That(Math.Sqrt(values.Average(x => (double)x * x)), Is.EqualTo(expected).Within(expected * 0.02));
    }

    [Test]
    public void Weights_are_a_function_of_seed_and_name_alone()
    {
        using TestModel two = new(TestModel.Small), three = new(TestModel.Small with { Layers = 3, Init = InitKind.Normal }), again = new(TestModel.Small), other = new(TestModel.Small, seed: 4);
        float[] weights = Of(two, "blocks.1.attention.qkv.weight");
        Assert.That(Of(three, "blocks.1.attention.qkv.weight"), Is.EqualTo(weights));
        Assert.That(Of(other, "blocks.1.attention.qkv.weight"), Is.Not.EqualTo(weights));
        Assert.That(Of(two, "blocks.0.attention.qkv.weight"), Is.Not.EqualTo(weights));
        Assert.That(again.Model.Slabs.Sha256(), Is.EqualTo(two.Model.Slabs.Sha256()));
        Assert.That(other.Model.Slabs.Sha256(), Is.Not.EqualTo(two.Model.Slabs.Sha256()));

        static float[] Of(TestModel test, string name) => test.Parameter(name).Tensor.Data.Span.ToArray();
    }

    [Test]
    public void Slabs_hold_matrices_first_on_64_byte_lines_with_the_same_places_in_both()
    {
        using CpuBackend backend = new(1);
        using LanguageModel model = LanguageModel.Create(TestModel.Small with { Width = 12, Heads = 2, Bias = true }, 7);
        model.Allocate(backend, 1, training: true);
        ParameterSlabs slabs = model.Slabs;
        Assert.That(slabs.Ranges.Select(range => range.Decays), Is.EqualTo(new[] { true, false }));
        Assert.That(slabs.Ranges[1].Offset, Is.EqualTo(slabs.Ranges[0].Length));
        Assert.That(slabs.Ranges.Sum(range => range.Length), Is.EqualTo(slabs.Values.Length).And.EqualTo(slabs.Gradients.Length));
        foreach (Parameter parameter in slabs.Parameters)
        {
            SlabRange range = slabs.Ranges.Single(range => range.Decays == parameter.Decays);
            Assert.That(parameter.Tensor.Data.Offset % 16, Is.Zero);
            Assert.That(parameter.Tensor.Data.Offset, Is.InRange(range.Offset, range.Offset + range.Length - parameter.Shape.Length));
            Assert.That(parameter.Tensor.Grad.Offset, Is.EqualTo(parameter.Tensor.Data.Offset));
        }
        Assert.That(slabs.Parameters.Select(p => (long)p.Shape.Length).Sum(), Is.EqualTo(model.ParameterCount));
    }
}
