using System.Globalization;
using System.Text.RegularExpressions;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>What an element stands for: "token 1 ("had"), channel 2".</summary>
internal static partial class ElementMeaning
{
    /// <summary>The meaning of the selected element; empty where its indices say all.</summary>
    public static string Of(StepScene scene)
    {
        if (scene.Subject is not { } subject || scene.Element < 0) { return ""; }
        string text = scene.Explainer is { } explainer && scene.SubjectInputs.Count > 0 ? explainer.Describe(scene.Values!, scene.SubjectInputs[0], scene.Element) : "";
        return WithTokens(scene.Trace, text.Length > 0 ? text : Plain(scene.Trace, subject.Tensor, scene.Element));
    }

    /// <summary>Adds the text of tokens that are named by their place: "token 1" becomes "token 1 ("had")".</summary>
    public static string WithTokens(StepTrace trace, string text)
    {
        IReadOnlyList<string> tokens = trace.Subject.Tokens;
        return tokens.Count == 0 ? text : TokenPlace().Replace(text, match =>
            int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int place) && place < tokens.Count ? $"{match.Value} ({Quote(tokens[place])})" : match.Value);
    }

    private static string Plain(StepTrace trace, TraceTensor tensor, int element)
    {
        Shape shape = tensor.Tensor.Shape;
        int tokens = trace.Subject.Tokens.Count, columns = Math.Max(1, shape.Columns), row = element / columns, column = element % columns;
        int vocabulary = trace.Subject.Model?.VocabularySize ?? 0;
        string Entry(int id) => trace.Subject.TokenText(id) is { Length: > 0 } text ? FormattableString.Invariant($"vocabulary {id} ({Quote(text)})") : FormattableString.Invariant($"vocabulary {id}");
        if (tensor.Parameter >= 0) { return vocabulary > 0 && shape.Rank == 2 && shape[0] == vocabulary ? FormattableString.Invariant($"{Entry(row)}, channel {column}") : ""; }
        if (tokens == 0 || shape.Rank < 2 || shape.Rows != tokens) { return ""; }
        return columns == vocabulary ? FormattableString.Invariant($"token {row}, {Entry(column)}") : FormattableString.Invariant($"token {row}, channel {column}");
    }

    private static string Quote(string text) => $"\"{text.Replace("\n", "⏎", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"\btoken (\d+)\b")]
    private static partial Regex TokenPlace();
}
