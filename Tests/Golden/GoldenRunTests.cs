using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Golden;

/// <summary>The engine against an independent float64 program: same weights, same tokens, ten AdamW steps.</summary>
[TestFixture]
public sealed class GoldenRunTests
{
    private const int Layers = 2, Heads = 3, Channels = 24, Context = 12, Vocabulary = 31, Batch = 3, Steps = 10;
    private const double LearningRate = 3e-3, Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, Decay = 0.1, Clip = 1;
    private const double Tolerance = 1e-4;

    private CpuBackend backend = null!;
    private LanguageModel model = null!;
    private ModelBatch batch = null!;
    private Tape tape = null!;
    private HandChainedGpt golden = null!;

    [SetUp]
    public void SetUp()
    {
        backend = new CpuBackend(2);
        ModelConfig config = ModelPresets.Gpt2 with { Layers = Layers, Width = Channels, Heads = Heads, Context = Context, InitStd = 0.3 };
        model = LanguageModel.Create(config, Vocabulary);
        model.Allocate(backend, seed: 5, training: true);
        batch = new ModelBatch(backend, Batch, Context);
        tape = new Tape(backend);
        golden = new HandChainedGpt(Layers, Heads, Channels, Context, Vocabulary);
        foreach (Parameter parameter in model.Parameters)
        {
            float[] values = Read(parameter.Tensor.Data);
            Assert.That(golden.Weights[GoldenName(parameter.Name)], Has.Length.EqualTo(values.Length), parameter.Name);
            golden.Weights[GoldenName(parameter.Name)] = Array.ConvertAll(values, value => (double)value);
        }
        Assert.That(model.Parameters.Count(), Is.EqualTo(golden.Weights.Count));
    }

    [TearDown]
    public void TearDown()
    {
        tape.Dispose();
        batch.Dispose();
        model.Dispose();
        backend.Dispose();
    }

    [Test]
    public void Loss_logits_and_every_gradient_agree()
    {
        (int[] inputs, int[] targets) = Tokens(0);
        double expected = golden.ForwardAndBackward(inputs, targets, Batch);
        Assert.That(ForwardAndBackward(inputs, targets), Is.EqualTo(expected).Within(Tolerance * expected));
        using Tape evaluation = new(backend, records: false);
        AssertClose("logits", Read(model.Logits(evaluation, batch).Data), golden.Logits);
        foreach (Parameter parameter in model.Parameters) { AssertClose(parameter.Name, Read(parameter.Tensor.Grad), golden.Gradients[GoldenName(parameter.Name)]); }
    }

    [Test]
    public void Ten_clipped_steps_of_AdamW_agree()
    {
        Dictionary<string, double[]> m = golden.Weights.ToDictionary(entry => entry.Key, entry => new double[entry.Value.Length]);
        Dictionary<string, double[]> v = golden.Weights.ToDictionary(entry => entry.Key, entry => new double[entry.Value.Length]);
        using AdamW optimizer = new(backend, model.Slabs, Beta1, Beta2, Epsilon, Decay);
        using TensorBuffer norm = backend.Allocate(1);
        double first = 0, last = 0;
        for (int step = 1; step <= Steps; step++)
        {
            (int[] inputs, int[] targets) = Tokens(1);
            double expected = golden.ForwardAndBackward(inputs, targets, Batch);
            double loss = ForwardAndBackward(inputs, targets);
            Assert.That(loss, Is.EqualTo(expected).Within(Tolerance * expected), $"step {step}");
            (first, last) = (step == 1 ? expected : first, expected);

            backend.SumOfSquares(model.Slabs.Gradients, new View(norm, 0, 1));
            double length = Math.Sqrt(norm.Span[0]);
            optimizer.Step(step, LearningRate, Math.Min(1, Clip / (length + 1e-6)));
            GoldenAdamW(step, m, v);
        }
        foreach (Parameter parameter in model.Parameters)
        {
            float[] actual = Read(parameter.Tensor.Data);
            double[] expected = golden.Weights[GoldenName(parameter.Name)];
            if (parameter.Name.EndsWith("qkv.bias", StringComparison.Ordinal)) { SkipKeyBias(golden.Gradients[GoldenName(parameter.Name)], actual, expected); }
            AssertClose(parameter.Name, actual, expected);
        }
        Assert.That(last, Is.LessThan(first), "ten steps should learn something");
    }

    /// <summary>A key bias adds the same to all scores of a query, so its true gradient is 0, and Adam makes steps of the rounding noise: it is left out.</summary>
    private static void SkipKeyBias(double[] gradient, float[] actual, double[] expected)
    {
        for (int i = Channels; i < 2 * Channels; i++)
        {
            Assert.That(gradient[i], Is.Zero.Within(1e-14));
            (actual[i], expected[i]) = (0f, 0);
        }
    }

    private double ForwardAndBackward(int[] inputs, int[] targets)
    {
        batch.Inputs.Set(inputs);
        batch.Targets.Set(targets);
        backend.Fill(model.Slabs.Gradients, 0f);
        tape.Reset();
        Tensor loss = model.Loss(tape, batch);
        tape.Backward(loss);
        return Read(loss.Data)[0];
    }

    private void GoldenAdamW(int step, Dictionary<string, double[]> m, Dictionary<string, double[]> v)
    {
        double norm = Math.Sqrt(golden.Gradients.Values.Sum(gradient => gradient.Sum(g => g * g))), scale = Math.Min(1, Clip / (norm + 1e-6));
        foreach ((string name, double[] w) in golden.Weights)
        {
            bool decays = name is "wte" or "wpe" || (name.EndsWith(".w", StringComparison.Ordinal) && !name.Contains("ln", StringComparison.Ordinal));
            for (int i = 0; i < w.Length; i++)
            {
                double g = golden.Gradients[name][i] * scale;
                m[name][i] = (Beta1 * m[name][i]) + ((1 - Beta1) * g);
                v[name][i] = (Beta2 * v[name][i]) + ((1 - Beta2) * g * g);
                double update = m[name][i] / (1 - Math.Pow(Beta1, step)) / (Math.Sqrt(v[name][i] / (1 - Math.Pow(Beta2, step))) + Epsilon);
                w[i] -= LearningRate * (update + ((decays ? Decay : 0) * w[i]));
            }
        }
    }

    /// <summary>The name in the float64 program of one of the engine's parameters.</summary>
    private static string GoldenName(string name) => name switch
    {
        "embedding.weight" => "wte",
        "positions.weight" => "wpe",
        _ => name.Replace("blocks.", "h.").Replace("attention_norm", "ln1").Replace("attention.qkv", "qkv").Replace("attention.output", "proj")
            .Replace("mlp_norm", "ln2").Replace("mlp.up", "fc").Replace("mlp.down", "out").Replace(".weight", ".w").Replace(".bias", ".b")
            is var replaced && replaced.StartsWith("norm.", StringComparison.Ordinal) ? "lnf." + replaced["norm.".Length..] : replaced,
    };

    /// <summary>A fixed random sequence, and the same one later.</summary>
    private static (int[] Inputs, int[] Targets) Tokens(ulong stream)
    {
        int[] all = new int[(Batch * Context) + 1];
        for (int i = 0; i < all.Length; i++) { all[i] = CounterRandom.Below(new RandomStream(3, stream), (ulong)i, Vocabulary); }
        return (all[..^1], all[1..]);
    }

    private static void AssertClose(string name, float[] actual, double[] expected)
    {
        double scale = expected.Max(Math.Abs), worst = 0;
        for (int i = 0; i < expected.Length; i++) { worst = Math.Max(worst, Math.Abs(actual[i] - expected[i])); }
        Assert.That(worst, Is.LessThanOrEqualTo(Tolerance * scale), $"{name}: largest error {worst:e2} beside values up to {scale:e2}");
    }

    private float[] Read(View view)
    {
        float[] values = new float[view.Length];
        backend.Read(view, values);
        return values;
    }
}
