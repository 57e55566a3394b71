namespace PureLlm.Cli.Learning;

/// <summary>Runs every example of a lesson and compares what the lesson says with what comes out.</summary>
internal static class LessonCheck
{
    /// <summary>What is wrong, each as "04-normalisation.md:37: why"; empty: everything in the lesson is true.</summary>
    /// <param name="lesson">Which one.</param>
    /// <param name="isVerbose">Whether an output that differs is told as it was.</param>
    public static IReadOnlyList<string> Run(Lesson lesson, bool isVerbose = false)
    {
        List<string> wrong = [];
        Dictionary<int, string> outputs = [];
        using var runner = new ExampleRunner(lesson);
        foreach (ExamplePart example in lesson.Examples)
        {
            (string output, int code) = runner.Run(example);
            outputs[example.Number] = output;
            if (code != example.ExitCode) { wrong.Add(FormattableString.Invariant($"{lesson.File}:{example.Line}: ended with {code}, not {example.ExitCode}: {output.Trim()}")); }
            else if (OutputPattern.Mismatch(example.Output, output) is { } reason) { wrong.Add(FormattableString.Invariant($"{lesson.File}:{example.Line}: {reason}{(isVerbose ? "\n" + output.TrimEnd() : "")}")); }
        }
        foreach (Figure figure in LessonBook.Figures(lesson))
        {
            string? reason = outputs.TryGetValue(figure.Example, out string? output) ? FigureCheck.Mismatch(figure, output) : FormattableString.Invariant($"{figure.Text}: there is no example {figure.Example}");
            if (reason is not null) { wrong.Add(FormattableString.Invariant($"{lesson.File}:{figure.Line}: {reason}")); }
        }
        return wrong;
    }
}
