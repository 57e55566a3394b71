using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = x·mask / (1 − rate), each element kept with probability 1 − rate.</summary>
/// <remarks>dx += dy·mask / (1 − rate); the mask is drawn again from its counter, not stored. Srivastava et al. 2014.</remarks>
/// <param name="rate">Share of elements that become 0.</param>
public sealed class Dropout(float rate) : Op
{
    public static IEnumerable<OpExample> Examples => [new(_ => new Dropout(0.3f) { Stream = new RandomStream(7, 11) }, [new(3, 37)])];

    public override string Name => "dropout";

    public override bool BackwardReads(int input) => false;

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => input == 0;

    public override bool IsCheap => true;

    public float Rate { get; } = rate is >= 0f and < 1f ? rate : throw new ArgumentOutOfRangeException(nameof(rate), $"dropout: the rate {rate} must be at least 0 and below 1.");

    /// <summary>Which numbers are drawn: another for every layer and step.</summary>
    public RandomStream Stream { get; set; }

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 1);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Dropout(node.Inputs[0].Data, node.Output.Data, Rate, Stream);

    public override void Backward(Backend backend, Node node) =>
        backend.DropoutBackward(node.Output.Grad, node.Inputs[0].Grad, Rate, Stream, node.Adds(0));

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        double[] y = new double[inputs[0].Length];
        for (int i = 0; i < y.Length; i++) { y[i] = CounterRandom.Uniform(Stream, (ulong)i) >= Rate ? inputs[0][i] / (1 - (double)Rate) : 0; }
        return y;
    }
}
