using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Training;

/// <summary>SentencePiece's words: runs without white space, each behind a ▁ (U+2581). A ▁ of the text itself begins a word too.</summary>
internal sealed class SentenceCutter : PieceCutter
{
    private static ReadOnlySpan<byte> Mark => "▁"u8;

    private byte[] _word = new byte[64];
    private int _length;

    public override void Count(ReadOnlySpan<byte> text, PieceTable table)
    {
        bool begun = false, behindSpace = true;
        for (int i = 0, size; i < text.Length; i += size)
        {
            if (WhiteSpace.At(text, i, out size))
            {
                behindSpace = true;
                continue;
            }
            ReadOnlySpan<byte> character = text.Slice(i, size);
            bool isMark = character.SequenceEqual(Mark);
            if (behindSpace && (begun || !isMark))
            {
                Begin(table);
            }
            if (isMark)
            {
                Begin(table);
            }
            else
            {
                Append(character);
            }
            (begun, behindSpace) = (true, false);
        }
        End(table);
    }

    private void Begin(PieceTable table)
    {
        End(table);
        Append(Mark);
    }

    private void End(PieceTable table)
    {
        if (_length > 0)
        {
            table.Add(_word.AsSpan(0, _length));
            _length = 0;
        }
    }

    private void Append(ReadOnlySpan<byte> character)
    {
        if (_length + character.Length > _word.Length)
        {
            Array.Resize(ref _word, 2 * _word.Length);
        }
        character.CopyTo(_word.AsSpan(_length));
        _length += character.Length;
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
