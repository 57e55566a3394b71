namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>How the patterns cut a run of white space.</summary>
internal static class SpaceRuns
{
    /// <summary><c>\s+(?!\S)|\s+</c>: a run leaves its last character to what follows, unless it is alone or ends the text.</summary>
    public static int Length(ReadOnlySpan<byte> utf8, int offset)
    {
        int end = offset, last = offset;
        while (end < utf8.Length && CharacterClasses.At(utf8, end, out int length) == CharacterClass.Space)
        {
            last = end;
            end += length;
        }
        return end == utf8.Length || last == offset ? end - offset : last - offset;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: through the run's last line break where it has one.</summary>
    public static int LengthWithLineBreaks(ReadOnlySpan<byte> utf8, int offset, bool trailer)
    {
        int end = offset, last = offset, afterBreak = -1;
        while (end < utf8.Length && CharacterClasses.At(utf8, end, out int length) == CharacterClass.Space)
        {
            last = end;
            end += length;
            if (utf8[last] is (byte)'\r' or (byte)'\n')
            {
                afterBreak = end;
            }
        }
        if (end == utf8.Length && trailer)
        {
            return end - offset;
        }
        return afterBreak > 0 ? afterBreak - offset : end == utf8.Length || last == offset ? end - offset : last - offset;
    }
}
