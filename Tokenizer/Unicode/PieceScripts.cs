namespace PureLlm.Tokenizer.Unicode;

/// <summary>Scripts as the UnicodeScripts pre-tokenizer sees them: the characters of Unicode 9.0, with Japanese kana as Han.</summary>
internal static class PieceScripts
{
    private static readonly int Han = Scripts.Find("Han"), Common = Scripts.Find("Common"), Devanagari = Scripts.Find("Devanagari");
    private static readonly int[] Kana = [Scripts.Find("Hiragana"), Scripts.Find("Katakana")];
    private static readonly Lazy<CharacterSet> Newer = new(() => new(CharacterAge.AddedAfter(9)));

    /// <summary>The number of a character's script; 0 where it takes any.</summary>
    public static int Of(int character)
    {
        if (character == ' ' || Newer.Value.Contains(character))
        {
            return 0;
        }
        // Four characters have changed script since: the long vowel mark is Common there and counts as Han here.
        if (character is 0x30FC or 0x953 or 0x954 or 0x589 or 0x61C)
        {
            return character == 0x30FC ? Han : character is 0x589 or 0x61C ? Common : Devanagari;
        }
        int script = Scripts.Of(character);
        return Kana.Contains(script) ? Han : script;
    }
}
