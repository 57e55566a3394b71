using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>One parameter, checked: the engine's gradient against differences of the loss in float64.</summary>
/// <param name="Parameter">Its name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Elements">Elements compared.</param>
/// <param name="WorstElement">The one with the largest error.</param>
/// <param name="Analytic">The engine's gradient there.</param>
/// <param name="Numeric">The float64 difference there.</param>
/// <param name="RelativeError">Largest |analytic − numeric| / largest |gradient| of the whole parameter.</param>
public sealed record ParameterCheck(string Parameter, Shape Shape, int Elements, int WorstElement, double Analytic, double Numeric, double RelativeError)
{
    public bool Passes => RelativeError <= ModelGradientCheck.Tolerance;
}

/// <summary>A whole model, checked.</summary>
/// <param name="Loss">As training computes it, in float32.</param>
/// <param name="TwinLoss">The same in float64.</param>
/// <param name="Parameters">Every parameter.</param>
public sealed record ModelCheck(double Loss, double TwinLoss, IReadOnlyList<ParameterCheck> Parameters)
{
    /// <summary>|loss − float64| / float64.</summary>
    public double LossError => Math.Abs(Loss - TwinLoss) / Math.Abs(TwinLoss);

    public bool Passes => LossError <= ModelGradientCheck.Tolerance && Parameters.All(parameter => parameter.Passes);
}

/// <summary>Compares a model's gradients with central differences of its loss.</summary>
/// <remarks>
/// The differences are taken of the float64 twin of the recorded operations, not of the float32 loss: that has 7 digits, and the difference of two
/// nearly equal ones would keep none. With a step h = 1e-5 the difference itself is wrong by about h²·|L‴|/6 + 1e-16·|L|/h, near 1e-10.
/// Errors are told relative to the parameter's largest gradient, or to <see cref="SmallestScale"/> where all are smaller.
/// </remarks>
public static class ModelGradientCheck
{
    /// <summary>What a float32 chain through a whole model is held to.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The step of the central difference.</summary>
    public const double Step = 1e-5;

    /// <summary>Gradients below this are compared absolutely.</summary>
    public const double SmallestScale = 1e-5;

    /// <summary>Checks, of every parameter, the element with the largest gradient and some drawn at random.</summary>
    /// <param name="model">Allocated for training; its gradients are overwritten, its weights stay.</param>
    /// <param name="batch">A small batch: the twin is slow.</param>
    /// <param name="samples">Elements of each parameter.</param>
    /// <param name="seed">Draws the elements, and the dropout masks.</param>
    public static ModelCheck Run(LanguageModel model, ModelBatch batch, int samples, ulong seed = 1)
    {
        Backend backend = model.Slabs.Backend;
        using Tape tape = new(backend);
        model.SetRandomness(seed, step: 0, microBatch: 0);
        backend.Fill(model.Slabs.Gradients, 0f);
        Tensor loss = model.Loss(tape, batch);
        tape.Backward(loss);
        TwinReplay twin = new(tape);
        float[] value = new float[1];
        backend.Read(loss.Data, value);
        return new ModelCheck(value[0], twin.ValuesOf(loss)[0], [.. model.Parameters.Select(parameter => Check(backend, parameter, twin, loss, samples, seed))]);
    }

    /// <summary>The same on the first windows of a text.</summary>
    /// <param name="rows">Windows.</param>
    /// <param name="context">Tokens of a window; an encoder-decoder takes its whole context.</param>
    public static ModelCheck Run(LanguageModel model, TokenDataset data, int rows, int context, int samples, ulong seed = 1)
    {
        PairShape? pairs = model.Config.IsEncoderDecoder ? PairShape.Of(data, context = model.Config.Context) : null;
        int[] inputs = new int[rows * context], targets = new int[rows * context];
        data.Batches(rows, context).Fill(0, 0, inputs, targets);
        using WindowLoader loader = new(model.Slabs.Backend, rows, context, pairs);
        return Run(model, loader.Load(inputs, targets), samples, seed);
    }

    private static ParameterCheck Check(Backend backend, Parameter parameter, TwinReplay twin, Tensor loss, int samples, ulong seed)
    {
        float[] gradient = new float[parameter.Shape.Length];
        backend.Read(parameter.Tensor.Grad, gradient);
        int[] elements = Choose(gradient, samples, new RandomStream(seed, StableHash.Of(parameter.Name)));
        double scale = Math.Max(SmallestScale, Math.Abs(gradient[elements[0]])), worst = -1, numeric = 0;
        int element = 0;
        foreach (int candidate in elements)
        {
            double expected = twin.Derivative(loss, parameter.Tensor, candidate, Step), error = Math.Abs(gradient[candidate] - expected) / scale;
            if (error > worst || double.IsNaN(error)) { (worst, element, numeric) = (error, candidate, expected); }
        }
        return new ParameterCheck(parameter.Name, parameter.Shape, elements.Length, element, gradient[element], numeric, worst);
    }

    /// <summary>The element with the largest gradient first, then others at random, each once.</summary>
    private static int[] Choose(float[] gradient, int samples, RandomStream stream)
    {
        int largest = 0;
        for (int i = 1; i < gradient.Length; i++)
        {
            if (Math.Abs(gradient[i]) > Math.Abs(gradient[largest])) { largest = i; }
        }
        if (samples >= gradient.Length) { return [largest, .. Enumerable.Range(0, gradient.Length).Where(i => i != largest)]; }
        List<int> chosen = [largest];
        for (ulong draw = 0; chosen.Count < samples; draw++)
        {
            int candidate = (int)(CounterRandom.At64(stream, draw) % (ulong)gradient.Length);
            if (!chosen.Contains(candidate)) { chosen.Add(candidate); }
        }
        return [.. chosen];
    }
}
