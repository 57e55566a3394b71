namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>English contractions after an apostrophe: 's 't 'm 'd 're 've 'll.</summary>
internal static class Contractions
{
    /// <summary>The length with its apostrophe, which stands at <paramref name="offset"/>, in lower case only; 0 where there is none.</summary>
    public static int Length(ReadOnlySpan<byte> utf8, int offset)
    {
        ReadOnlySpan<byte> rest = utf8[(offset + 1)..];
        if (rest.Length >= 1 && rest[0] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d')
        {
            return 2;
        }
        return rest.Length >= 2 && (rest[0], rest[1]) is ((byte)'r', (byte)'e') or ((byte)'v', (byte)'e') or ((byte)'l', (byte)'l') ? 3 : 0;
    }

    /// <summary>The length with its apostrophe in any case: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c>, where ſ (U+017F) folds to s.</summary>
    public static int LengthInAnyCase(ReadOnlySpan<byte> utf8, int offset)
    {
        ReadOnlySpan<byte> rest = utf8[(offset + 1)..];
        if (rest.Length == 0)
        {
            return 0;
        }
        int first = rest[0] | 0x20;
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }
        if (rest.Length < 2)
        {
            return 0;
        }
        return rest is [0xC5, 0xBF, ..] || (first, rest[1] | 0x20) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
