using System.Buffers;
using System.Globalization;
using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Hugging Face's reading of SentencePiece's compiled rules ("Precompiled"): user-perceived characters of fewer than 6 bytes as a whole, the others character by character.</summary>
/// <remarks>
/// What a rule covers is looked up by its shortest beginning, and the whole is replaced, so that results can differ from SentencePiece's own,
/// which <see cref="SentencePieceNormalizer"/> gives. The borders of user-perceived characters (Unicode annex 29) are those of the runtime.
/// </remarks>
public sealed class PrecompiledNormalizer : Normalizer
{
    private const int LongestWhole = 5;

    private const byte Untried = 0;
    private const byte Plain = 1;
    private const byte Special = 2;

    private readonly PrecompiledCharacterMap _map;
    private readonly byte[] _tried = new byte[1 << 16];

    /// <summary>Builds from the bytes of "precompiled_charsmap".</summary>
    /// <exception cref="TokenizerException">The compiled rules are damaged.</exception>
    public PrecompiledNormalizer(ReadOnlyMemory<byte> charactersMap) => _map = new PrecompiledCharacterMap(charactersMap);

    public override string Type => "Precompiled";

    /// <summary>The bytes of the compiled rules.</summary>
    public ReadOnlyMemory<byte> CharactersMap => _map.Blob;

    public override void Normalize(AlignedText text)
    {
        ReadOnlySpan<byte> input = text.Bytes;
        int kept = 0;
        for (int at = 0; at < input.Length;)
        {
            int plain = PlainLength(input[at..]);
            at += plain;
            int zone = ZoneLength(input[at..]);
            RewriteZone(text, at, zone, ref kept);
            at += zone;
        }
        if (kept > 0)
        {
            text.Keep(kept, input.Length);
            text.Commit();
        }
    }

    /// <summary>The length of the leading characters that stay as they are: each is plain and stands alone, before another one, any ASCII character, or the end.</summary>
    private int PlainLength(ReadOnlySpan<byte> input)
    {
        int at = 0;
        for (int length; at < input.Length; at += length)
        {
            if (!IsPlain(Utf8Character.Decode(input, at, out length)) || (at + length < input.Length && input[at + length] >= 0x80 && !IsPlain(Utf8Character.Decode(input, at + length, out _))))
            {
                break;
            }
        }
        return at;
    }

    /// <summary>The length up to a border that is sure: between two ASCII or plain characters, unless they are a line end.</summary>
    private int ZoneLength(ReadOnlySpan<byte> input)
    {
        bool wasSure = false;
        for (int at = 0, last = 0, length; at < input.Length; at += length)
        {
            int character = Utf8Character.Decode(input, at, out length);
            bool sure = character < 0x80 || IsPlain(character);
            if (wasSure && sure && !(last == '\r' && character == '\n'))
            {
                return at;
            }
            (wasSure, last) = (sure, character);
        }
        return input.Length;
    }

    /// <summary>True for a character that no rule rewrites and that is a user-perceived one by itself beside others of its kind; ASCII where that is sure before ASCII.</summary>
    private bool IsPlain(int character)
    {
        if (character < 0x80)
        {
            return character != '\r' && _map.StopsEarly[character];
        }
        if (character > char.MaxValue)
        {
            return false;
        }
        byte tried = _tried[character];
        if (tried == Untried)
        {
            tried = _tried[character] = Try((char)character) ? Plain : Special;
        }
        return tried == Plain;
    }

    /// <summary>Letters and numbers only, so that no pair of different ones joins where each stands alone beside itself.</summary>
    private bool Try(char character)
    {
        Span<byte> utf8 = stackalloc byte[4];
        return char.IsLetterOrDigit(character) && !_map.TryShortest(utf8[..Utf8Character.Encode(character, utf8)], out _, out _)
            && Alone([character, character]) && Alone(['a', character]) && Alone([character, 'a']);

        static bool Alone(ReadOnlySpan<char> pair) => StringInfo.GetNextTextElementLength(pair) == 1;
    }

    private void RewriteZone(AlignedText text, int at, int length, ref int kept)
    {
        if (length == 0)
        {
            return;
        }
        ReadOnlySpan<byte> zone = text.Bytes.Slice(at, length);
        char[] rented = ArrayPool<char>.Shared.Rent(length);
        ReadOnlySpan<char> rest = rented.AsSpan(0, Encoding.UTF8.GetChars(zone, rented));
        while (rest.Length > 0)
        {
            int units = StringInfo.GetNextTextElementLength(rest);
            int bytes = Encoding.UTF8.GetByteCount(rest[..units]);
            RewriteElement(text, at, bytes, ref kept);
            at += bytes;
            rest = rest[units..];
        }
        ArrayPool<char>.Shared.Return(rented);
    }

    private void RewriteElement(AlignedText text, int at, int length, ref int kept)
    {
        ReadOnlySpan<byte> element = text.Bytes.Slice(at, length);
        if (length <= LongestWhole && _map.TryShortest(element, out _, out ReadOnlySpan<byte> whole))
        {
            Replace(text, at, length, whole, ref kept);
            return;
        }
        for (int end = at + length, character; at < end; at += character)
        {
            character = Characters.Length(text.Bytes[at..]);
            if (_map.TryShortest(text.Bytes.Slice(at, character), out _, out ReadOnlySpan<byte> made))
            {
                Replace(text, at, character, made, ref kept);
            }
        }
    }

    /// <summary>Puts characters in the place of others: the first for the first, and so on; what is left over stands for the last one.</summary>
    private static void Replace(AlignedText text, int at, int length, ReadOnlySpan<byte> made, ref int kept)
    {
        text.Keep(kept, at);
        kept = at + length;
        ReadOnlySpan<byte> input = text.Bytes;
        int from = at, to = at + Characters.Length(input[at..]);
        for (int i = 0, character; i < made.Length; i += character)
        {
            character = Characters.Length(made[i..]);
            text.Write(made.Slice(i, character), from, to);
            if (to < kept)
            {
                (from, to) = (to, to + Characters.Length(input[to..]));
            }
        }
    }
}
