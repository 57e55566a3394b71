using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = a + b, all of one shape: the residual connection.</summary>
/// <remarks>da += dy, db += dy.</remarks>
public sealed class Add : Op
{
    public static IEnumerable<OpExample> Examples => [new(_ => new Add(), [new(2, 3, 5), new(2, 3, 5)])];

    public override string Name => "add";

    public override bool BackwardReads(int input) => false;

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => true;

    public override bool PassesGradient(int input) => true;

    public override bool IsCheap => true;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        ShapeException.RequireSame(this, inputs[0], inputs[1]);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Add(node.Inputs[0].Data, node.Inputs[1].Data, node.Output.Data);

    public override void Backward(Backend backend, Node node)
    {
        for (int i = 0; i < 2; i++)
        {
            if (node.Inputs[i].NeedsGradient) { Pass(backend, node, i); }
        }
    }

    /// <summary>Adds the output's gradient to that of an input, or copies it, or finds it there.</summary>
    internal static void Pass(Backend backend, Node node, int input)
    {
        View dx = node.Inputs[input].Grad;
        if (node.Adds(input)) { backend.Accumulate(node.Output.Grad, dx); }
        else if (!node.IsPassed(input)) { backend.Copy(node.Output.Grad, dx); }
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        double[] y = (double[])inputs[0].Clone();
        for (int i = 0; i < y.Length; i++) { y[i] += inputs[1][i]; }
        return y;
    }
}
