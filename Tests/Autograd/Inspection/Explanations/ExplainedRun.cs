using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Kernels;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

/// <summary>One op on a tape of its own, run forward and backward from the loss Σ c ⊙ y, with what its explainer says about it.</summary>
internal sealed class ExplainedRun : IDisposable
{
    private readonly Backend backend;
    private readonly OpExample example;
    private readonly TensorBuffer memory, upstream;
    private readonly Tape tape;
    private readonly double[][] values;
    private readonly float[] c;
    private readonly float startGradient;

    /// <param name="backend">Where it runs.</param>
    /// <param name="example">The op and the shapes of its inputs.</param>
    /// <param name="seed">Of the values.</param>
    /// <param name="startGradient">What the gradients hold before.</param>
    /// <param name="prepare">Changes the inputs' values and ∂L/∂y before the run.</param>
    public ExplainedRun(Backend backend, OpExample example, ulong seed = 1, float startGradient = 0, Action<float[][], float[]>? prepare = null)
    {
        (this.backend, this.example, this.startGradient) = (backend, example, startGradient);
        Op op = example.Op(backend);
        float[][] single = [.. example.Inputs.Select((shape, i) => Draw(shape.Length, example.Low, example.High, new RandomStream(seed, (ulong)i)))];
        memory = backend.Allocate(Math.Max(1, 2 * example.Inputs.Sum(shape => shape.Length)));
        Inputs = new Tensor[single.Length];
        int offset = 0;
        for (int i = 0; i < Inputs.Length; i++)
        {
            Shape shape = example.Inputs[i];
            View data = new(memory, offset, shape.Length), grad = new(memory, offset + shape.Length, shape.Length);
            offset += 2 * shape.Length;
            backend.Fill(grad, startGradient);
            Inputs[i] = new Tensor($"input{i}", shape, data, example.Constants?.Contains(i) == true ? default : grad);
        }
        c = Draw(op.OutputShape(Inputs).Length, -1f, 1f, new RandomStream(seed, 1000));
        prepare?.Invoke(single, c);
        for (int i = 0; i < Inputs.Length; i++) { backend.Write(single[i], Inputs[i].Data); }
        values = Array.ConvertAll(single, input => Array.ConvertAll(input, x => (double)x));

        tape = new Tape(backend);
        Tensor y = tape.Apply(op, Inputs);
        upstream = backend.Allocate(c.Length);
        backend.Write(c, new View(upstream, 0, c.Length));
        foreach (Node _ in tape.BackwardSteps(y, new View(upstream, 0, c.Length))) { }
        Node = tape[0];
        Values = new NodeValues(backend, Node);
        Explainer = OpExplainers.For(op);
    }

    public Node Node { get; }

    public Tensor[] Inputs { get; }

    public NodeValues Values { get; }

    public OpExplainer Explainer { get; }

    /// <summary>Inputs that have a gradient.</summary>
    public IEnumerable<int> Explained => Enumerable.Range(0, Inputs.Length).Where(i => Inputs[i].NeedsGradient);

    /// <summary>What the kernels added to an input's gradient.</summary>
    public double[] Share(int input)
    {
        float[] gradient = new float[Inputs[input].Shape.Length];
        backend.Read(Inputs[input].Grad, gradient);
        return Array.ConvertAll(gradient, after => (double)after - startGradient);
    }

    /// <summary>The terms of an element beside what the kernels added.</summary>
    public TermSum Compare(int input, int element, double share) =>
        TermSum.Compare(Explainer, Values, input, element, Explainer.Terms(Values, input, element), share, startGradient);

    /// <summary>(L(x + h) − L(x − h)) / 2h of the float64 twin for an element of an input.</summary>
    public double Difference(int input, int element)
    {
        const double Step = 1e-5;
        double kept = values[input][element];
        values[input][element] = kept + Step;
        double above = Loss();
        values[input][element] = kept - Step;
        double below = Loss();
        values[input][element] = kept;
        return (above - below) / (2 * Step);
    }

    private double Loss()
    {
        double[] y = Node.Op.Reference(values, example.Inputs);
        double loss = 0;
        for (int i = 0; i < y.Length; i++) { loss += y[i] * c[i]; }
        return loss;
    }

    private static float[] Draw(int count, float low, float high, RandomStream stream)
    {
        float[] drawn = new float[count];
        for (int i = 0; i < count; i++) { drawn[i] = low + ((high - low) * CounterRandom.Uniform(stream, (ulong)i)); }
        return drawn;
    }

    public void Dispose()
    {
        tape.Dispose();
        memory.Dispose();
        upstream.Dispose();
    }
}
