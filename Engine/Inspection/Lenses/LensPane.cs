using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection.Lenses;

/// <summary>view=lens: the likeliest token after every part of the model, position by position.</summary>
internal static class LensPane
{
    /// <summary>Positions that are shown: those around the selected one, else the first.</summary>
    public const int ShownPositions = 64;

    public static StepView Of(StepScene scene, StepView view)
    {
        if (scene.Trace.Subject.Model is null || ResidualStream.Find(scene.Trace.Tape) is not { } stream)
        {
            return view with { Notes = [.. view.Notes, new("no model", "the logit lens needs a language model with a residual stream and an output head; this step has none. Try: pure-llm step tiny.toml --at 0:k?view=lens", null)] };
        }
        StepTrace trace = scene.Trace;
        int time = stream.Targets.Time, sequence = SelectedRow.Sequence(scene, stream.Targets.Batch, time), selected = SelectedRow.Position(scene, time);
        int start = selected < 0 ? 0 : Math.Clamp(selected - (ShownPositions / 2), 0, Math.Max(0, time - ShownPositions)), count = Math.Min(ShownPositions, time - start), first = (sequence * time) + start;
        IReadOnlyList<LensPoint>[] layers = new LogitLens(trace, stream, first, count).Look();
        List<LensCellView> cells = [];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            for (int i = 0; i < count; i++)
            {
                LensPoint point = layers[layer][i];
                cells.Add(new LensCellView(layer, start + i, TextOf(trace, point.Token), point.Probability, point.TargetProbability, point.Contribution, point.GradientNorm));
            }
        }
        return view with
        {
            Lens = new LensView([.. stream.States.Select(state => state.Part)], cells, sequence, [.. trace.Subject.Targets.Skip(first).Take(count)]),
            ReadAs = [.. view.ReadAs, Say(scene, stream, layers, selected < 0 ? Clearest(layers) : selected - start, start, sequence * time)],
            Notes = count == time ? view.Notes : [.. view.Notes, new("window", $"positions {start} to {start + count - 1} of {time} are shown; select a token to see those around it", null)],
        };
    }

    /// <summary>The position whose last part is surest of its target.</summary>
    private static int Clearest(IReadOnlyList<LensPoint>[] layers) => Enumerable.Range(0, layers[^1].Count).MaxBy(i => layers[^1][i].TargetProbability);

    private static string Say(StepScene scene, ResidualStream stream, IReadOnlyList<LensPoint>[] layers, int place, int start, int offset)
    {
        int strongest = Enumerable.Range(0, layers.Length).MaxBy(layer => layers[layer][place].Contribution);
        LensPoint end = layers[^1][place];
        string target = scene.Trace.Subject.Targets.ElementAtOrDefault(offset + start + place) is { } text ? $"\"{text.Replace("\n", "⏎", StringComparison.Ordinal)}\"" : "the target";
        return $"after {SelectedRow.Token(scene, offset + start + place, start + place)} the model gives {target} a probability of {NumberText.Of(Math.Round(end.TargetProbability, 4))}; "
            + $"{stream.States[strongest].Part} does most for it: {(layers[strongest][place].Contribution >= 0 ? "+" : "")}{NumberText.Of(Math.Round(layers[strongest][place].Contribution, 3))} of its logit {NumberText.Of(Math.Round(end.TargetLogit, 3))}";
    }

    private static string TextOf(StepTrace trace, int id) => trace.Subject.TokenText(id) is { Length: > 0 } text ? text : FormattableString.Invariant($"#{id}");
}
