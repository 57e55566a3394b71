using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y[b,t,:] = table[tokens[b,t],:]. table [V, C], y [B, T, C].</summary>
/// <remarks>dtable[v] += Σ dy[b,t] over the places of token v.</remarks>
/// <param name="tokens">Ids, rewritten in place for every batch.</param>
public sealed class Embedding(Tokens tokens) : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(backend => new Embedding(Ids(backend, 2, 3, [4, 0, 4, 2, 1, 4])), [new(5, 7)]),
        new(backend => new Embedding(Ids(backend, 1, 1, [0])), [new(1, 3)], Label: "one row"),
    ];

    public override string Name => "embedding";

    public override bool BackwardReads(int input) => false;

    public override bool BackwardReadsOutput => false;

    public Tokens Tokens => tokens;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 1);
        if (inputs[0].Shape.Rank != 2) { throw new ShapeException($"{Name}: the table {inputs[0]} must be [vocabulary, columns]."); }
        return new Shape(tokens.Batch, tokens.Time, inputs[0].Shape[1]);
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Embedding(tokens.Ids, node.Inputs[0].Data, node.Output.Data, tokens.Rows, node.Output.Shape.Columns);

    public override void Backward(Backend backend, Node node) =>
        backend.EmbeddingBackward(tokens.Ids, node.Output.Grad, node.Inputs[0].Grad, tokens.Rows, node.Output.Shape.Columns);

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        int columns = shapes[0][1];
        int[] ids = tokens.ToArray();
        double[] y = new double[ids.Length * columns];
        for (int i = 0; i < y.Length; i++) { y[i] = inputs[0][(ids[i / columns] * columns) + (i % columns)]; }
        return y;
    }

    internal static Tokens Ids(Backend backend, int batch, int time, ReadOnlySpan<int> ids)
    {
        Tokens tokens = new(backend, batch, time);
        tokens.Set(ids);
        return tokens;
    }
}
