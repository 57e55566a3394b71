using PureLlm.Autograd;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>One operation on a tape with random inputs and gradients of its own, ready to be repeated.</summary>
internal sealed class OpRun : IDisposable
{
    private readonly Backend backend;
    private readonly OpExample example;
    private readonly Op op;
    private readonly Tensor[] inputs;
    private readonly double[][] values;
    private readonly Tape tape;
    private readonly Tensor output;
    private readonly TensorBuffer memory, upstream;

    public OpRun(Backend backend, OpExample example)
    {
        (this.backend, this.example, op) = (backend, example, example.Op(backend));
        memory = backend.Allocate(2 * example.Inputs.Sum(shape => shape.Length));
        values = new double[example.Inputs.Length][];
        inputs = Inputs();
        tape = new Tape(backend);
        output = tape.Apply(op, inputs);
        upstream = backend.Allocate(output.Shape.Length);
        backend.Fill(new View(upstream, 0, output.Shape.Length), 0.5f);
    }

    public string Name => op.Name;

    public int OutputLength => output.Shape.Length;

    public void Forward()
    {
        tape.Reset();
        tape.Apply(op, inputs);
    }

    /// <summary>Adds to the inputs' gradients once more.</summary>
    public void Backward()
    {
        foreach (Node _ in tape.BackwardSteps(output, new View(upstream, 0, output.Shape.Length))) { }
    }

    /// <summary>The float64 twin on the same inputs.</summary>
    public double[] Reference() => op.Reference(values, example.Inputs);

    /// <summary>Largest error of the forward result against float64, relative to the largest value.</summary>
    public double Error()
    {
        double[] expected = Reference();
        float[] actual = new float[OutputLength];
        backend.Read(output.Data, actual);
        double worst = 0, largest = 1e-30;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs(actual[i] - expected[i]);
            if (double.IsNaN(difference)) { return double.PositiveInfinity; }
            (worst, largest) = (Math.Max(worst, difference), Math.Max(largest, Math.Abs(expected[i])));
        }
        return worst / largest;
    }

    public void Dispose()
    {
        tape.Dispose();
        memory.Dispose();
        upstream.Dispose();
    }

    private Tensor[] Inputs()
    {
        Tensor[] made = new Tensor[example.Inputs.Length];
        int offset = 0;
        for (int i = 0; i < made.Length; i++)
        {
            Shape shape = example.Inputs[i];
            float[] data = [.. Enumerable.Range(0, shape.Length).Select(j => example.Low + ((example.High - example.Low) * CounterRandom.Uniform(new RandomStream(1, (ulong)i), (ulong)j)))];
            values[i] = Array.ConvertAll(data, x => (double)x);
            View view = new(memory, offset, shape.Length), gradient = new(memory, offset + shape.Length, shape.Length);
            offset += 2 * shape.Length;
            backend.Write(data, view);
            made[i] = new Tensor($"input{i}", shape, view, example.Constants?.Contains(i) == true ? default : gradient);
        }
        return made;
    }
}
