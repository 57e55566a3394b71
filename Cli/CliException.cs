namespace PureLlm.Cli;

/// <summary>A mistake that the user can mend: printed as "error[CODE]: message" with the next moves under it, never with a stack trace.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What, where and why, in one or two lines.</param>
/// <param name="help">The next moves, one per line.</param>
public sealed class CliException(int exitCode, string message, params string[] help) : Exception(message)
{
    /// <summary>Known to <c>pure-llm explain</c>; empty for mistakes that need no more words.</summary>
    public string Code { get; init; } = "";

    /// <summary>What was thrown, where it was no mistake of the user's alone; shown by --verbose.</summary>
    public Exception? Cause { get; init; }

    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    public IReadOnlyList<string> Help { get; } = help;
}
