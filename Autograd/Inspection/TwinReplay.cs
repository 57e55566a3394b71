using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection;

/// <summary>Evaluates again in float64 what a tape recorded, by the textbook formula of each operation.</summary>
/// <remarks>Valid until the tape is reset. Where one element of an input changes, only the nodes that depend on it are evaluated again.</remarks>
public sealed class TwinReplay
{
    private readonly Node[] nodes;
    private readonly Dictionary<Tensor, double[]> values = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reads the inputs from the device and evaluates every node once.</summary>
    public TwinReplay(Tape tape)
    {
        nodes = [.. Enumerable.Range(0, tape.Count).Select(i => tape[i])];
        HashSet<Tensor> made = new(nodes.Select(node => node.Output), ReferenceEqualityComparer.Instance);
        foreach (Node node in nodes)
        {
            foreach (Tensor input in node.Inputs)
            {
                if (!made.Contains(input) && !values.ContainsKey(input)) { values[input] = Read(tape.Backend, input); }
            }
            values[node.Output] = Evaluate(node, values);
        }
    }

    /// <summary>The float64 values of a tensor that took part.</summary>
    public IReadOnlyList<double> ValuesOf(Tensor tensor) => Find(tensor);

    /// <summary>(L(x + h) − L(x − h)) / 2h for one element of an input and a scalar L.</summary>
    /// <exception cref="ArgumentException">A tensor took no part, or the loss is no scalar.</exception>
    public double Derivative(Tensor loss, Tensor input, int element, double step) =>
        (Moved(loss, input, element, step) - Moved(loss, input, element, -step)) / (2 * step);

    /// <summary>What a scalar L would be with one element of a tensor moved: L(x + by).</summary>
    /// <remarks>Of an activation, what follows it sees it moved; what made it does not run again.</remarks>
    /// <exception cref="ArgumentException">A tensor took no part, or the loss is no scalar.</exception>
    public double Moved(Tensor loss, Tensor input, int element, double by)
    {
        if (loss.Shape.Length != 1) { throw new ArgumentException($"A derivative is that of a scalar, not of {loss}."); }
        double[] x = Find(input);
        double kept = x[element];
        try
        {
            x[element] = kept + by;
            return Again(input, loss);
        }
        finally
        {
            x[element] = kept;
        }
    }

    /// <summary>What becomes of every tensor that depends on changed ones, with these; what was recorded stays as it is.</summary>
    /// <remarks>A changed output of a node is taken as given: the node is not evaluated again.</remarks>
    /// <exception cref="ArgumentException">A tensor took no part, or has another number of values.</exception>
    public IReadOnlyDictionary<Tensor, double[]> With(IReadOnlyDictionary<Tensor, double[]> changed)
    {
        Dictionary<Tensor, double[]> fresh = new(ReferenceEqualityComparer.Instance);
        foreach ((Tensor tensor, double[] x) in changed)
        {
            if (Find(tensor).Length != x.Length) { throw new ArgumentException($"{tensor} has {tensor.Shape.Length} values, {x.Length} given."); }
            fresh[tensor] = x;
        }
        foreach (Node node in nodes)
        {
            bool depends = false;
            foreach (Tensor input in node.Inputs) { depends |= fresh.ContainsKey(input); }
            if (depends && !changed.ContainsKey(node.Output)) { fresh[node.Output] = Evaluate(node, fresh); }
        }
        return fresh;
    }

    private double Again(Tensor changed, Tensor loss) =>
        With(new Dictionary<Tensor, double[]>(ReferenceEqualityComparer.Instance) { [changed] = values[changed] }).GetValueOrDefault(loss, Find(loss))[0];

    private double[] Evaluate(Node node, Dictionary<Tensor, double[]> known)
    {
        double[][] inputs = new double[node.InputCount][];
        Shape[] shapes = new Shape[node.InputCount];
        for (int i = 0; i < inputs.Length; i++)
        {
            Tensor input = node.Inputs[i];
            inputs[i] = known.GetValueOrDefault(input) ?? values[input];
            shapes[i] = input.Shape;
        }
        return node.Op.Reference(inputs, shapes);
    }

    private double[] Find(Tensor tensor) => values.GetValueOrDefault(tensor) ?? throw new ArgumentException($"{tensor} took no part in what the tape recorded.");

    private static double[] Read(Backend backend, Tensor tensor)
    {
        const int Piece = 1 << 14;
        double[] wide = GC.AllocateUninitializedArray<double>(tensor.Shape.Length);
        Span<float> piece = new float[Math.Min(Piece, wide.Length)];
        for (int start = 0; start < wide.Length; start += Piece)
        {
            piece = piece[..Math.Min(Piece, wide.Length - start)];
            backend.Read(tensor.Data.Slice(start, piece.Length), piece);
            for (int i = 0; i < piece.Length; i++) { wide[start + i] = piece[i]; }
        }
        return wide;
    }
}
