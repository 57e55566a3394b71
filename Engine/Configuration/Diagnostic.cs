namespace PureLlm.Engine.Configuration;

/// <summary>A place at fault and what to say beside it.</summary>
public readonly record struct DiagnosticLabel(SourceSpan Span, string Note = "");

/// <summary>One mistake of the user: what, where, why, and the next move.</summary>
/// <remarks>The codes are those of <see cref="Diagnostics.All"/>.</remarks>
public sealed record Diagnostic(string Code, string Message, DiagnosticLabel Primary)
{
    public Diagnostic(string code, string message, SourceSpan span, string note = "") : this(code, message, new DiagnosticLabel(span, note)) { }

    /// <summary>Other places that take part.</summary>
    public Values<DiagnosticLabel> Secondary { get; init; } = [];

    /// <summary>The next move; null where the note beside the caret says it.</summary>
    public string? Help { get; init; }

    public SourceSpan Span => Primary.Span;

    /// <summary>One line: "tiny.toml:14:1: unknown key …".</summary>
    public override string ToString() => Span.Source is null ? $"error[{Code}]: {Message}" : $"{Span}: error[{Code}]: {Message}";
}

/// <summary>A configuration that cannot be used; every mistake in it is told at once.</summary>
public sealed class ConfigException(IReadOnlyList<Diagnostic> diagnostics) : Exception(string.Join('\n', diagnostics.Select(d => DiagnosticRenderer.Render(d))))
{
    /// <summary>The exit code of the program.</summary>
    public const int ExitCode = 3;

    public ConfigException(Diagnostic diagnostic) : this([diagnostic]) { }

    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}
