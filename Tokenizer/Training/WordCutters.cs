using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Training;

/// <summary>SentencePiece's words: runs without white space, each behind a ▁ (U+2581).</summary>
internal sealed class SentenceCutter : PieceCutter
{
    private byte[] _word = new byte[64];

    public override void Count(ReadOnlySpan<byte> text, PieceTable table)
    {
        ReadOnlySpan<byte> mark = "▁"u8;
        mark.CopyTo(_word);
        int length = mark.Length;
        for (int i = 0; i <= text.Length;)
        {
            int size = 1;
            if (i == text.Length || WhiteSpace.At(text, i, out size))
            {
                if (length > mark.Length)
                {
                    table.Add(_word.AsSpan(0, length));
                    length = mark.Length;
                }
            }
            else
            {
                if (length + size > _word.Length)
                {
                    Array.Resize(ref _word, 2 * _word.Length);
                }
                text.Slice(i, size).CopyTo(_word.AsSpan(length));
                length += size;
            }
            i += size;
        }
    }
}

/// <summary>BERT's words: white space cuts and goes, each punctuation mark and each ASCII symbol stands alone.</summary>
internal sealed class BertCutter : PieceCutter
{
    public override void Count(ReadOnlySpan<byte> text, PieceTable table)
    {
        int start = 0;
        for (int i = 0; i < text.Length;)
        {
            bool space = WhiteSpace.At(text, i, out int size);
            if (space || IsPunctuation(text, i, size))
            {
                Add(text[start..i], table);
                if (!space)
                {
                    table.Add(text.Slice(i, size));
                }
                start = i + size;
            }
            i += size;
        }
        Add(text[start..], table);
    }

    private static void Add(ReadOnlySpan<byte> word, PieceTable table)
    {
        if (!word.IsEmpty)
        {
            table.Add(word);
        }
    }

    private static bool IsPunctuation(ReadOnlySpan<byte> text, int at, int size)
    {
        if (size == 1)
        {
            return char.IsAscii((char)text[at]) && (char.IsPunctuation((char)text[at]) || char.IsSymbol((char)text[at]));
        }
        Rune.DecodeFromUtf8(text.Slice(at, size), out Rune rune, out _);
        return ((CharacterKind.Punctuation >> CharacterTable.KindOf(rune.Value)) & 1) != 0;
    }
}

/// <summary>The property White_Space, read from UTF-8.</summary>
internal static class WhiteSpace
{
    /// <summary>True where the character at <paramref name="offset"/> is white space; <paramref name="length"/> is its length in bytes.</summary>
    public static bool At(ReadOnlySpan<byte> utf8, int offset, out int length)
    {
        byte b = utf8[offset];
        if (b < 128)
        {
            length = 1;
            return b is (byte)' ' or (>= 9 and <= 13);
        }
        Rune.DecodeFromUtf8(utf8[offset..], out Rune rune, out length);
        return ((CharacterKind.Spaces >> CharacterTable.KindOf(rune.Value)) & 1) != 0;
    }
}
