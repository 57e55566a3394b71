using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection;

/// <content>What is read from a recorded step. Everything that is kept is a function of the record, so that it does not matter who asked first.</content>
public sealed partial class StepTrace
{
    /// <summary>Numbers that copies of nodes' values may take on the host: 1 GB, for both ends of a large tied embedding.</summary>
    private const long CopiesHeld = 1 << 28;

    private readonly Dictionary<int, NodeValues> values = [];
    private readonly LinkedList<int> valuesInUse = new();
    private readonly Dictionary<(string Tensor, TensorPart Part, int Node), TensorSummary> summaries = [];
    private readonly Dictionary<string, int[]> contributors = [];
    private readonly Dictionary<(string Tensor, int Element), FiniteDifference> differences = [];
    private (int Node, double[] Values) reference = (-1, []);
    private double cost = -1;
    private ModuleTree? modules;
    private StepOrigin? origin;
    private bool isSearched;

    /// <summary>The parameters, in the order of the slab.</summary>
    public IReadOnlyList<TraceTensor> Parameters { get; private set; } = [];

    /// <summary>Tensors with a gradient that no operation made: parameters, then inputs.</summary>
    public IEnumerable<TraceTensor> Leaves => tensors.Values.Where(tensor => tensor.Producer < 0 && tensor.Tensor.NeedsGradient);

    /// <summary>The values that a node read and made, on the host; those of nodes that were not asked for of late are let go.</summary>
    public NodeValues ValuesOf(int node)
    {
        if (values.TryGetValue(node, out NodeValues? found)) { valuesInUse.Remove(node); }
        else { values[node] = found = new NodeValues(Tape.Backend, Tape[node]); }
        valuesInUse.AddFirst(node);
        long held = valuesInUse.Sum(HeldBy);
        while (held > CopiesHeld && valuesInUse.Count > 1)
        {
            held -= HeldBy(valuesInUse.Last!.Value);
            values.Remove(valuesInUse.Last.Value);
            valuesInUse.RemoveLast();
        }
        return found;
    }

    /// <summary>Nodes that added to a tensor's gradient, in the order in which they did.</summary>
    public int[] ContributorsOf(TraceTensor tensor)
    {
        if (!contributors.TryGetValue(tensor.Id, out int[]? found)) { contributors[tensor.Id] = found = [.. tensor.Contributors.Where(IsReached)]; }
        return found;
    }

    /// <summary>The tensors whose gradients a node adds to, each once, in the order of its inputs.</summary>
    public IReadOnlyList<TraceTensor> Receivers(int node)
    {
        List<TraceTensor> found = [];
        foreach (Tensor input in Tape[node].Inputs)
        {
            if (input.NeedsGradient && !found.Exists(other => ReferenceEquals(other.Tensor, input))) { found.Add(Of(input)); }
        }
        return found;
    }

    /// <summary>The inputs of a node that are this tensor.</summary>
    public IReadOnlyList<int> InputsOf(Node node, Tensor tensor)
    {
        List<int> found = [];
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (ReferenceEquals(node.Inputs[i], tensor)) { found.Add(i); }
        }
        return found;
    }

    /// <summary>What a node added to the gradient of a tensor: the difference between after and before, exact in float64.</summary>
    public double[] Share(TraceTensor tensor, int node)
    {
        int[] order = ContributorsOf(tensor);
        int place = Array.IndexOf(order, node);
        if (place < 0) { return new double[tensor.Tensor.Shape.Length]; }
        float[] now = After(tensor, node), before = place == 0 ? [] : After(tensor, order[place - 1]);
        double[] share = new double[now.Length];
        for (int i = 0; i < share.Length; i++) { share[i] = (double)now[i] - (before.Length == 0 ? 0 : before[i]); }
        return share;
    }

    /// <summary>A copy of what a view holds.</summary>
    public float[] Read(View view)
    {
        float[] host = new float[view.Length];
        Tape.Backend.Read(view, host);
        return host;
    }

    /// <summary>All numbers of a reading.</summary>
    public float[] ReadAll(TensorReading reading) => Plain(reading) switch
    {
        { Part: TensorPart.Value } => Read(reading.Tensor.Tensor.Data),
        { Part: TensorPart.Gradient } => Gradient(reading.Tensor.Tensor),
        { Part: TensorPart.After } => After(reading.Tensor, reading.Node),
        { Part: TensorPart.Share } => RoundedShare(reading.Tensor, reading.Node),
        _ => new float[reading.Tensor.Tensor.Shape.Length],
    };

    /// <summary>One number of a reading; a share is exact in float64.</summary>
    public double At(TensorReading reading, int element)
    {
        switch (Plain(reading).Part)
        {
            case TensorPart.Value: return ReadOne(reading.Tensor.Tensor.Data, element);
            case TensorPart.Gradient: return ReadOne(reading.Tensor.Tensor.Grad, element);
            case TensorPart.After: return AfterAt(reading.Tensor, reading.Node, element);
            case TensorPart.Share:
                int[] order = ContributorsOf(reading.Tensor);
                int place = Array.IndexOf(order, reading.Node);
                return place < 0 ? 0 : AfterAt(reading.Tensor, reading.Node, element) - (place == 0 ? 0 : AfterAt(reading.Tensor, order[place - 1], element));
            default: return 0;
        }
    }

    /// <summary>A reading at a glance; kept.</summary>
    public TensorSummary Summary(TensorReading reading)
    {
        reading = Plain(reading);
        (string, TensorPart, int) key = (reading.Tensor.Id, reading.Part, reading.Node);
        if (!summaries.TryGetValue(key, out TensorSummary? found)) { summaries[key] = found = reading.Part == TensorPart.Zero ? TensorSummary.Zeros(reading.Tensor.Tensor.Shape) : TensorSummary.Of(ReadAll(reading), reading.Tensor.Tensor.Shape); }
        return found;
    }

    /// <summary>The modules with their shares of the gradient; measured when first asked for.</summary>
    public ModuleTree Modules => modules ??= new ModuleTree(this);

    /// <summary>Where numbers that are not finite come from; null: all are. Searched when first asked for.</summary>
    public StepOrigin? Origin
    {
        get
        {
            if (!isSearched) { (origin, isSearched) = (StepOrigin.Find(this), true); }
            return origin;
        }
    }

    /// <summary>Multiply-adds of the forward pass, roughly.</summary>
    internal double Cost => cost < 0 ? cost = StepCost.Of(this) : cost;

    /// <summary>The measured slope of the loss along an element; kept.</summary>
    internal FiniteDifference Difference(TraceTensor tensor, int element)
    {
        if (!differences.TryGetValue((tensor.Id, element), out FiniteDifference found)) { differences[(tensor.Id, element)] = found = FiniteDifference.Of(this, tensor, element); }
        return found;
    }

    /// <summary>A node's output by its textbook formula in float64, on the inputs that the kernels read; the last is kept.</summary>
    internal double[] Reference(int node)
    {
        if (reference.Node == node) { return reference.Values; }
        Tensor[] inputs = Tape[node].Inputs.ToArray();
        reference = (node, Tape[node].Op.Reference(Array.ConvertAll(inputs, input => Array.ConvertAll(Read(input.Data), value => (double)value)), Array.ConvertAll(inputs, input => input.Shape)));
        return reference.Values;
    }

    /// <summary>The frame that is nearest to one that a step of another size has.</summary>
    /// <exception cref="FormatException">It is no id of a frame.</exception>
    public Frame Nearest(string id)
    {
        string number = id.Length > 1 ? id[1..].Split('.')[0] : "";
        bool isNumbered = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int place);
        FrameKind? kind = (id.Length > 0 ? id[0] : ' ', isNumbered, id.Length) switch
        {
            ('f', true, _) => FrameKind.Forward,
            ('b' or 'a', true, _) => FrameKind.Backward,
            ('u', true, _) => FrameKind.Update,
            ('c', _, 1) => FrameKind.Clip,
            ('k', _, 1) => FrameKind.Check,
            _ => null,
        };
        if (kind is null) { throw new FormatException($"'{(id.Length > 40 ? id[..40] + "…" : id)}' names no frame. This step has {Extent()}."); }
        return Frames.Where(frame => frame.Kind == kind).MinBy(frame => Math.Abs(Math.Max(frame.Node, frame.Parameter) - place)) ?? Frames[^1];
    }

    /// <summary>What to say of a tensor that there is not.</summary>
    internal string NoTensor(string name)
    {
        string shown = name.Length > 80 ? name[..80] + "…" : name;
        string[] close = [.. tensors.Keys.Where(id => id.Contains(name, StringComparison.OrdinalIgnoreCase)).Take(4)];
        return close.Length > 0 ? $"This step has no tensor '{shown}'; did you mean {string.Join(", ", close)}?" : $"This step has no tensor '{shown}'; it has {string.Join(", ", tensors.Keys.Take(6))}{(tensors.Count > 6 ? ", …" : "")}.";
    }

    private string Extent()
    {
        string text = FormattableString.Invariant($"z (zero), f0 to f{Tape.Count - 1} (forward), s (seed), b{Tape.Count - 1} to b0 (backward), a7.0 (node 7 adds to its input 0)");
        return Subject.Optimizer is null ? text : FormattableString.Invariant($"{text}, c (clip), u0 to u{Parameters.Count - 1} (update), k (check)");
    }

    /// <summary>The same numbers by their plainest name: the share of the only contributor is the gradient.</summary>
    private TensorReading Plain(TensorReading reading)
    {
        if (reading.Part is not (TensorPart.Share or TensorPart.After)) { return reading; }
        int[] order = ContributorsOf(reading.Tensor);
        bool isLast = order.Length > 0 && order[^1] == reading.Node;
        return isLast && (reading.Part == TensorPart.After || order.Length == 1) ? new TensorReading(reading.Tensor, TensorPart.Gradient) : reading;
    }

    private float[] RoundedShare(TraceTensor tensor, int node)
    {
        int[] order = ContributorsOf(tensor);
        int place = Array.IndexOf(order, node);
        if (place < 0) { return new float[tensor.Tensor.Shape.Length]; }
        float[] share = after.TryGetValue((tensor.Tensor, node), out float[]? kept) ? (float[])kept.Clone() : Gradient(tensor.Tensor);
        if (place == 0) { return share; }
        float[] before = After(tensor, order[place - 1]);
        for (int i = 0; i < share.Length; i++) { share[i] = (float)((double)share[i] - before[i]); }
        return share;
    }

    private float[] After(TraceTensor tensor, int node) => after.TryGetValue((tensor.Tensor, node), out float[]? kept) ? kept : Gradient(tensor.Tensor);

    private double AfterAt(TraceTensor tensor, int node, int element) =>
        after.TryGetValue((tensor.Tensor, node), out float[]? kept) ? kept[element] : ReadOne(tensor.Tensor.Grad, element);

    private float ReadOne(View view, int element)
    {
        Span<float> one = stackalloc float[1];
        Tape.Backend.Read(view.Slice(element, 1), one);
        return one[0];
    }

    private long HeldBy(int node)
    {
        long total = 2L * Tape[node].Output.Shape.Length;
        foreach (Tensor input in Tape[node].Inputs) { total += input.Shape.Length; }
        return total;
    }
}
