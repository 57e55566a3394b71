using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>Runs operations and remembers them, so that gradients can flow back: the only door to arithmetic above the kernels.</summary>
/// <remarks>Nodes, tensors and memory are kept by position and reused as long as op and shapes repeat: a warmed step allocates nothing.
/// Not thread-safe; the backend parallelises inside an operation.</remarks>
public sealed class Tape(Backend backend, bool records = true) : IDisposable
{
    private readonly List<Node> nodes = [];
    private readonly TensorBuffer seed = backend.Allocate(1);
    private TensorBuffer? workspace;
    private long pass;

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
        if (!Repeats(node, op, inputs)) { Configure(node, op, inputs); }
        Count++;
        op.Forward(backend, node);
        Observer?.OnForward(node);
        return node.Output;
    }

    /// <summary>Forgets all nodes and keeps their memory for the next step.</summary>
    public void Reset() => Count = 0;

    /// <summary>Back-propagates from a scalar: ∂L/∂L = <paramref name="scale"/>, then every node in reverse order.</summary>
    public void Backward(Tensor loss, float scale = 1f)
    {
        foreach (Node _ in BackwardSteps(loss, scale)) { }
    }

    /// <summary>The backward pass, one node at each step. Gradients of activations are cleared just before the first node adds to them; those of parameters are their owner's to clear.</summary>
    /// <exception cref="InvalidOperationException">The tape does not record, or the loss is not a scalar on it.</exception>
    public BackwardEnumerator BackwardSteps(Tensor loss, float scale = 1f)
    {
        if (!records) { throw new InvalidOperationException("This tape evaluates only: make it with records = true to back-propagate."); }
        if (loss.Shape.Length != 1 || !loss.IsActivation) { throw new InvalidOperationException($"Backward starts at a scalar that the tape made, not at {loss}."); }
        backend.Fill(new View(seed, 0, 1), scale);
        return BackwardSteps(loss, new View(seed, 0, 1));
    }

    /// <summary>The backward pass from any tensor on the tape, given ∂L/∂output.</summary>
    public BackwardEnumerator BackwardSteps(Tensor output, View gradient)
    {
        pass++;
        Clear(output);
        backend.Accumulate(gradient, output.Grad);
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

    private void Configure(Node node, Op op, ReadOnlySpan<Tensor> inputs)
    {
        Shape shape = op.OutputShape(inputs);
        int saved = op.SavedLength(inputs), length = shape.Length, scratch = op.WorkspaceLength(inputs);
        bool needsGradient = false;
        foreach (Tensor input in inputs) { needsGradient |= input.NeedsGradient; }
        needsGradient &= records;

        int output = Aligned(length), total = output + (needsGradient ? output : 0) + Aligned(saved);
        if (node.Memory is null || node.Memory.Length < total)
        {
            FloatsHeld += total - (node.Memory?.Length ?? 0);
            node.Memory?.Dispose();
            node.Memory = backend.Allocate(total);
        }
        if (node.inputs.Length < inputs.Length) { node.inputs = new Tensor[inputs.Length]; }
        inputs.CopyTo(node.inputs);
        node.InputCount = inputs.Length;
        node.Op = op;
        node.Scope = Scope;
        string name = Scope.Length == 0 ? $"{op.Name}.{node.Index}" : $"{Scope}.{op.Name}";
        node.Output = new Tensor(name, shape, new View(node.Memory, 0, length), needsGradient ? new View(node.Memory, output, length) : default) { IsActivation = true };
        node.Saved = saved == 0 ? default : new View(node.Memory, total - Aligned(saved), saved);
        node.Workspace = scratch == 0 ? default : Scratch(scratch);
    }

    private View Scratch(int length)
    {
        if (workspace is null || workspace.Length < length)
        {
            TensorBuffer? old = workspace;
            workspace = backend.Allocate(length);
            foreach (Node node in nodes)
            {
                if (!node.Workspace.IsEmpty) { node.Workspace = new View(workspace, 0, node.Workspace.Length); }
            }
            old?.Dispose();
        }
        return new View(workspace, 0, length);
    }

    private void Clear(Tensor tensor)
    {
        if (tensor.IsActivation && tensor.NeedsGradient && tensor.ClearedInPass != pass)
        {
            tensor.ClearedInPass = pass;
            backend.Fill(tensor.Grad, 0f);
        }
    }

    /// <summary>Runs one node backward; false if no gradient reached it.</summary>
    private bool Step(Node node)
    {
        if (!node.Output.NeedsGradient || node.Output.ClearedInPass != pass) { return false; }
        foreach (Tensor input in node.Inputs) { Clear(input); }
        node.Op.Backward(backend, node);
        Observer?.OnBackward(node);
        return true;
    }

    /// <summary>Rounds up to 16 floats, so that every view starts on a 64-byte line.</summary>
    private static int Aligned(int length) => (length + 15) & ~15;

    public void Dispose()
    {
        foreach (Node node in nodes) { node.Memory?.Dispose(); }
        nodes.Clear();
        Count = 0;
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
