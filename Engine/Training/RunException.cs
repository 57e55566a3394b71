namespace PureLlm.Engine.Training;

/// <summary>A run that cannot start, go on, or be saved: a stable code, and a message that names the place and the next move.</summary>
public sealed class RunException : Exception
{
    public RunException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>One of <see cref="All"/>.</summary>
    public string Code { get; }

    /// <summary>Every code, for <c>pure-llm explain</c>.</summary>
    public static IReadOnlyList<RunError> All { get; } =
    [
        new("R001", "The run exists",
            "The folder of a run holds hours of work, so a new run never writes into it unless it is told to.",
            "pure-llm train tiny.toml, twice",
            "pure-llm train --resume runs/tiny, or --run another-name, or --overwrite"),
        new("R002", "No run to resume",
            "The folder is not there, or it is not the folder of a run: it has no config.resolved.toml.",
            "pure-llm train --resume runs/tyni",
            "pure-llm runs list"),
        new("R003", "Resuming with another configuration",
            "A checkpoint continues bit for bit only with the model, tokenizer, data, batch, optimizer and seed that it was made with.",
            "pure-llm train tiny.toml --set model.layers=3 --resume runs/tiny",
            "pure-llm train --resume runs/tiny, or a new run: --run tiny-3l"),
        new("R004", "The run cannot be written",
            "The disk is full, or the folder does not allow writing. The last complete checkpoint is untouched.",
            "a full disk in the middle of a save",
            "free some space and continue with --resume"),
        new("R005", "Damaged checkpoint",
            "A checkpoint's files do not fit together. Checkpoints appear by one rename when they are complete, so this comes from outside.",
            "a truncated model.safetensors",
            "delete that checkpoint folder and resume from the one before it"),
        new("R006", "The run is in use",
            "Another process is training in this folder.",
            "the same --resume in two terminals",
            "wait for the other process, or choose another --run name"),
    ];
}

/// <summary>A stable code: what it means, how it comes about, and its cure.</summary>
public sealed record RunError(string Code, string Title, string Explanation, string Example, string Fix);
