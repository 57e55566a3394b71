namespace PureLlm.Tokenizer.Patterns;

/// <summary>A walk over the matches of a pattern in one text.</summary>
internal sealed class PatternRunner
{
    public static PatternRunner Start(Pattern pattern, int length) => throw new TokenizerException("the empty pattern is not read.");

    public bool Next(ReadOnlySpan<byte> utf8, out int start, out int end) => throw new TokenizerException("the empty pattern is not read.");
}
