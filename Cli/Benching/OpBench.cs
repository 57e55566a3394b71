using PureLlm.Autograd;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Times an operation through the tape, forward and backward, and holds its result to the float64 twin.</summary>
internal static class OpBench
{
    /// <summary>Rows "forward" and "backward".</summary>
    public static IReadOnlyList<BenchRow> Run(Backend backend, OpExample example, double operations, int threads, TimingBudget budget, MachineCeilings ceilings)
    {
        using TensorBuffer memory = backend.Allocate(2 * example.Inputs.Sum(shape => shape.Length));
        double[][] values = new double[example.Inputs.Length][];
        Tensor[] inputs = Inputs(backend, example, memory, values);
        Op op = example.Op(backend);
        using Tape tape = new(backend);
        Tensor y = tape.Apply(op, inputs);
        double error = Error(backend, y, op.Reference(values, example.Inputs));
        using TensorBuffer upstream = backend.Allocate(y.Shape.Length);
        View dy = new(upstream, 0, y.Shape.Length);
        backend.Fill(dy, 0.5f);
        double[][] seconds = InterleavedTimer.Measure([() => Forward(tape, op, inputs), () => Backward(tape, y, dy), () => Forward(tape, op, inputs)], budget);
        double noise = SampleStatistics.NoiseFloor(seconds[0], seconds[2]);
        double read = sizeof(float) * example.Inputs.Sum(shape => (double)shape.Length), written = sizeof(float) * (double)y.Shape.Length;
        string name = example.Label.Length == 0 ? op.Name : $"{op.Name} ({example.Label})", shapes = string.Join(" ", example.Inputs);
        BenchRow Row(string pass, double[] samples, double work, double bytes) => new(name, pass, shapes, threads, samples)
        {
            Operations = work,
            Bytes = bytes,
            Noise = noise,
            Error = pass == "forward" ? error : double.NaN,
            Share = ceilings.Share(work, bytes, SampleStatistics.Median(samples)),
        };
        return [Row("forward", seconds[0], operations, read + written), Row("backward", seconds[1], (op.Name == "attention" ? 2.5 : 2) * operations, (3 * read) + written)];
    }

    private static void Forward(Tape tape, Op op, Tensor[] inputs)
    {
        tape.Reset();
        tape.Apply(op, inputs);
    }

    private static void Backward(Tape tape, Tensor y, View dy)
    {
        foreach (Node _ in tape.BackwardSteps(y, dy)) { }
    }

    private static Tensor[] Inputs(Backend backend, OpExample example, TensorBuffer memory, double[][] values)
    {
        Tensor[] inputs = new Tensor[example.Inputs.Length];
        int offset = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            Shape shape = example.Inputs[i];
            float[] data = [.. Enumerable.Range(0, shape.Length).Select(j => example.Low + ((example.High - example.Low) * CounterRandom.Uniform(new RandomStream(1, (ulong)i), (ulong)j)))];
            values[i] = Array.ConvertAll(data, x => (double)x);
            View view = new(memory, offset, shape.Length), gradient = new(memory, offset + shape.Length, shape.Length);
            offset += 2 * shape.Length;
            backend.Write(data, view);
            inputs[i] = new Tensor($"input{i}", shape, view, example.Constants?.Contains(i) == true ? default : gradient);
        }
        return inputs;
    }

    private static double Error(Backend backend, Tensor y, double[] expected)
    {
        float[] actual = new float[y.Shape.Length];
        backend.Read(y.Data, actual);
        double worst = 0, largest = 1e-30;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs(actual[i] - expected[i]);
            if (double.IsNaN(difference)) { return double.PositiveInfinity; }
            (worst, largest) = (Math.Max(worst, difference), Math.Max(largest, Math.Abs(expected[i])));
        }
        return worst / largest;
    }
}
