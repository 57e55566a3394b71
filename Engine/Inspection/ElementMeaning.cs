using System.Globalization;
using System.Text.RegularExpressions;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;

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

    /// <summary>Adds the text of tokens that are named by their place or id: "token 1" becomes "token 1 ("had")", "vocabulary 17" "vocabulary 17 ("ball")".</summary>
    /// <remarks>Of several sequences, a place is "sequence 0, token 1"; without the sequence it is left alone.</remarks>
    public static string WithTokens(StepTrace trace, string text)
    {
        IReadOnlyList<string> tokens = trace.Subject.Tokens;
        if (tokens.Count == 0) { return text; }
        int time = SequenceLength(trace);
        return TokenPlace().Replace(text, match =>
        {
            string word = match.Groups["id"].Success ? trace.Subject.TokenText(Number(match.Groups["id"]))
                : match.Groups["sequence"].Success || time >= tokens.Count ? tokens.ElementAtOrDefault((Number(match.Groups["sequence"]) * time) + Number(match.Groups["place"])) ?? ""
                : "";
            return word.Length > 0 ? $"{match.Value} ({Quote(word)})" : match.Value;
        });

        static int Number(Group digits) => int.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 1 << 24 ? number : 0;
    }

    /// <summary>Tokens of a sequence.</summary>
    private static int SequenceLength(StepTrace trace)
    {
        for (int i = 0; i < trace.Tape.Count; i++)
        {
            if (trace.Tape[i].Op is Embedding embedding) { return embedding.Tokens.Time; }
        }
        return trace.Subject.Tokens.Count;
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

    [GeneratedRegex(@"(?:\bsequence (?<sequence>\d+), )?\btoken (?<place>\d+)\b|\b(?:id|vocabulary) (?<id>\d+)\b(?! \()")]
    private static partial Regex TokenPlace();
}
