namespace PureLlm.Cli.Stepping;

/// <summary>How a step is to be shown, as the command line says.</summary>
public sealed record StepOptions
{
    /// <summary>What opens the same steps again: "pure-llm step --demo residual".</summary>
    public string CommandLine { get; init; } = "pure-llm step";

    /// <summary>Keys to press before anything is shown: "n n i f q"; null: someone presses them.</summary>
    public string? Script { get; init; }

    /// <summary>Expressions to stop at.</summary>
    public IReadOnlyList<string> Breaks { get; init; } = [];

    /// <summary>Serve the pages.</summary>
    public bool Web { get; init; }

    public int Port { get; init; } = 5177;

    /// <summary>The lesson that stands beside the pages, by number; null: none.</summary>
    public string? Lesson { get; init; }

    /// <summary>The file to write, or null.</summary>
    public string? Export { get; init; }

    /// <summary>Frames of the exported file: "16..27"; null: as many as fit, around the cursor.</summary>
    public string? Frames { get; init; }

    /// <summary>Every frame goes into the exported file.</summary>
    public bool AllFrames { get; init; }

    /// <summary>Largest size of the exported file, in millions of bytes.</summary>
    public double MaximumMegabytes { get; init; } = 5;
}
