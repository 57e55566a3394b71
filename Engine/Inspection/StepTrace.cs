using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Inspection.Updates;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection;

/// <summary>A training step, recorded: its frames in the order of the tape, every value and gradient, and who added what.</summary>
/// <remarks>The forward and backward pass are the trainer's own, through the same door, on a tape that keeps everything.
/// The parameters are left as they were: the update is computed and taken back. Not thread-safe.</remarks>
public sealed partial class StepTrace : IDisposable
{
    private readonly Dictionary<string, Frame> frames = [];
    private readonly Dictionary<string, TraceTensor> tensors = [];
    private readonly Dictionary<Tensor, TraceTensor> byTensor = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Tensor, int Node), float[]> after = [];
    private readonly HashSet<int> reached = [];
    private TwinReplay? twin;
    private StepUpdate? update;

    /// <summary>Runs the step and records it; owns the subject from then on.</summary>
    public StepTrace(StepSubject subject)
    {
        Subject = subject;
        Tape = new Tape(subject.Backend);
        subject.Slabs.ClearGradients();
        LossTensor = subject.Forward(Tape);
        Number();
        Parameters = [.. subject.Slabs.Parameters.Select(parameter => byTensor[parameter.Tensor])];
        RunBackward();
        Frames = CreateFrames();
        foreach (Frame frame in Frames) { frames.Add(frame.Id, frame); }
        Loss = Read(LossTensor.Data)[0];
    }

    public StepSubject Subject { get; }

    public Tape Tape { get; }

    public Tensor LossTensor { get; }

    /// <summary>As the kernels computed it.</summary>
    public double Loss { get; }

    public IReadOnlyList<Frame> Frames { get; }

    /// <summary>All tensors: parameters, constants, then outputs in tape order.</summary>
    public IReadOnlyCollection<TraceTensor> Tensors => tensors.Values;

    /// <summary>The float64 twin of the whole step; made when it is first asked for.</summary>
    public TwinReplay Twin => twin ??= new TwinReplay(Tape);

    /// <summary>What the optimizer makes of it; made, and taken back, when it is first asked for.</summary>
    /// <exception cref="InvalidOperationException">The subject has no optimizer.</exception>
    public StepUpdate Update => update ??= new StepUpdate(this);

    /// <summary>The frame with an id, or null.</summary>
    public Frame? Find(string id) => frames.GetValueOrDefault(id);

    /// <summary>The tensor with a name, or null.</summary>
    public TraceTensor? FindTensor(string id) => tensors.GetValueOrDefault(id);

    public TraceTensor Of(Tensor tensor) => byTensor[tensor];

    /// <summary>Whether the backward pass ran this node.</summary>
    public bool IsReached(int node) => reached.Contains(node);

    /// <summary>The final gradient of a tensor.</summary>
    public float[] Gradient(Tensor tensor) => Read(tensor.Grad);

    public void Dispose()
    {
        update?.Dispose();
        Tape.Dispose();
        Subject.Dispose();
    }

    private void Number()
    {
        Dictionary<Tensor, List<(int, int)>> consumers = new(ReferenceEqualityComparer.Instance);
        List<Tensor> outside = [];
        for (int n = 0; n < Tape.Count; n++)
        {
            for (int i = 0; i < Tape[n].Inputs.Length; i++)
            {
                Tensor input = Tape[n].Inputs[i];
                if (!consumers.TryGetValue(input, out List<(int, int)>? list)) { consumers[input] = list = []; outside.Add(input); }
                list.Add((n, i));
            }
        }
        HashSet<Tensor> made = new(Enumerable.Range(0, Tape.Count).Select(n => Tape[n].Output), ReferenceEqualityComparer.Instance);
        for (int p = 0; p < Subject.Slabs.Parameters.Count; p++) { Name(Subject.Slabs.Parameters[p].Tensor, p, -1); }
        foreach (Tensor tensor in outside.Where(tensor => !made.Contains(tensor) && !byTensor.ContainsKey(tensor))) { Name(tensor, -1, -1); }
        for (int n = 0; n < Tape.Count; n++) { Name(Tape[n].Output, -1, n); }

        void Name(Tensor tensor, int parameter, int producer)
        {
            string name = Subject.NameOf(tensor), id = name;
            for (int other = 2; tensors.ContainsKey(id); other++) { id = FormattableString.Invariant($"{name}#{other}"); }
            tensors[id] = byTensor[tensor] = new TraceTensor(id, tensor, parameter, producer, consumers.GetValueOrDefault(tensor) ?? []);
        }
    }

    /// <summary>Pulls the backward pass node by node; of tensors that several nodes add to, keeps the gradient after each.</summary>
    private void RunBackward()
    {
        foreach (Node node in Tape.BackwardSteps(LossTensor, isFresh: true))
        {
            reached.Add(node.Index);
            foreach (Tensor input in node.Inputs)
            {
                if (input.NeedsGradient && byTensor[input].Contributors.Skip(1).Any() && byTensor[input].Contributors.Last() != node.Index)
                {
                    after[(input, node.Index)] = Read(input.Grad);
                }
            }
        }
    }

    private List<Frame> CreateFrames()
    {
        List<Frame> list = [];
        void Add(string id, FrameKind kind, string text, int node = -1, int input = -1, int parameter = -1, string module = "") =>
            list.Add(new Frame(list.Count, id, kind, node, input, parameter, module, text));
        Add("z", FrameKind.Zero, "zero all gradients");
        for (int n = 0; n < Tape.Count; n++) { Add(FormattableString.Invariant($"f{n}"), FrameKind.Forward, FrameTexts.Forward(this, Tape[n]), n, module: Tape[n].Scope); }
        Add("s", FrameKind.Seed, "seed ∂L/∂L = 1", Tape.Count - 1, module: Tape[Tape.Count - 1].Scope);
        for (int n = Tape.Count - 1; n >= 0; n--)
        {
            if (!IsReached(n)) { continue; }
            Node node = Tape[n];
            Add(FormattableString.Invariant($"b{n}"), FrameKind.Backward, FrameTexts.Backward(this, node), n, module: node.Scope);
            foreach (TraceTensor tensor in Receivers(n))
            {
                if (ContributorsOf(tensor).Length > 1)
                {
                    int input = InputsOf(node, tensor.Tensor)[0];
                    Add(FormattableString.Invariant($"a{n}.{input}"), FrameKind.Accumulate, FrameTexts.Accumulate(this, node, tensor), n, input, module: node.Scope);
                }
            }
        }
        if (Subject.Optimizer is not null)
        {
            Add("c", FrameKind.Clip, "clip ‖g‖");
            for (int p = 0; p < Subject.Slabs.Parameters.Count; p++)
            {
                Parameter parameter = Subject.Slabs.Parameters[p];
                Add(FormattableString.Invariant($"u{p}"), FrameKind.Update, $"upd {parameter.Name}", parameter: p, module: TensorNames.ModuleOf(parameter.Name));
            }
            Add("k", FrameKind.Check, "check loss after the update");
        }
        return list;
    }
}
