using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;

namespace PureLlm.Tests.Engine.Modules;

public class ModelGradientTests
{
    private static IEnumerable<TestCaseData> Configurations()
    {
        ModelConfig small = TestModel.Small;
        foreach (MlpKind mlp in Enum.GetValues<MlpKind>()) { yield return Case(small with { Mlp = mlp, Bias = mlp is MlpKind.Gelu or MlpKind.Geglu }, $"mlp {mlp}"); }
        foreach (NormKind norm in Enum.GetValues<NormKind>())
        {
            foreach (NormPosition place in Enum.GetValues<NormPosition>())
            {
                foreach (bool bias in (bool[])[false, true]) { yield return Case(small with { Norm = norm, NormPosition = place, Bias = bias }, $"{place} {norm} bias {bias}"); }
            }
        }
        foreach (PositionKind position in Enum.GetValues<PositionKind>())
        {
            foreach (bool tie in (bool[])[false, true]) { yield return Case(small with { Position = position, Tie = tie }, $"position {position} tie {tie}"); }
        }
        foreach (int shared in (int[])[1, 2, 4]) { yield return Case(small with { KeyValueHeads = shared, Position = PositionKind.Rope, QkNorm = shared != 2 }, $"kv heads {shared}"); }
        yield return Case(small with { Position = PositionKind.Rope, RopeStyle = RopeStyle.Interleaved, RopeFraction = 0.5 }, "interleaved half");
        yield return Case(small with { Window = 2 }, "window");
        yield return Case(small with { HeadSize = 6, Dropout = 0.2 }, "head size and dropout");
        yield return Case(small with { Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder, NormPosition = NormPosition.Post, Norm = NormKind.LayerNorm, Position = PositionKind.Sinusoidal, Mlp = MlpKind.GeluErf, Bias = true, Tie = true, EncoderLayers = 1 }, "encoder-decoder 2017");
        yield return Case(small with { Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder, Position = PositionKind.Rope, KeyValueHeads = 2, QkNorm = true }, "encoder-decoder modern");

        static TestCaseData Case(ModelConfig config, string name) => new TestCaseData(config).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Configurations))]
    public void Every_parameter_has_a_gradient_that_agrees_with_central_differences_of_the_loss(ModelConfig config)
    {
        using TestModel test = new TestModel(config).Scramble();
        float loss = test.Step();
        Assert.That(float.IsFinite(loss));
        foreach (Parameter parameter in test.Model.Parameters)
        {
            float[] gradient = test.Model.Slabs.Parameters.Single(p => p == parameter).Tensor.Grad.Span.ToArray();
            int place = Array.FindIndex(gradient, g => Math.Abs(g) == gradient.Max(Math.Abs));
            Assert.That(gradient, Has.All.Matches<float>(float.IsFinite), parameter.Name);
            double analytic = gradient[place], numeric = CentralDifference(test, parameter, place);
            bool vanishes = parameter.Name.Contains("key_norm", StringComparison.Ordinal);
            Assert.That(Math.Abs(analytic), vanishes ? Is.GreaterThanOrEqualTo(0) : Is.GreaterThan(1e-6), $"{parameter} has no gradient");
            Assert.That(numeric, Is.EqualTo(analytic).Within(3e-4 + (0.03 * Math.Abs(analytic))), $"{parameter}[{place}]");
        }
    }

    private static double CentralDifference(TestModel test, Parameter parameter, int place)
    {
        const float Step = 4e-3f;
        Span<float> values = parameter.Tensor.Data.Span;
        float kept = values[place];
        values[place] = kept + Step;
        double above = test.Loss();
        values[place] = kept - Step;
        double below = test.Loss();
        values[place] = kept;
        return (above - below) / ((kept + Step) - (double)(kept - Step));
    }

    [Test]
    public void A_warmed_training_step_allocates_nothing([Values] PureLlm.Engine.Configuration.Architecture architecture, [Values] bool modern)
    {
        ModelConfig config = TestModel.Small with { Architecture = architecture, Dropout = 0.1 };
        if (modern) { config = config with { Position = PositionKind.Rope, Mlp = MlpKind.Swiglu, QkNorm = true, KeyValueHeads = 2 }; }
        using TestModel test = new(config);
        int[] ids = test.Batch.Inputs.ToArray();
        for (int i = 0; i < 3; i++) { Run(i); }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 3; i < 6; i++) { Run(i); }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Run(int step)
        {
            test.Model.SetRandomness(1, step, 0);
            test.Batch.Inputs.Set(ids);
            test.Step();
        }
    }

    [Test]
    public void Dropout_is_the_same_for_the_same_step_another_for_another_and_absent_in_evaluation()
    {
        using TestModel test = new TestModel(TestModel.Small with { Dropout = 0.5 }).Scramble();
        float At(long step, int micro)
        {
            test.Model.SetRandomness(4, step, micro);
            return test.Loss();
        }
        float first = At(1, 0), other = At(2, 0), micro = At(1, 1), again = At(1, 0);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
        Assert.That(micro, Is.Not.EqualTo(first));
        using TestModel plain = new TestModel(TestModel.Small).Scramble();
        using Tape evaluation = new(test.Backend, records: false);
        Assert.That(test.Model.Loss(evaluation, test.Batch).Data.Span[0], Is.EqualTo(plain.Loss()));
    }

    [Test]
    public void Scopes_on_the_tape_are_the_modules_paths()
    {
        using TestModel test = new(TestModel.Small);
        test.Loss();
        string[] scopes = [.. Enumerable.Range(0, test.Tape.Count).Select(i => test.Tape[i].Scope).Distinct()];
        Assert.That(scopes, Is.SupersetOf(new[] { "blocks.0.attention_norm", "blocks.0.attention.qkv", "blocks.0.attention", "blocks.1.mlp", "blocks.1.mlp.down", "norm", "head" }));
    }
}
