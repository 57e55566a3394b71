namespace PureLlm.Tokenizer.Patterns;

/// <summary>A regular expression over UTF-8, compiled. Immutable, and safe to share between threads.</summary>
/// <remarks>
/// The first alternative that leads to a match wins, as in every backtracking engine, but no text takes more than time in proportion to its
/// length: once a search has taken more steps than some multiple of the text, it notes where it failed and never tries the same twice.
/// With n bytes of text and a program of p steps the bound is O(n·p) in time; the notes take up to p/8 bytes for each byte of text, and only
/// where backtracking went that far.
/// </remarks>
internal sealed class Pattern
{
    private Pattern(string text, PatternProgram program, byte[]? literal) => (Text, Program, Literal) = (text, program, literal);

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>The compiled program.</summary>
    public PatternProgram Program { get; }

    /// <summary>The bytes of a pattern that is a plain text, else null.</summary>
    public byte[]? Literal { get; }

    /// <summary>Compiles a pattern in the syntax of <see cref="PatternParser"/>.</summary>
    /// <exception cref="TokenizerException">It is not a pattern, or uses what is not read; the message points at the character.</exception>
    public static Pattern Parse(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (pattern.Length > 100_000)
        {
            throw new TokenizerException($"pattern '{pattern[..60]}…': it has {pattern.Length} characters; the most is 100000.");
        }
        PatternProgram program = PatternCompiler.Compile(PatternParser.Parse(pattern), pattern);
        return new Pattern(pattern, program, program.Code is [{ Op: PatternOp.Bytes } text, { Op: PatternOp.End }] ? text.Bytes : null);
    }

    /// <summary>The matches in a text as bytes (start, end), from left to right.</summary>
    public List<(int Start, int End)> FindAll(ReadOnlySpan<byte> utf8, int freeSteps = PatternRunner.FreeSteps)
    {
        List<(int, int)> matches = [];
        PatternRunner runner = PatternRunner.Start(this, utf8.Length, freeSteps);
        while (runner.Next(utf8, out int start, out int end))
        {
            matches.Add((start, end));
        }
        return matches;
    }
}
