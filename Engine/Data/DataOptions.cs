namespace PureLlm.Engine.Data;

/// <summary>Where a training window may start.</summary>
public enum WindowAlignment
{
    /// <summary>At the start of a document (and every context length inside a longer one); the next documents follow in the same window.</summary>
    Document,

    /// <summary>Anywhere.</summary>
    Any,
}

/// <summary>The order in which windows are read.</summary>
public enum WindowOrder
{
    /// <summary>Each epoch in another order, a pure function of (seed, epoch, index).</summary>
    Shuffled,

    /// <summary>Consecutive windows, row after row, batch after batch, wrapping at the end.</summary>
    Sequential,
}

/// <summary>What the [data] table says.</summary>
public sealed record DataOptions
{
    /// <summary>A generator's name (stories, sort, copy, names), or file names and globs: text, or token files ending in .bin.</summary>
    public IReadOnlyList<string> Source { get; init; } = ["stories"];

    /// <summary>Bytes of generated text.</summary>
    public long Size { get; init; } = 2_000_000;

    /// <summary>Share held out for validation.</summary>
    public double ValidationShare { get; init; } = 0.03;

    public WindowAlignment Align { get; init; } = WindowAlignment.Document;

    public WindowOrder Order { get; init; } = WindowOrder.Shuffled;

    /// <summary>Share of stories that end with a question.</summary>
    public double Questions { get; init; } = 0.5;

    /// <summary>Decides what a generator writes and how windows are shuffled.</summary>
    public ulong Seed { get; init; } = 1337;

    /// <summary>The folder that relative file names start from; the current one when null.</summary>
    public string? Folder { get; init; }
}
