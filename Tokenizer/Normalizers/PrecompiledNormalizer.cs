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

    private readonly PrecompiledCharacterMap _map;

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

    /// <summary>Leading ASCII that no rule rewrites: each such character, before another one or the end, stands alone.</summary>
    private int PlainLength(ReadOnlySpan<byte> input)
    {
        int i = 0;
        while (i < input.Length && input[i] < 0x80 && input[i] != '\r' && _map.StopsEarly[input[i]] && (i + 1 == input.Length || input[i + 1] < 0x80))
        {
            i++;
        }
        return i;
    }

    /// <summary>The length up to a border that is sure: between two ASCII characters, unless they are a line end.</summary>
    private static int ZoneLength(ReadOnlySpan<byte> input)
    {
        for (int i = 1; i < input.Length; i++)
        {
            if (input[i - 1] < 0x80 && input[i] < 0x80 && !(input[i - 1] == '\r' && input[i] == '\n'))
            {
                return i;
            }
        }
        return input.Length;
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
