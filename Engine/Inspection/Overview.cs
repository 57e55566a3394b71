namespace PureLlm.Engine.Inspection;

/// <summary>The levels above the operation: the run's step in numbers, and a module with its operations and parameters.</summary>
internal static class Overview
{
    private const int Operations = 200;

    /// <summary>The step as a whole.</summary>
    public static StepView Run(StepScene scene, StepView view)
    {
        StepTrace trace = scene.Trace;
        StepSubject subject = trace.Subject;
        List<LineView> facts = [new("loss", trace.Tape[trace.Tape.Count - 1].Op.Name, trace.Loss)];
        if (subject.Floor is { } floor) { facts.Add(new LineView("floor", "the best possible loss", floor)); }
        if (subject.Tokens.Count > 0) { facts.Add(new LineView("perplexity", "exp(loss)", Math.Exp(trace.Loss))); }
        facts.Add(new LineView("‖g‖", "√Σ g² over all parameters", trace.Modules.Norm));
        facts.Add(new LineView("parameters", FormattableString.Invariant($"numbers in {trace.Parameters.Count} tensors"), trace.Parameters.Sum(tensor => (double)tensor.Tensor.Shape.Length)));
        facts.Add(new LineView("operations", "on the tape", trace.Tape.Count));
        facts.Add(new LineView("activations", "numbers that they made", Enumerable.Range(0, trace.Tape.Count).Sum(n => (double)trace.Tape[n].Output.Shape.Length)));
        if (subject.Tokens.Count > 0) { facts.Add(new LineView("tokens", "in the batch", subject.Tokens.Count)); }
        if (subject.Optimizer is { } optimizer) { facts.Add(new LineView("η", $"learning rate of {optimizer.Name}", subject.LearningRate)); }
        return view with
        {
            Facts = facts,
            Nearby = [new FrameView((int)Math.Min(scene.Cursor.Step, int.MaxValue), Text(scene.Cursor.Step), "step", $"step {Text(scene.Cursor.Step)}", "", "", true, scene.Cursor.ToString())],
            Notes = [.. subject.Remarks.Select(remark => new NoteView("remark", remark, null))],
        };
    }

    /// <summary>The module of the cursor's frame.</summary>
    public static StepView Module(StepScene scene, StepView view)
    {
        StepTrace trace = scene.Trace;
        string path = scene.Frame.Module;
        bool IsInside(string other) => path.Length == 0 ? other.Length == 0 : other == path || other.StartsWith(path + ".", StringComparison.Ordinal);
        IEnumerable<Frame> operations = trace.Frames.Where(frame => IsInside(frame.Module) && ModuleStarts.Pass(frame.Kind) == ModuleStarts.Pass(scene.Frame.Kind));
        IEnumerable<int> parameters = Enumerable.Range(0, trace.Parameters.Count).Where(p => IsInside(trace.Modules.OwnerOf(p))).OrderByDescending(trace.Modules.NormOf);
        return view with
        {
            Module = new ModuleDetailView(
                path, path.Length == 0 ? 1 : trace.Modules.ShareOf(path), path.Length == 0 ? trace.Modules.Norm : trace.Modules.NormOf(path),
                [.. operations.Take(Operations).Select(frame => scene.View(frame) with { Cursor = (scene.Cursor with { Frame = frame.Id, Level = StepLevel.Op }).ToString() })],
                [.. parameters.Select(p => Parameter(scene, p))]),
            Nearby = Neighbours(scene),
        };
    }

    /// <summary>The modules as one walks through them with "over".</summary>
    private static IReadOnlyList<FrameView> Neighbours(StepScene scene)
    {
        const int Around = 12;
        List<Frame> starts = [ModuleStarts.Of(scene.Trace, scene.Frame)];
        for (int i = 0; i < Around && ModuleStarts.Previous(scene.Trace, starts[0]) is { } before; i++) { starts.Insert(0, before); }
        for (int i = 0; i < Around && ModuleStarts.Next(scene.Trace, starts[^1]) is { } next; i++) { starts.Add(next); }
        return [.. starts.Select(start => scene.View(start) with { Text = start.Module.Length > 0 ? $"{start.Kind.ToString().ToLowerInvariant()} {start.Module}" : start.Text, IsCurrent = start == ModuleStarts.Of(scene.Trace, scene.Frame) })];
    }

    private static ParameterView Parameter(StepScene scene, int parameter)
    {
        StepTrace trace = scene.Trace;
        TraceTensor tensor = trace.Parameters[parameter];
        Frame? made = FactorSource.MadeIn(trace, new TensorReading(tensor, TensorPart.Gradient));
        string cursor = made is null ? scene.Cursor.ToString() : new Cursor(scene.Cursor.Step, made.Id, StepLevel.Op, tensor.Id).ToString();
        return new ParameterView(tensor.Id, [.. Enumerable.Range(0, tensor.Tensor.Shape.Rank).Select(i => tensor.Tensor.Shape[i])], trace.Modules.NormOf(parameter), trace.Modules.ShareOf(parameter), cursor);
    }

    private static string Text(long step) => step.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
