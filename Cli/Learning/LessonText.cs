using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Learning;

/// <summary>What a reader has done with a lesson: outputs of examples that ran, choices of questions.</summary>
internal sealed class LessonProgress
{
    /// <summary>By number of the example.</summary>
    public Dictionary<int, string> Outputs { get; } = [];

    /// <summary>By question.</summary>
    public Dictionary<QuizPart, int> Choices { get; } = [];
}

/// <summary>A lesson as lines for a terminal.</summary>
internal sealed class LessonText(int width, TextStyle style)
{
    private const int Widest = 96;

    private readonly int room = Math.Max(20, Math.Min(width, Widest));

    /// <summary>All lines; questions show their answers as far as they are given, or where <paramref name="progress"/> is null in a list at the end.</summary>
    public List<StyledLine> Render(Lesson lesson, LessonProgress? progress)
    {
        List<StyledLine> lines = [];
        lines.Add(new([new Span(style.Signs(FormattableString.Invariant($"Lesson {lesson.Number} of {LessonBook.All.Count} · {lesson.Minutes} minutes")), Ink.Dim)]));
        foreach (LessonPart part in lesson.Parts)
        {
            lines.Add(StyledLine.Empty);
            IEnumerable<StyledLine> rendered = part switch
            {
                ProsePart prose => new MarkdownText(room, style).Render(LessonFormulas.Fill(prose.Markdown)),
                ExamplePart example => Example(example, progress?.Outputs.GetValueOrDefault(example.Number)),
                QuizPart quiz => Quiz(quiz, progress),
                _ => throw new NotSupportedException(part.GetType().Name),
            };
            lines.AddRange(rendered.Select(line => line with { Part = part }));
        }
        if (progress is null) { lines.AddRange(Answers(lesson)); }
        return lines;
    }

    private IEnumerable<StyledLine> Example(ExamplePart example, string? output)
    {
        string[] command = example.CommandLine.Split('\n');
        for (int i = 0; i < command.Length; i++)
        {
            yield return new([new Span(i == 0 ? "  $ " : "    ", Ink.Green), new Span(style.Signs(command[i]), Ink.Bold)]);
        }
        foreach (string line in output?.TrimEnd('\n').Split('\n') ?? [.. example.Output])
        {
            yield return StyledLine.Of(style.Signs("  │ " + line.TrimEnd()), output is null ? Ink.Dim : Ink.Plain);
        }
    }

    private IEnumerable<StyledLine> Quiz(QuizPart quiz, LessonProgress? progress)
    {
        int? chosen = progress is not null && progress.Choices.TryGetValue(quiz, out int found) ? found : null;
        foreach (StyledLine line in Hanging("? ", quiz.Question, Ink.Bold)) { yield return line; }
        for (int i = 0; i < quiz.Choices.Count; i++)
        {
            Ink ink = chosen is null ? Ink.Plain : i == quiz.Answer ? Ink.Green : i == chosen ? Ink.Red : Ink.Dim;
            string mark = chosen is null ? "  " : i == quiz.Answer ? "✓ " : i == chosen ? "✗ " : "  ";
            foreach (StyledLine line in Hanging(style.Signs(FormattableString.Invariant($"  {mark}{i + 1}  ")), quiz.Choices[i], ink)) { yield return line; }
        }
        if (chosen is not null)
        {
            foreach (StyledLine line in Hanging("  ", (chosen == quiz.Answer ? "Right. " : "No. ") + quiz.Reason, Ink.Plain)) { yield return line; }
        }
    }

    private IEnumerable<StyledLine> Answers(Lesson lesson)
    {
        QuizPart[] quizzes = [.. lesson.Parts.OfType<QuizPart>()];
        if (quizzes.Length == 0) { yield break; }
        yield return StyledLine.Empty;
        yield return StyledLine.Of("Answers", Ink.Cyan);
        for (int i = 0; i < quizzes.Length; i++)
        {
            foreach (StyledLine line in Hanging(FormattableString.Invariant($"{i + 1}. "), FormattableString.Invariant($"{quizzes[i].Answer + 1}: {quizzes[i].Choices[quizzes[i].Answer]}. {quizzes[i].Reason}"), Ink.Plain)) { yield return line; }
        }
    }

    /// <summary>One paragraph of Markdown behind a mark, its other lines below its first.</summary>
    private IEnumerable<StyledLine> Hanging(string mark, string markdown, Ink ink)
    {
        List<StyledLine> lines = new MarkdownText(room - mark.Length, style).Render(LessonFormulas.Fill(markdown));
        return lines.Select((line, i) => new StyledLine([new Span(i == 0 ? mark : new string(' ', mark.Length), ink), .. line.Spans.Select(span => span.Ink == Ink.Plain ? span with { Ink = ink } : span)]));
    }
}
