using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>Finds frames by what they are about.</summary>
public static class StepSearch
{
    /// <summary>Frames whose id, kind, text, module, operation or tensors hold every word of the query, in the order of the tape.</summary>
    /// <param name="trace">The step.</param>
    /// <param name="query">Words, in any case: "softmax blocks.1", "wte", "b12".</param>
    /// <param name="limit">At most so many.</param>
    public static IReadOnlyList<Frame> Find(StepTrace trace, string query, int limit = 50)
    {
        string[] words = query.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 0 ? [] : [.. trace.Frames.Where(frame => Matches(trace, frame, words)).Take(limit)];
    }

    private static bool Matches(StepTrace trace, Frame frame, string[] words)
    {
        foreach (string word in words)
        {
            bool Has(string text) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
            if (!frame.Id.Equals(word, StringComparison.OrdinalIgnoreCase) && !Has(frame.Text) && !Has(frame.Module) && !Has(frame.Kind.ToString()) && !HasTensor(trace, frame, Has)) { return false; }
        }
        return true;
    }

    private static bool HasTensor(StepTrace trace, Frame frame, Func<string, bool> has)
    {
        if (frame.Parameter >= 0) { return has(trace.Subject.Slabs.Parameters[frame.Parameter].Name); }
        if (frame.Node < 0) { return false; }
        Node node = trace.Tape[frame.Node];
        foreach (Tensor input in node.Inputs)
        {
            if (has(trace.Of(input).Id)) { return true; }
        }
        return has(node.Op.Name) || has(trace.Of(node.Output).Id);
    }
}
