using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>What a cursor points at: its frame, the tensor that it is about, and the element. A pure function of (trace, cursor).</summary>
public sealed class StepScene
{
    private Explained? explained;

    private StepScene(StepTrace trace, Cursor cursor, Frame frame)
    {
        (Trace, Cursor, Frame) = (trace, cursor, frame);
        Node = frame.Node < 0 ? null : trace.Tape[frame.Node];
        Explainer = Node is null ? null : OpExplainers.Find(Node.Op);
        Candidates = [.. CandidatesOf(trace, frame)];
    }

    public StepTrace Trace { get; }

    /// <summary>The cursor, normalised.</summary>
    public Cursor Cursor { get; private set; }

    public Frame Frame { get; }

    /// <summary>The operation of the frame, or null.</summary>
    public Node? Node { get; }

    public NodeValues? Values => Node is null ? null : Trace.ValuesOf(Node.Index);

    public OpExplainer? Explainer { get; }

    /// <summary>The tensors that can be selected in this frame, its own choice first.</summary>
    public IReadOnlyList<TensorReading> Candidates { get; }

    /// <summary>The selected one; null: the frame has none.</summary>
    public TensorReading? Subject { get; private set; }

    /// <summary>The selected element of <see cref="Subject"/>, row-major; −1: none.</summary>
    public int Element { get; private set; } = -1;

    /// <summary>Whether the selection is the cursor's and not the frame's own choice.</summary>
    public bool IsSelected { get; private set; }

    /// <summary>The selected element, taken apart; null where no rule makes it.</summary>
    internal Explained? Explained => Frame.Kind is FrameKind.Backward or FrameKind.Accumulate && Element >= 0 && Explainer is not null
        ? explained ??= Explained.Of(Trace, Subject!.Value.Tensor, Frame.Node, Element)
        : null;

    /// <summary>Indices of the selected element: "1,2".</summary>
    public string Indices => Subject is { } subject && Element >= 0 ? ElementText.Of(subject.Tensor.Tensor.Shape, Element) : "";

    /// <summary>The inputs of the frame's node that are the subject; more than one where it reads the tensor twice.</summary>
    public IReadOnlyList<int> SubjectInputs => Node is null || Subject is not { } subject ? [] : [.. Trace.InputsOf(Node, subject.Tensor.Tensor)];

    /// <summary>What the formulas call an input of the frame's node.</summary>
    public string SymbolOf(int input) => Explainer?.Symbol(Values!, input) ?? TensorNames.Short(Trace.Of(Node!.Inputs[input]).Id, Frame.Module);

    /// <summary>This cursor in another frame.</summary>
    public string CursorOf(Frame frame) => (Cursor with { Frame = frame.Id, Term = 0 }).ToString();

    /// <summary>A frame in a list.</summary>
    public FrameView View(Frame frame) => new(frame.Index, frame.Id, frame.Kind.ToString().ToLowerInvariant(), frame.Text, frame.Module, frame.Node < 0 ? "" : Trace.Tape[frame.Node].Op.Name, frame.Index == Frame.Index, CursorOf(frame));

    /// <summary>Finds what a cursor points at. A frame that the step does not have gives way to the nearest of its kind.</summary>
    /// <exception cref="FormatException">The frame, the element or the view is no such name at all.</exception>
    /// <exception cref="ArgumentException">The step has no such tensor, or the tensor no such element.</exception>
    public static StepScene Resolve(StepTrace trace, Cursor cursor)
    {
        Frame frame = trace.Find(cursor.Frame) ?? trace.Nearest(cursor.Frame);
        RequireView(cursor.View);
        if (!Enum.IsDefined(cursor.Level)) { throw new FormatException($"level {(int)cursor.Level}: levels are run, module, op, element and term."); }
        if (cursor.Term < 0) { throw new FormatException($"term {cursor.Term}: terms are counted from 0."); }
        if (cursor.Tensor.Length > 0 && trace.FindTensor(cursor.Tensor) is null) { throw new ArgumentException(trace.NoTensor(cursor.Tensor)); }
        int[] indices = ElementText.Parse(cursor.Element);

        var scene = new StepScene(trace, cursor with { Step = trace.Subject.Step, Frame = frame.Id, Term = IsHead(cursor) ? cursor.Term : 0 }, frame);
        if (scene.Candidates.Count == 0) { return scene; }
        // An element without its tensor selects the first that has it.
        int chosen = cursor.Tensor.Length > 0 ? scene.Candidates.ToList().FindIndex(reading => reading.Tensor.Id == cursor.Tensor)
            : Math.Max(0, scene.Candidates.ToList().FindIndex(reading => indices.Length == 0 || ElementText.TryPlace(reading.Tensor.Tensor.Shape, indices, out _)));
        TensorReading subject = scene.Candidates[Math.Max(0, chosen)];
        scene.Subject = subject;
        Shape shape = subject.Tensor.Tensor.Shape;
        if (shape.Length == 0) { return scene; }
        int element = -1;
        if (chosen >= 0 && indices.Length > 0 && !ElementText.TryPlace(shape, indices, out element) && cursor.Tensor.Length > 0)
        {
            throw new ArgumentException($"{subject.Tensor.Id} {shape} has no element {cursor.Element}: the last is {ElementText.Of(shape, shape.Length - 1)}.");
        }
        scene.IsSelected = element >= 0;
        scene.Element = element >= 0 ? element : trace.Summary(frame.Kind == FrameKind.Update ? subject with { Part = TensorPart.Gradient } : subject).Largest[0].Element;
        if (cursor.Level >= StepLevel.Element) { scene.Cursor = scene.Cursor with { Tensor = subject.Tensor.Id, Element = scene.Indices }; }
        if (cursor.Level == StepLevel.Term && !IsHead(cursor)) { scene.Cursor = scene.Cursor with { Term = Math.Clamp(cursor.Term, 0, Math.Max(0, (scene.Explained?.Terms.Count ?? 0) - 1)) }; }
        return scene;
    }

    /// <summary>Whether the cursor's term chooses an attention head.</summary>
    private static bool IsHead(Cursor cursor) => cursor.View == "attention";

    private static void RequireView(string view)
    {
        if (view.Length > 64 || !view.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or ':' or ','))
        {
            throw new FormatException("view: letters, digits, '-', '.', ':' and ',' name a view, at most 64 of them; examples: check, ledger, code.");
        }
    }

    private static IEnumerable<TensorReading> CandidatesOf(StepTrace trace, Frame frame) => frame.Kind switch
    {
        FrameKind.Zero => trace.Leaves.Select(tensor => new TensorReading(tensor, TensorPart.Zero)),
        FrameKind.Forward => [new TensorReading(trace.Of(trace.Tape[frame.Node].Output), TensorPart.Value)],
        FrameKind.Seed => [new TensorReading(trace.Of(trace.LossTensor), TensorPart.Gradient)],
        FrameKind.Backward => trace.Receivers(frame.Node).Select(tensor => new TensorReading(tensor, TensorPart.Share, frame.Node)),
        FrameKind.Accumulate => [new TensorReading(trace.Of(trace.Tape[frame.Node].Inputs[frame.Input]), TensorPart.After, frame.Node)],
        FrameKind.Clip => trace.Parameters.Select(tensor => new TensorReading(tensor, TensorPart.Gradient)),
        FrameKind.Update => [new TensorReading(trace.Parameters[frame.Parameter], TensorPart.Value)],
        _ => [],
    };
}

/// <summary>Elements as text: "1,2", and back.</summary>
public static class ElementText
{
    /// <summary>"1,2"; a scalar's only element is "0".</summary>
    public static string Of(Shape shape, int element)
    {
        if (shape.Rank == 0) { return "0"; }
        Span<int> indices = stackalloc int[4];
        for (int i = shape.Rank - 1, rest = element; i >= 0; rest /= shape[i], i--) { indices[i] = rest % shape[i]; }
        return string.Join(',', indices[..shape.Rank].ToArray());
    }

    /// <summary>The indices; none of an empty text.</summary>
    /// <exception cref="FormatException">It is no list of indices.</exception>
    public static int[] Parse(string text)
    {
        if (text.Length == 0) { return []; }
        string[] parts = text.Split(',');
        int[] indices = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts.Length > 4 || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out indices[i]))
            {
                throw new FormatException($"'{(text.Length > 40 ? text[..40] + "…" : text)}' names no element: one to four indices from 0, with commas between, as in 1,2.");
            }
        }
        return indices;
    }

    /// <summary>Where an element lies, row-major; false if the shape has no such.</summary>
    public static bool TryPlace(Shape shape, ReadOnlySpan<int> indices, out int element)
    {
        element = 0;
        bool fits = shape.Rank == 0 ? indices.Length == 1 && indices[0] == 0 : indices.Length == shape.Rank;
        for (int i = 0; fits && i < shape.Rank; i++)
        {
            fits = indices[i] < shape[i];
            element = (element * shape[i]) + indices[i];
        }
        if (!fits) { element = -1; }
        return fits;
    }
}
