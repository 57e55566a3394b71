using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>How the patterns cut a run of white space; p stands on its first character.</summary>
internal static unsafe class SpaceRuns
{
    /// <summary><c>\s+(?!\S)|\s+</c>: a run leaves its last character to what follows, unless it is alone or ends the text.</summary>
    public static byte* Next(byte* p, byte* end)
    {
        byte* at = p, last = p;
        while (at < end && ScanText.Among(CharacterKind.Spaces, ScanText.KindAt(at, end, out int length)))
        {
            last = at;
            at += length;
        }
        return at == end || last == p ? at : last;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: through the run's last line break where it has one, else as above.</summary>
    /// <param name="whole">Whether white space that ends the text is one piece, line breaks or not: <c>\s++$</c> first.</param>
    public static byte* NextByLines(byte* p, byte* end, bool whole)
    {
        byte* at = p, last = p, afterBreak = null;
        while (at < end && ScanText.Among(CharacterKind.Spaces, ScanText.KindAt(at, end, out int length)))
        {
            last = at;
            at += length;
            if (*last is (byte)'\r' or (byte)'\n')
            {
                afterBreak = at;
            }
        }
        if (at == end && whole)
        {
            return at;
        }
        return afterBreak != null ? afterBreak : at == end || last == p ? at : last;
    }

    /// <summary>The place after the line breaks at <paramref name="p"/>: <c>[\r\n]*</c>, or <c>[\r\n/]*</c>.</summary>
    public static byte* LineBreaks(byte* p, byte* end, bool orSlash)
    {
        while (p < end && (*p is (byte)'\r' or (byte)'\n' || (orSlash && *p == '/')))
        {
            p++;
        }
        return p;
    }
}
