using System.Text;

namespace PureLlm.Tokenizer;

/// <summary>One token per Unicode scalar, for the characters that a text contains, in code point order.</summary>
/// <remarks>
/// Special tokens follow the characters: the end of text, then unknown, where asked for.
/// Without an unknown token, a character that the vocabulary lacks is an error.
/// </remarks>
public sealed class CharacterTokenizer : TextTokenizer
{
    private readonly Dictionary<int, int> _ids = [];
    private readonly int[] _ascii = new int[128];
    private readonly byte[][] _tokens;

    /// <summary>Builds from a vocabulary list: each entry is one character, or a special token's name.</summary>
    /// <exception cref="TokenizerException">An entry is not one character, or appears twice.</exception>
    public CharacterTokenizer(IReadOnlyList<string> vocabulary)
    {
        Array.Fill(_ascii, -1);
        _tokens = new byte[vocabulary.Count][];
        for (int id = 0; id < vocabulary.Count; id++)
        {
            string entry = vocabulary[id];
            _tokens[id] = Encoding.UTF8.GetBytes(entry);
            if (entry is EndOfTextMark)
            {
                EndOfText = id;
            }
            else if (entry is UnknownMark)
            {
                Unknown = id;
            }
            else if (Rune.TryGetRuneAt(entry.Length == 0 ? "\ud800" : entry, 0, out Rune rune) && rune.Utf16SequenceLength == entry.Length)
            {
                if (!_ids.TryAdd(rune.Value, id))
                {
                    throw new TokenizerException($"chars: '{entry}' is in the vocabulary twice, as {_ids[rune.Value]} and {id}.");
                }
                if (rune.IsAscii)
                {
                    _ascii[rune.Value] = id;
                }
            }
            else
            {
                throw new TokenizerException($"chars: vocabulary entry {id}, \"{entry}\", is not one character.");
            }
        }
    }

    public override string Kind => "chars";

    public override int VocabularySize => _tokens.Length;

    public override int? EndOfText { get; }

    /// <summary>The id that stands for characters outside the vocabulary, where there is one.</summary>
    public int? Unknown { get; }

    /// <summary>The tokenizer of the characters in <paramref name="texts"/>.</summary>
    /// <exception cref="TokenizerException">A text is not valid UTF-8.</exception>
    public static CharacterTokenizer Train(IEnumerable<ReadOnlyMemory<byte>> texts, bool endOfText, bool unknown = false)
    {
        var ascii = new bool[128];
        SortedSet<int> others = [];
        foreach (ReadOnlyMemory<byte> text in texts)
        {
            ReadOnlySpan<byte> utf8 = text.Span;
            for (int i = 0; i < utf8.Length;)
            {
                if (utf8[i] < 128)
                {
                    ascii[utf8[i++]] = true;
                    continue;
                }
                others.Add(ScalarAt(utf8, i, out int length).Value);
                i += length;
            }
        }
        List<string> vocabulary = [.. Enumerable.Range(0, 128).Where(c => ascii[c]).Concat(others).Select(c => new Rune(c).ToString())];
        if (endOfText)
        {
            vocabulary.Add(EndOfTextMark);
        }
        if (unknown)
        {
            vocabulary.Add(UnknownMark);
        }
        return new CharacterTokenizer(vocabulary);
    }

    public override bool IsSpecial(int id) => id == EndOfText || id == Unknown;

    public override void Encode(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        ids.EnsureCapacity(ids.Count + utf8.Length);
        for (int i = 0, length; i < utf8.Length; i += length)
        {
            ids.Add(IdAt(utf8, i, out length));
        }
    }

    public override void Encode(ReadOnlySpan<byte> utf8, TokenBuffer tokens, EncodeOptions options = default)
    {
        tokens.EnsureCapacity(tokens.Count + utf8.Length);
        for (int i = 0, length; i < utf8.Length; i += length)
        {
            int id = IdAt(utf8, i, out length);
            tokens.Add(id, i, i + length);
        }
    }

    public override ReadOnlyMemory<byte> TokenBytes(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : throw NoSuchToken(id);

    private int IdAt(ReadOnlySpan<byte> utf8, int offset, out int length)
    {
        if (utf8[offset] < 128 && _ascii[utf8[offset]] is >= 0 and int ascii)
        {
            length = 1;
            return ascii;
        }
        Rune rune = ScalarAt(utf8, offset, out length);
        return _ids.TryGetValue(rune.Value, out int id) ? id : Unknown ?? throw new TokenizerException(
            $"chars: character {Show(rune)} at byte {offset} is not among the {_ids.Count} characters of the vocabulary; remove it, or use the tokenizer \"bytes\" or \"bpe\", which know every character.");
    }

    private static Rune ScalarAt(ReadOnlySpan<byte> utf8, int offset, out int length)
    {
        if (Rune.DecodeFromUtf8(utf8[offset..], out Rune rune, out length) != System.Buffers.OperationStatus.Done)
        {
            throw new TokenizerException(
                $"chars: byte {offset} (0x{utf8[offset]:x2}) is not valid UTF-8; save the text as UTF-8, or use the tokenizer \"bytes\" or \"bpe\", which take any bytes.");
        }
        return rune;
    }

    private static string Show(Rune rune) => Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : $"'{rune}' (U+{rune.Value:X4})";
}
