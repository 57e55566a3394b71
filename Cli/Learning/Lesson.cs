namespace PureLlm.Cli.Learning;

/// <summary>A lesson: text, examples that run, questions, and the place in the step viewer where it is seen at work.</summary>
internal sealed record Lesson
{
    /// <summary>From 1, in the order of reading.</summary>
    public required int Number { get; init; }

    /// <summary>As in <c>pure-llm learn attention</c>.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>What one can do after it: "derive …".</summary>
    public required string Goal { get; init; }

    /// <summary>How long it takes, with its examples.</summary>
    public required int Minutes { get; init; }

    /// <summary>Arguments of <c>pure-llm step</c> that open what the lesson is about, at its frame.</summary>
    public required IReadOnlyList<string> Step { get; init; }

    /// <summary>The body, in order.</summary>
    public required IReadOnlyList<LessonPart> Parts { get; init; }

    public IEnumerable<ExamplePart> Examples => Parts.OfType<ExamplePart>();

    /// <summary>The name of the file that it was read from.</summary>
    public string File => $"{Number:00}-{Name}.md";
}

/// <summary>A piece of a lesson; <paramref name="Line"/> is its first line in the file, from 1.</summary>
internal abstract record LessonPart(int Line);

/// <summary>Markdown, the marks of its figures and formulas already put into words.</summary>
internal sealed record ProsePart(int Line, string Markdown) : LessonPart(Line);

/// <summary>A command line that runs, and what it prints: "…" alone on a line stands for any lines, within a line for any text.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Number">From 1 within the lesson.</param>
/// <param name="CommandLine">As one types it; may go over several lines that end with a backslash.</param>
/// <param name="Output">What is shown of its output.</param>
/// <param name="ExitCode">What it ends with.</param>
internal sealed record ExamplePart(int Line, int Number, string CommandLine, IReadOnlyList<string> Output, int ExitCode) : LessonPart(Line)
{
    /// <summary>Without "pure-llm".</summary>
    public IReadOnlyList<string> Arguments => [.. CommandWords.Split(CommandLine).Skip(1)];

    /// <summary>Whether later examples may read what it writes.</summary>
    public bool Prepares => Arguments is ["train" or "new" or "tokenizer", ..];
}

/// <summary>A question with choices, one of them right.</summary>
internal sealed record QuizPart(int Line, string Question, IReadOnlyList<string> Choices, int Answer, string Reason) : LessonPart(Line);

/// <summary>A number in the text that comes from an example's output, or from arithmetic on such numbers.</summary>
/// <remarks>Written {{0.304}}, {{0.304 @2}} (of example 2), {{0.0030 = 0.01 * [0.30405]}} (numbers in brackets come from the output).
/// Without @, the example is the one before, or the first where there is none before.</remarks>
internal sealed record Figure(int Line, string Text, string Expression, int Example);
