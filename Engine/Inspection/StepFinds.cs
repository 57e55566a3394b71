using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>Finds what a learner asks for by name: "largest" (gradients of parameters), "nan" (where numbers first went wrong), "dead" (units that are off),
/// a tensor by its exact name, else frames by their words.</summary>
public static class StepFinds
{
    /// <summary>What was found: what was asked for by name, most telling first, or frames in the order of the tape.</summary>
    /// <param name="trace">The step.</param>
    /// <param name="query">In any case: one of the words, the name of a tensor, or words that a frame's id, kind, text, module, operation or tensors all hold:
    /// "softmax blocks.1", "b12".</param>
    /// <param name="limit">At most so many.</param>
    public static IReadOnlyList<StepFind> Find(StepTrace trace, string query, int limit = 50) => query.Trim().ToLowerInvariant() switch
    {
        "" => [],
        "largest" or "largest gradient" => [.. Largest(trace).Take(limit)],
        "nan" or "inf" or "first nan" => StepOrigin.Find(trace) is { } origin ? [new StepFind(origin.ToString().Split('\n')[0], origin.Cursor)] : [],
        "dead" or "dead units" => [.. Dead(trace).Take(limit)],
        string words => Gradient(trace, query.Trim()) is { } gradient ? [gradient]
            : [.. Frames(trace, words.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Take(limit)],
    };

    /// <summary>Where the gradient of a tensor with exactly this name is complete.</summary>
    private static StepFind? Gradient(StepTrace trace, string name) =>
        trace.FindTensor(name) is { } tensor && Completed(trace, tensor) is { } frame ? new StepFind($"∂L/∂{tensor.Id}", new Cursor(trace.Subject.Step, frame.Id, Tensor: tensor.Id)) : null;

    /// <summary>The largest gradient of every parameter, in the order of their magnitude.</summary>
    private static IEnumerable<StepFind> Largest(StepTrace trace)
    {
        List<(TraceTensor Tensor, int Element, float Value)> found = [];
        foreach (TraceTensor parameter in trace.Parameters)
        {
            float[] gradient = trace.Gradient(parameter.Tensor);
            int best = 0;
            for (int i = 1; i < gradient.Length; i++) { best = Math.Abs(gradient[i]) > Math.Abs(gradient[best]) ? i : best; }
            if (gradient.Length > 0) { found.Add((parameter, best, gradient[best])); }
        }
        foreach ((TraceTensor tensor, int element, float value) in found.OrderByDescending(item => Math.Abs(item.Value)))
        {
            string indices = ElementText.Of(tensor.Tensor.Shape, element);
            if (Completed(trace, tensor) is { } frame) { yield return new StepFind($"{StepText.Signed(value)}  ∂L/∂{tensor.Id}[{indices}]", new Cursor(trace.Subject.Step, frame.Id, Tensor: tensor.Id, Element: indices)); }
        }
    }

    /// <summary>Columns of rectified activations that are 0 in every row: no gradient passes them.</summary>
    private static IEnumerable<StepFind> Dead(StepTrace trace)
    {
        for (int n = 0; n < trace.Tape.Count; n++)
        {
            Node node = trace.Tape[n];
            if (!node.Op.Name.StartsWith("relu", StringComparison.Ordinal)) { continue; }
            float[] values = trace.Read(node.Output.Data);
            int columns = Math.Max(1, node.Output.Shape.Columns), rows = values.Length / columns;
            for (int j = 0; j < columns; j++)
            {
                bool isOff = true;
                for (int i = 0; i < rows && isOff; i++) { isOff = values[(i * columns) + j] == 0; }
                if (isOff) { yield return new StepFind($"{trace.Of(node.Output).Id}: unit {j} is 0 in all of {rows} {(rows == 1 ? "row" : "rows")}", new Cursor(trace.Subject.Step, $"f{n}", Element: ElementText.Of(node.Output.Shape, j))); }
            }
        }
    }

    /// <summary>Frames in which every word is found.</summary>
    private static IEnumerable<StepFind> Frames(StepTrace trace, string[] words) => trace.Frames.Where(frame => words.All(word => Holds(trace, frame, word)))
        .Select(frame => new StepFind($"{frame.Index,4}  {frame.Text}", new Cursor(trace.Subject.Step, frame.Id)));

    private static bool Holds(StepTrace trace, Frame frame, string word)
    {
        bool Has(string text) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
        if (frame.Id.Equals(word, StringComparison.OrdinalIgnoreCase) || Has(frame.Text) || Has(frame.Module) || Has(frame.Kind.ToString())) { return true; }
        if (frame.Parameter >= 0) { return Has(trace.Parameters[frame.Parameter].Id); }
        return frame.Node >= 0 && (Has(trace.Tape[frame.Node].Op.Name) || Has(trace.Of(trace.Tape[frame.Node].Output).Id) || ReadsOne(trace, trace.Tape[frame.Node], Has));
    }

    private static bool ReadsOne(StepTrace trace, Node node, Func<string, bool> has)
    {
        foreach (Tensor input in node.Inputs)
        {
            if (has(trace.Of(input).Id)) { return true; }
        }
        return false;
    }

    /// <summary>The backward frame after which a tensor's gradient does not change any more.</summary>
    private static Frame? Completed(StepTrace trace, TraceTensor tensor)
    {
        int last = -1;
        foreach (int node in tensor.Contributors.Where(trace.IsReached)) { last = node; }
        return last < 0 ? null : trace.Find(FormattableString.Invariant($"b{last}"));
    }
}

/// <summary>Something that was found: a line, and where it is.</summary>
public sealed record StepFind(string Text, Cursor Cursor);
