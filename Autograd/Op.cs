using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>A differentiable operation: its shape rule, its forward pass, and a backward pass that adds to the gradients of its inputs.</summary>
/// <remarks>An op holds hyper-parameters, no data of a call; a module makes it once and applies it at every step.
/// Every concrete op has <c>public static IEnumerable&lt;OpExample&gt; Examples</c>, found by reflection:
/// the gradient check, the parity tests and the benchmarks run on them.</remarks>
public abstract class Op
{
    /// <summary>Lower-case name in the field's terms: "rms_norm".</summary>
    public abstract string Name { get; }

    /// <summary>Checks the input shapes and gives the output's.</summary>
    /// <exception cref="ShapeException">The inputs do not fit; names both tensors.</exception>
    public abstract Shape OutputShape(ReadOnlySpan<Tensor> inputs);

    /// <summary>Floats that <see cref="Forward"/> keeps for <see cref="Backward"/> besides inputs and output.</summary>
    public virtual int SavedLength(ReadOnlySpan<Tensor> inputs) => 0;

    /// <summary>Floats of scratch that live only during one call of <see cref="Forward"/> or <see cref="Backward"/>.</summary>
    public virtual int WorkspaceLength(ReadOnlySpan<Tensor> inputs) => 0;

    /// <summary>Floats of scratch with which the op runs as well, if slower: where memory is short.</summary>
    public virtual int LeastWorkspaceLength(ReadOnlySpan<Tensor> inputs) => WorkspaceLength(inputs);

    /// <summary>Whether <see cref="Backward"/> reads the values of an input; what no backward pass reads is not kept.</summary>
    public virtual bool BackwardReads(int input) => true;

    /// <summary>Whether <see cref="Backward"/> reads the values of the output.</summary>
    public virtual bool BackwardReadsOutput => true;

    /// <summary>Whether <see cref="Backward"/> can overwrite the gradient of an input, as <see cref="Node.Adds"/> says, instead of adding to zeros.</summary>
    public virtual bool Overwrites(int input) => false;

    /// <summary>Whether the gradient of an input is that of the output as it is, so that both may share memory (<see cref="Node.IsPassed"/>).</summary>
    public virtual bool PassesGradient(int input) => false;

    /// <summary>Whether <see cref="Backward"/> computes the output as well where <see cref="Node.IsComputed"/> is false: a loss whose gradient comes with it. It then reads all inputs.</summary>
    public virtual bool ComputesOutputBackward => false;

    /// <summary>Whether the forward pass costs little beside a matrix product: selective recomputation runs it again.</summary>
    public virtual bool IsCheap => false;

    /// <summary>Fills the output and what is saved.</summary>
    public abstract void Forward(Backend backend, Node node);

    /// <summary>Adds to the gradient of every input that needs one, or overwrites it where <see cref="Node.Adds"/> is false; the output's gradient is complete.</summary>
    public abstract void Backward(Backend backend, Node node);

    /// <summary>The same function in float64 by its textbook formula: the oracle of tests and the proof in step-through.</summary>
    /// <param name="inputs">Values of the inputs, row-major.</param>
    /// <param name="shapes">Their shapes.</param>
    public abstract double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes);
}

/// <summary>Tensors that do not fit together.</summary>
public sealed class ShapeException(string message) : ArgumentException(message)
{
    /// <summary>Throws unless the number of inputs is right.</summary>
    public static void RequireInputs(Op op, ReadOnlySpan<Tensor> inputs, int count)
    {
        if (inputs.Length != count) { throw new ShapeException($"{op.Name}: takes {count} tensors, {inputs.Length} given."); }
    }

    /// <summary>Throws unless both tensors have the same shape.</summary>
    public static void RequireSame(Op op, Tensor a, Tensor b)
    {
        if (a.Shape != b.Shape) { throw new ShapeException($"{op.Name}: {a} and {b} must have the same shape."); }
    }

    /// <summary>Throws unless <paramref name="w"/> is a vector as long as the rows of <paramref name="x"/>.</summary>
    public static void RequireRow(Op op, Tensor x, Tensor w)
    {
        if (w.Shape.Rank != 1 || w.Shape[0] != x.Shape.Columns) { throw new ShapeException($"{op.Name}: {x} and {w} must agree on the last dimension."); }
    }
}
