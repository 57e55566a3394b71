using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Engine.Inspection;

/// <summary>What deserves a remark at a cursor, with where its cause can be seen: computed from the numbers, never by rote.</summary>
internal static class StepNotes
{
    private const int Chain = 8;

    public static IReadOnlyList<NoteView> Of(StepScene scene)
    {
        List<NoteView> notes = [];
        if (scene.Frame.Kind == FrameKind.Zero) { notes.AddRange(scene.Trace.Subject.Remarks.Select(remark => new NoteView("remark", remark, null))); }
        if (scene.Subject is not { } subject || scene.Element < 0) { return notes; }
        AddNonFinite(scene, subject, notes);
        if (scene.Frame.Kind is FrameKind.Backward or FrameKind.Accumulate)
        {
            foreach (int input in scene.SubjectInputs) { AddObservations(scene, scene.Frame.Node, input, scene.Element, "", Chain, notes); }
            AddZeroRows(scene, subject, notes);
        }
        if (subject.Tensor.Parameter >= 0 && scene.Frame.Kind != FrameKind.Zero)
        {
            AddTied(scene, subject.Tensor, notes);
            AddClipped(scene, notes);
        }
        return notes;
    }

    private static void AddNonFinite(StepScene scene, TensorReading subject, List<NoteView> notes)
    {
        StatsView stats = scene.Trace.Summary(subject).Stats;
        int bad = stats.NaNs + stats.Infinities;
        if (bad == 0) { return; }
        string what = FormattableString.Invariant($"{bad} of {stats.Count} values are not finite ({stats.NaNs} NaN, {stats.Infinities} infinite)");
        if (scene.Trace.Origin is not { } origin)
        {
            notes.Add(new NoteView("not finite", $"{what}; no operation made them of finite numbers", null));
            return;
        }
        string value = $"{origin.Reading.Tensor.Id}[{origin.Indices}] = {NumberText.Of(origin.Value)}";
        string where = origin.IsGiven ? $"{value} was there before the step" : origin.Frame == scene.Frame ? $"this operation made them of finite numbers: {value}" : $"they come from {origin.Frame.Id} ({origin.Frame.Text}): {value}";
        notes.Add(new NoteView("not finite", $"{what}; {where}", origin.Cursor.ToString()));
    }

    /// <summary>The remarks of an operation's explainer about one element; where it says that nothing arrived, those of who sent nothing.</summary>
    private static void AddObservations(StepScene scene, int nodeIndex, int input, int element, string prefix, int depth, List<NoteView> notes)
    {
        StepTrace trace = scene.Trace;
        Node node = trace.Tape[nodeIndex];
        if (depth == 0 || OpExplainers.Find(node.Op) is not { } explainer) { return; }
        foreach (Observation observation in explainer.Observe(trace.ValuesOf(nodeIndex), input, element).ToList())
        {
            TraceTensor? cause = observation.CauseInput == Observation.Upstream ? trace.Of(node.Output) : observation.CauseInput >= 0 ? trace.Of(node.Inputs[observation.CauseInput]) : null;
            bool hasPlace = cause is not null && observation.CauseElement >= 0 && observation.CauseElement < cause.Tensor.Shape.Length;
            bool isUpstream = observation.CauseInput == Observation.Upstream;
            Frame? frame = cause is null ? null : FactorSource.MadeIn(trace, new TensorReading(cause, isUpstream ? TensorPart.Gradient : TensorPart.Value));
            Add(notes, new NoteView(observation.Kind, prefix + ElementMeaning.WithTokens(trace, observation.Text), frame is null || !hasPlace ? null : FactorSource.CursorTo(scene, frame, cause!, observation.CauseElement)));
            if (!isUpstream || !hasPlace) { continue; }
            foreach (int consumer in trace.ContributorsOf(cause!))
            {
                string inside = trace.Tape[consumer].Scope.Length > 0 ? $"{trace.Tape[consumer].Op.Name} in {trace.Tape[consumer].Scope}" : trace.Tape[consumer].Op.Name;
                AddObservations(scene, consumer, trace.InputsOf(trace.Tape[consumer], cause!.Tensor)[0], observation.CauseElement, $"because of {inside}: ", depth - 1, notes);
            }
        }
    }

    private static void AddZeroRows(StepScene scene, TensorReading subject, List<NoteView> notes)
    {
        TensorSummary summary = scene.Trace.Summary(subject);
        Shape shape = subject.Tensor.Tensor.Shape;
        if (shape.Rank < 2 || summary.ZeroRows == 0 || shape.Rows < 2) { return; }
        int first = summary.FirstZeroRow * shape.Columns;
        string which = summary.ZeroRows == shape.Rows ? FormattableString.Invariant($"all {shape.Rows} rows") : FormattableString.Invariant($"{summary.ZeroRows} of {shape.Rows} rows");
        Add(notes, new NoteView("zero rows", $"{which} of {TensorNames.Short(subject.Tensor.Id, scene.Frame.Module)}'s gradient {(summary.ZeroRows == 1 ? "is" : "are")} exactly 0, the first {ElementText.Of(shape, first)}", FactorSource.CursorTo(scene, scene.Frame, subject.Tensor, first)));
        if (scene.Element / shape.Columns != summary.FirstZeroRow) { AddObservations(scene, scene.Frame.Node, scene.SubjectInputs[0], first, "", Chain, notes); }
    }

    private static void AddTied(StepScene scene, TraceTensor tensor, List<NoteView> notes)
    {
        int[] order = scene.Trace.ContributorsOf(tensor);
        if (order.Length < 2) { return; }
        int other = order.FirstOrDefault(node => node != scene.Frame.Node, order[0]);
        string readers = string.Join(" and ", order.Select(node => LedgerBook.Name(scene.Trace, node, order)));
        notes.Add(new NoteView("tied", $"{tensor.Id} is read by {FormattableString.Invariant($"{order.Length}")} operations, {readers}; its gradient is the sum of what they send back", FactorSource.CursorTo(scene, LedgerBook.FrameOf(scene.Trace, tensor, other), tensor, scene.Element)));
    }

    private static void AddClipped(StepScene scene, List<NoteView> notes)
    {
        StepSubject subject = scene.Trace.Subject;
        double norm = scene.Trace.Modules.Norm, scale = GradientNorm.ClipScale(norm, subject.Train.Clip);
        if (subject.Optimizer is null || scale >= 1) { return; }
        notes.Add(new NoteView("clipped", $"‖g‖ = {StepText.Number(norm)} is above clip = {StepText.Number(subject.Train.Clip)}: the update takes every gradient × {StepText.Number(scale)}", new Cursor(scene.Cursor.Step, "c").ToString()));
    }

    private static void Add(List<NoteView> notes, NoteView note)
    {
        if (!notes.Exists(other => other.Text == note.Text)) { notes.Add(note); }
    }
}
