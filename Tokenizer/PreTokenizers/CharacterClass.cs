using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>What the published split patterns ask about a character.</summary>
internal enum CharacterClass : byte
{
    /// <summary>[^\s\p{L}\p{N}]: punctuation, marks, symbols, controls, and single bytes that are not UTF-8.</summary>
    Other,

    /// <summary>\p{L}</summary>
    Letter,

    /// <summary>\p{N}</summary>
    Number,

    /// <summary>\s: the Unicode property White_Space.</summary>
    Space,
}

/// <summary>Classes of characters, read from UTF-8.</summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[] Ascii = [.. Enumerable.Range(0, 128).Select(c => Of(new Rune(c)))];

    /// <summary>The class of the character at <paramref name="offset"/> and its length in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterClass At(ReadOnlySpan<byte> utf8, int offset, out int length)
    {
        byte b = utf8[offset];
        if (b < 128)
        {
            length = 1;
            return Ascii[b];
        }
        return Wide(utf8[offset..], out length);
    }

    /// <summary>The class of one character.</summary>
    public static CharacterClass Of(Rune rune) =>
        Rune.IsWhiteSpace(rune)
            ? CharacterClass.Space
            : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
                _ => CharacterClass.Other,
            };

    /// <summary>The offset after the run of <paramref name="kind"/> that starts at <paramref name="offset"/>.</summary>
    public static int EndOfRun(ReadOnlySpan<byte> utf8, int offset, CharacterClass kind)
    {
        while (offset < utf8.Length && At(utf8, offset, out int length) == kind)
        {
            offset += length;
        }
        return offset;
    }

    private static CharacterClass Wide(ReadOnlySpan<byte> utf8, out int length)
    {
        if (Rune.DecodeFromUtf8(utf8, out Rune rune, out length) == OperationStatus.Done)
        {
            return Of(rune);
        }
        length = 1;
        return CharacterClass.Other;
    }
}
