using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = f(x), element by element: an activation function.</summary>
/// <remarks>dx += dy ⊙ f'(x).</remarks>
public sealed class Map<TFunction> : Op
    where TFunction : struct, IUnaryFunction
{
    public override string Name => TFunction.Name;

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => input == 0;

    public override bool IsCheap => true;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 1);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Map<TFunction>(node.Inputs[0].Data, node.Output.Data);

    public override void Backward(Backend backend, Node node) =>
        backend.MapBackward<TFunction>(node.Inputs[0].Data, node.Output.Grad, node.Inputs[0].Grad, node.Adds(0));

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) =>
        Array.ConvertAll(inputs[0], TFunction.Invoke64);
}

/// <summary>The examples of <see cref="Map{TFunction}"/>, one for each function.</summary>
public static class MapExamples
{
    public static IEnumerable<OpExample> Examples =>
    [
        Of<Silu>(), Of<GeluTanh>(), Of<GeluErf>(), Of<Relu>(), Of<ReluSquared>(), Of<Tanh>(), Of<Sigmoid>(),
        Of<Exp>(), Of<Log>(low: 0.2f), Of<Sqrt>(low: 0.2f), Of<Reciprocal>(low: 0.2f), Of<Square>(), Of<Abs>(low: 0.2f),
    ];

    private static OpExample Of<TFunction>(float low = -4f)
        where TFunction : struct, IUnaryFunction => new(_ => new Map<TFunction>(), [new(3, 17)], Low: low, High: 4f);
}
