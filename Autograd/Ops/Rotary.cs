using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>Rotates pairs of each query and key head by an angle that grows with the position. x [B, T, heads·D], table [positions, R].</summary>
/// <remarks>(u, v) ↦ (u·cos − v·sin, v·cos + u·sin); the gradient is rotated back. A table row holds R/2 cosines, then R/2 sines.
/// Su et al. 2021, arXiv:2104.09864. Half-split pairs (i, i + R/2) as in Hugging Face's code, or interleaved (2i, 2i + 1) as in Meta's.</remarks>
/// <param name="totalHeads">Heads in a row.</param>
/// <param name="rotatedHeads">Heads that are rotated, from the left; the others (values) pass unchanged.</param>
/// <param name="interleaved">Pairs (2i, 2i + 1) instead of (i, i + R/2).</param>
public sealed class Rotary(int totalHeads, int rotatedHeads, bool interleaved) : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new Rotary(4, 3, false), [new(2, 3, 16), new(5, 4)], Constants: [1], Label: "half"),
        new(_ => new Rotary(4, 3, true) { FirstPosition = 2 }, [new(2, 3, 16), new(5, 4)], Constants: [1], Label: "interleaved"),
        new(_ => new Rotary(3, 2, false), [new(1, 4, 30), new(4, 6)], Constants: [1], Label: "partial"),
    ];

    public override string Name => "rotary";

    public override bool BackwardReads(int input) => input == 1;

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => input == 0;

    public override bool IsCheap => true;

    public int TotalHeads => totalHeads;

    public int RotatedHeads => rotatedHeads;

    public bool Interleaved => interleaved;

    /// <summary>Position of the first row of each sequence; decoding with a cache moves it on.</summary>
    public int FirstPosition { get; set; }

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        Tensor x = inputs[0], table = inputs[1];
        if (x.Shape.Rank != 3 || x.Shape.Columns % totalHeads != 0) { throw new ShapeException($"{Name}: {x} must be [B, T, {totalHeads} heads side by side]."); }
        int size = x.Shape.Columns / totalHeads;
        if (table.Shape.Rank != 2 || table.Shape[1] % 2 != 0 || table.Shape[1] > size) { throw new ShapeException($"{Name}: {table} must be [positions, an even number up to the head size {size}]."); }
        if (FirstPosition + x.Shape[1] > table.Shape[0])
        {
            throw new ShapeException($"{Name}: {x} reaches position {FirstPosition + x.Shape[1] - 1}, but {table} has {table.Shape[0]}; raise model.context.");
        }
        return x.Shape;
    }

    private RotaryShape Sizes(Node node)
    {
        Shape x = node.Inputs[0].Shape;
        return new RotaryShape(x[0], x[1], totalHeads, rotatedHeads, x[2] / totalHeads, node.Inputs[1].Shape[1], FirstPosition, interleaved);
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Rotary(node.Inputs[0].Data, node.Inputs[1].Data, node.Output.Data, Sizes(node));

    public override void Backward(Backend backend, Node node) =>
        backend.RotaryBackward(node.Output.Grad, node.Inputs[1].Data, node.Inputs[0].Grad, Sizes(node), node.Adds(0));

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        double[] y = (double[])inputs[0].Clone();
        int time = shapes[0][1], size = shapes[0][2] / totalHeads, rotated = shapes[1][1], half = rotated / 2;
        for (int start = 0; start < y.Length; start += size)
        {
            if (start / size % totalHeads >= rotatedHeads) { continue; }
            int row = (FirstPosition + (start / size / totalHeads % time)) * rotated;
            for (int i = 0; i < half; i++)
            {
                int first = start + (interleaved ? 2 * i : i), second = interleaved ? first + 1 : first + half;
                double u = y[first], v = y[second], cos = inputs[1][row + i], sin = inputs[1][row + half + i];
                (y[first], y[second]) = ((u * cos) - (v * sin), (v * cos) + (u * sin));
            }
        }
        return y;
    }
}
