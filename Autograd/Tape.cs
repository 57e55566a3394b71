using PureLlm.Autograd.Memory;
using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>Runs operations and remembers them, so that gradients can flow back: the only door to arithmetic above the kernels.</summary>
/// <remarks>Nodes, tensors and memory are kept by position and reused as long as op and shapes repeat: a warmed step allocates nothing.
/// Not thread-safe; the backend parallelises inside an operation.</remarks>
/// <param name="backend">Where everything lives.</param>
/// <param name="records">Whether outputs get gradients. Without, a tape evaluates only.</param>
/// <param name="memory">How values share memory; null: each has its own and can be looked at until the next step.</param>
public sealed partial class Tape(Backend backend, bool records = true, TapeMemory? memory = null) : IDisposable
{
    private static long passes;

    private readonly List<Node> nodes = [];
    private readonly TensorBuffer seed = backend.Allocate(1);
    private int segment, segments;
    private long pass;
    private bool isFresh;

    public Backend Backend => backend;

    /// <summary>Nodes since the last <see cref="Reset"/>.</summary>
    public int Count { get; private set; }

    public Node this[int index] => index < Count ? nodes[index] : throw new ArgumentOutOfRangeException(nameof(index), $"The tape holds {Count} nodes; there is no node {index}.");

    /// <summary>Whether outputs get gradients. Without, a tape evaluates only.</summary>
    public bool Records => records;

    public ITapeObserver? Observer { get; set; }

    /// <summary>Path of the module that is running; it becomes the scope of the nodes.</summary>
    public string Scope { get; set; } = "";

    /// <summary>Floats of activations, gradients and saved values held now.</summary>
    public long FloatsHeld { get; private set; }

    /// <summary>Runs an op forward and records it.</summary>
    /// <exception cref="ShapeException">The inputs do not fit the op.</exception>
    public Tensor Apply(Op op, params ReadOnlySpan<Tensor> inputs)
    {
        if (Count == nodes.Count) { nodes.Add(new Node(Count)); }
        Node node = nodes[Count];
        bool repeats = Repeats(node, op, inputs);
        if (memory is not null)
        {
            if (repeats && plan is not null && Count < plan.Count)
            {
                Count++;
                Run(node);
            }
            else { Postpone(node, op, inputs, repeats); }
            return node.Output;
        }
        if (!repeats)
        {
            Describe(node, op, inputs);
            Allocate(node);
        }
        Count++;
        op.Forward(backend, node);
        Observer?.OnForward(node);
        return node.Output;
    }

    /// <summary>Begins a segment: operations that belong together, of which checkpointing keeps only what others read.</summary>
    public void BeginSegment() => segment = ++segments;

    /// <summary>Ends the segment.</summary>
    public void EndSegment() => segment = 0;

    /// <summary>Forgets all nodes and keeps their memory for the next step.</summary>
    public void Reset() => (Count, segment, segments) = (0, 0, 0);

    /// <summary>Back-propagates from a scalar: ∂L/∂L = <paramref name="scale"/>, then every node in reverse order.</summary>
    /// <param name="isFresh">The gradients of parameters are overwritten; otherwise they are added to. One that no node touches (<see cref="HasTouched"/>) stays as it was.</param>
    public void Backward(Tensor loss, float scale = 1f, bool isFresh = false)
    {
        foreach (Node _ in BackwardSteps(loss, scale, isFresh)) { }
    }

    /// <summary>Whether the last backward pass reached the gradient of a tensor.</summary>
    public bool HasTouched(Tensor tensor) => tensor.TouchedInPass == pass;

    /// <summary>The backward pass, one node at each step. Gradients of activations begin with the first node that touches them; those of parameters are added to, or overwritten if the pass is fresh.</summary>
    /// <exception cref="InvalidOperationException">The tape does not record, or the loss is not a scalar on it.</exception>
    public BackwardEnumerator BackwardSteps(Tensor loss, float scale = 1f, bool isFresh = false)
    {
        if (!records) { throw new InvalidOperationException("This tape evaluates only: make it with records = true to back-propagate."); }
        if (loss.Shape.Length != 1 || !loss.IsActivation) { throw new InvalidOperationException($"Backward starts at a scalar that the tape made, not at {loss}."); }
        backend.Fill(new View(seed, 0, 1), scale);
        return BackwardSteps(loss, new View(seed, 0, 1), isFresh);
    }

    /// <summary>The backward pass from any tensor on the tape, given ∂L/∂output.</summary>
    /// <exception cref="InvalidOperationException">The tape plans its memory, and the output is not its last.</exception>
    public BackwardEnumerator BackwardSteps(Tensor output, View gradient, bool isFresh = false)
    {
        if (memory is not null) { Prepare(output); }
        pass = Interlocked.Increment(ref passes);
        this.isFresh = isFresh;
        output.TouchedInPass = pass;
        backend.Copy(gradient, output.Grad);
        return new BackwardEnumerator(this);
    }

    private static bool Repeats(Node node, Op op, ReadOnlySpan<Tensor> inputs)
    {
        if (!ReferenceEquals(node.Op, op) || node.InputCount != inputs.Length) { return false; }
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!ReferenceEquals(node.inputs[i], inputs[i])) { return false; }
        }
        return true;
    }

    /// <summary>Checks the shapes and notes what the node needs.</summary>
    private void Describe(Node node, Op op, ReadOnlySpan<Tensor> inputs)
    {
        Shape shape = op.OutputShape(inputs);
        node.SavedLength = op.SavedLength(inputs);
        node.WorkspaceLength = memory is { Recompute: not Recomputation.None } ? op.LeastWorkspaceLength(inputs) : op.WorkspaceLength(inputs);
        bool needsGradient = false;
        foreach (Tensor input in inputs) { needsGradient |= input.NeedsGradient; }

        if (node.inputs.Length < inputs.Length) { node.inputs = new Tensor[inputs.Length]; }
        inputs.CopyTo(node.inputs);
        node.InputCount = inputs.Length;
        node.Op = op;
        node.Scope = Scope;
        node.Segment = segment;
        string name = Scope.Length == 0 ? $"{op.Name}.{node.Index}" : $"{Scope}.{op.Name}";
        node.Output = new Tensor(name, shape, node.Index, needsGradient && records);
    }

    /// <summary>Runs one node backward; false if no gradient reached it.</summary>
    private bool Step(Node node)
    {
        if (!node.Output.NeedsGradient || node.Output.TouchedInPass != pass) { return false; }
        plan?.BeforeBackward(node.Index);
        node.overwritten = 0;
        for (int i = 0; i < node.InputCount; i++) { Touch(node, i); }
        if (!node.IsComputed) { node.Output.Pending = null; }
        node.Op.Backward(backend, node);
        if (!node.IsComputed) { Complete(node); }
        Observer?.OnBackward(node);
        plan?.AfterBackward(node.Index);
        return true;
    }

    /// <summary>Where the node is the first to touch the gradient of an input, has it overwritten, or clears it.</summary>
    private void Touch(Node node, int i)
    {
        Tensor input = node.inputs[i];
        if (!input.NeedsGradient || input.TouchedInPass == pass) { return; }
        input.TouchedInPass = pass;
        if (!input.IsActivation && !isFresh) { return; }
        if (node.Op.Overwrites(i) && !node.HasTwice(input)) { node.overwritten |= 1u << i; }
        else { backend.Fill(input.Grad, 0f); }
    }

    public void Dispose()
    {
        foreach (Node node in nodes) { node.Memory?.Dispose(); }
        nodes.Clear();
        Count = 0;
        plan?.Dispose();
        workspace?.Dispose();
        seed.Dispose();
    }

    /// <summary>Pulls the backward pass node by node; training drains it, step-through looks at each.</summary>
    public struct BackwardEnumerator
    {
        private readonly Tape tape;
        private int next;

        internal BackwardEnumerator(Tape tape) => (this.tape, next) = (tape, tape.Count);

        public Node Current { get; private set; } = null!;

        public readonly BackwardEnumerator GetEnumerator() => this;

        /// <summary>Runs the next node backward; false when the tape is at its start.</summary>
        public bool MoveNext()
        {
            while (next > 0)
            {
                Node node = tape.nodes[--next];
                if (tape.Step(node))
                {
                    Current = node;
                    return true;
                }
            }
            return false;
        }
    }
}
