using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection;

/// <summary>One input of an op, checked: the kernels' values against float64.</summary>
/// <param name="Op">Name of the op, with the example's label.</param>
/// <param name="Input">Index of the input; −1 for the forward result.</param>
/// <param name="Elements">Elements compared.</param>
/// <param name="WorstElement">Element with the largest error.</param>
/// <param name="Analytic">The kernels' value there.</param>
/// <param name="Numeric">The float64 value there.</param>
/// <param name="RelativeError">Largest |analytic − numeric| / largest |numeric|.</param>
public sealed record GradientCheckResult(string Op, int Input, int Elements, int WorstElement, double Analytic, double Numeric, double RelativeError)
{
    public bool Passes(double tolerance = GradientCheck.Tolerance) => RelativeError <= tolerance;
}

/// <summary>Compares an op's forward and backward kernels with central differences of its float64 twin.</summary>
public static class GradientCheck
{
    /// <summary>What float32 kernels are held to.</summary>
    public const double Tolerance = 1e-5;

    private const double Step = 1e-5;

    private const int Passes = 2;

    /// <summary>Checks the result and the gradient of every input, every element.</summary>
    /// <remarks>The loss is Σ c ⊙ y with fixed random c, so that every output takes part. The backward pass runs twice:
    /// the second must add to what the first left, and half of both is compared.</remarks>
    public static IReadOnlyList<GradientCheckResult> Run(Backend backend, OpExample example, ulong seed = 1)
    {
        Op op = example.Op(backend);
        string name = example.Label.Length == 0 ? op.Name : $"{op.Name} ({example.Label})";
        using TensorBuffer memory = backend.Allocate(Math.Max(1, 2 * example.Inputs.Sum(shape => shape.Length)));
        double[][] values = new double[example.Inputs.Length][];
        Tensor[] inputs = Inputs(backend, example, memory, values, seed);

        using Tape tape = new(backend);
        Tensor y = tape.Apply(op, inputs);
        double[] expected = op.Reference(values, example.Inputs);
        List<GradientCheckResult> results = [Compare(name, -1, Read(backend, y.Data), expected)];

        float[] c = Draw(y.Shape.Length, -1f, 1f, new RandomStream(seed, 1000));
        using TensorBuffer upstream = backend.Allocate(c.Length);
        backend.Write(c, new View(upstream, 0, c.Length));
        for (int pass = 0; pass < Passes; pass++)
        {
            foreach (Node _ in tape.BackwardSteps(y, new View(upstream, 0, c.Length))) { }
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].NeedsGradient) { results.Add(Compare(name, i, Array.ConvertAll(Read(backend, inputs[i].Grad), sum => sum / Passes), Numeric(op, values, example.Inputs, i, c))); }
        }
        return results;
    }

    /// <summary>Tensors with random values; <paramref name="values"/> gets the same in double.</summary>
    private static Tensor[] Inputs(Backend backend, OpExample example, TensorBuffer memory, double[][] values, ulong seed)
    {
        int offset = 0;
        Tensor[] inputs = new Tensor[example.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            Shape shape = example.Inputs[i];
            float[] data = Draw(shape.Length, example.Low, example.High, new RandomStream(seed, (ulong)i));
            View view = new(memory, offset, shape.Length), grad = new(memory, offset + shape.Length, shape.Length);
            offset += 2 * shape.Length;
            backend.Write(data, view);
            values[i] = Array.ConvertAll(data, x => (double)x);
            bool constant = example.Constants?.Contains(i) == true;
            inputs[i] = new Tensor($"input{i}", shape, view, constant ? default : grad);
        }
        return inputs;
    }

    /// <summary>(L(x + h) − L(x − h)) / 2h for every element of one input.</summary>
    private static double[] Numeric(Op op, double[][] values, Shape[] shapes, int input, float[] c)
    {
        double[] x = values[input], gradient = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double kept = x[i];
            x[i] = kept + Step;
            double above = Loss(op.Reference(values, shapes), c);
            x[i] = kept - Step;
            double below = Loss(op.Reference(values, shapes), c);
            x[i] = kept;
            gradient[i] = (above - below) / (2 * Step);
        }
        return gradient;
    }

    private static double Loss(double[] y, float[] c)
    {
        double loss = 0;
        for (int i = 0; i < y.Length; i++) { loss += y[i] * c[i]; }
        return loss;
    }

    private static GradientCheckResult Compare(string op, int input, float[] analytic, double[] numeric)
    {
        double worst = -1, scale = 0;
        int element = 0;
        for (int i = 0; i < numeric.Length; i++)
        {
            double error = Math.Abs(analytic[i] - numeric[i]);
            if (error > worst || double.IsNaN(error)) { (worst, element) = (error, i); }
            scale = Math.Max(scale, Math.Abs(numeric[i]));
            if (double.IsNaN(error)) { break; }
        }
        return new GradientCheckResult(op, input, numeric.Length, element, analytic[element], numeric[element], worst / Math.Max(scale, 1e-30));
    }

    private static float[] Read(Backend backend, View view)
    {
        float[] values = new float[view.Length];
        backend.Read(view, values);
        return values;
    }

    private static float[] Draw(int count, float low, float high, RandomStream stream)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) { values[i] = low + ((high - low) * CounterRandom.Uniform(stream, (ulong)i)); }
        return values;
    }
}
