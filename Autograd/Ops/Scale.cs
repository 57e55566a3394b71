using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = factor · x.</summary>
/// <remarks>dx += factor · dy. The 2017 transformer scales its embeddings by √C (Vaswani et al. 2017, arXiv:1706.03762 §3.4).</remarks>
public sealed class Scale(float factor) : Op
{
    public static IEnumerable<OpExample> Examples => [new(_ => new Scale(2.5f), [new(3, 5)])];

    public override string Name => "scale";

    public override bool BackwardReads(int input) => false;

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => true;

    public override bool IsCheap => true;

    public float Factor { get; } = factor;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 1);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Scale(node.Inputs[0].Data, node.Output.Data, Factor);

    public override void Backward(Backend backend, Node node)
    {
        if (node.Adds(0)) { backend.Accumulate(node.Output.Grad, node.Inputs[0].Grad, Factor); }
        else { backend.Scale(node.Output.Grad, node.Inputs[0].Grad, Factor); }
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) =>
        Array.ConvertAll(inputs[0], x => Factor * x);
}
