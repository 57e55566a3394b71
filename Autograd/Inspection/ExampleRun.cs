using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection;

/// <summary>One example with fixed random inputs on a tape of its own: the same numbers on every backend.</summary>
public sealed class ExampleRun : IDisposable
{
    private readonly Backend backend;
    private readonly Op op;
    private readonly Tensor[] inputs;
    private readonly Tape tape;
    private readonly TensorBuffer memory, upstream;

    /// <param name="backend">Computes, and owns the memory.</param>
    /// <param name="example">The op and its inputs.</param>
    /// <param name="startGradient">What the gradients of the inputs hold before the first step.</param>
    public ExampleRun(Backend backend, OpExample example, float startGradient = 0f)
    {
        this.backend = backend;
        op = example.Op(backend);
        tape = new Tape(backend);
        memory = backend.Allocate(2 * example.Inputs.Sum(shape => shape.Length));
        inputs = new Tensor[example.Inputs.Length];
        int offset = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            int length = example.Inputs[i].Length;
            View data = new(memory, offset, length), grad = new(memory, offset + length, length);
            offset += 2 * length;
            backend.Write(Draw(length, example.Low, example.High, (ulong)i), data);
            backend.Fill(grad, startGradient);
            inputs[i] = new Tensor($"input{i}", example.Inputs[i], data, example.Constants?.Contains(i) == true ? default : grad);
        }
        int outputs = op.OutputShape(inputs).Length;
        upstream = backend.Allocate(outputs);
        backend.Write(Draw(outputs, -1f, 1f, 99), new View(upstream, 0, outputs));
    }

    /// <summary>The result of the last step.</summary>
    public Tensor Output { get; private set; } = null!;

    /// <summary>Forward and backward once.</summary>
    /// <param name="isFresh">The backward pass overwrites what the gradients held.</param>
    /// <param name="forgets">Between the passes, every value that the backward pass says it does not read is destroyed.</param>
    public void Step(bool isFresh = false, bool forgets = false)
    {
        tape.Reset();
        Output = tape.Apply(op, inputs);
        if (forgets) { Forget(); }
        foreach (Node _ in tape.BackwardSteps(Output, new View(upstream, 0, upstream.Length), isFresh)) { }
    }

    /// <summary>Destroys every value that the backward pass says it does not read.</summary>
    private void Forget()
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!op.BackwardReads(i)) { backend.Fill(inputs[i].Data, float.NaN); }
        }
        if (!op.BackwardReadsOutput) { backend.Fill(Output.Data, float.NaN); }
    }

    /// <summary>The output, then the gradient of every input that has one.</summary>
    public float[] Results()
    {
        List<float> all = [.. Read(Output.Data)];
        foreach (Tensor input in inputs.Where(input => input.NeedsGradient)) { all.AddRange(Read(input.Grad)); }
        return [.. all];
    }

    private float[] Read(View view)
    {
        float[] values = new float[view.Length];
        backend.Read(view, values);
        return values;
    }

    private static float[] Draw(int count, float low, float high, ulong stream)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) { values[i] = low + ((high - low) * CounterRandom.Uniform(new RandomStream(42, stream), (ulong)i)); }
        return values;
    }

    public void Dispose()
    {
        tape.Dispose();
        memory.Dispose();
        upstream.Dispose();
    }
}
