using System.Text;
using System.Text.Unicode;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer;

/// <summary>One token per word, for a text with a small lexicon. A token carries the space before it, so that joining the tokens gives the text back.</summary>
/// <remarks>
/// White space: one space directly before letters, digits or a symbol belongs to that token (" the" and "the" are two words);
/// every other white-space character is a token of its own. Letters and digits form runs; each symbol stands alone.
/// A word outside the lexicon becomes <see cref="TextTokenizer.UnknownMark"/>: for known words decode(encode(x)) = x.
/// </remarks>
public sealed class WordTokenizer : TextTokenizer
{
    private readonly Dictionary<byte[], int> _ids = new(ByteSequenceComparer.Instance);
    private readonly byte[][] _tokens;
    private readonly int _unknown = -1;

    /// <summary>Builds from a lexicon in id order, which must hold <see cref="TextTokenizer.UnknownMark"/>.</summary>
    /// <exception cref="TokenizerException">A word appears twice, or there is no unknown token.</exception>
    public WordTokenizer(IReadOnlyList<string> lexicon)
    {
        _tokens = [.. lexicon.Select(Encoding.UTF8.GetBytes)];
        for (int id = 0; id < _tokens.Length; id++)
        {
            if (lexicon[id] is EndOfTextMark)
            {
                EndOfText = id;
            }
            else if (lexicon[id] is UnknownMark)
            {
                _unknown = id;
            }
            else if (!_ids.TryAdd(_tokens[id], id))
            {
                throw new TokenizerException($"words: \"{lexicon[id]}\" is in the lexicon twice, as {_ids[_tokens[id]]} and {id}.");
            }
        }
        if (_unknown < 0)
        {
            throw new TokenizerException($"words: the lexicon of {lexicon.Count} words has no {UnknownMark}; text may hold words that it lacks.");
        }
    }

    public override string Kind => "words";

    public override int VocabularySize => _tokens.Length;

    public override int? EndOfText { get; }

    /// <summary>The id of words outside the lexicon.</summary>
    public int Unknown => _unknown;

    /// <summary>The lexicon of the texts, most frequent first (ties in byte order), at most <paramref name="vocabularySize"/> with the special tokens; 0 keeps every word.</summary>
    /// <exception cref="TokenizerException">A text is not valid UTF-8.</exception>
    public static WordTokenizer Train(IEnumerable<ReadOnlyMemory<byte>> texts, bool endOfText, int vocabularySize = 0)
    {
        var counts = new Dictionary<byte[], long>(ByteSequenceComparer.Instance);
        Dictionary<byte[], long>.AlternateLookup<ReadOnlySpan<byte>> lookup = counts.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (ReadOnlyMemory<byte> text in texts)
        {
            ReadOnlySpan<byte> utf8 = text.Span;
            if (!Utf8.IsValid(utf8))
            {
                throw new TokenizerException("words: the text is not valid UTF-8; save it as UTF-8, or use the tokenizer \"bytes\" or \"bpe\", which take any bytes.");
            }
            for (int i = 0, length; i < utf8.Length; i += length)
            {
                length = PieceScanner.Words.NextLength(utf8, i);
                ReadOnlySpan<byte> word = utf8.Slice(i, length);
                lookup[word] = lookup.TryGetValue(word, out long count) ? count + 1 : 1;
            }
        }
        int most = vocabularySize == 0 ? int.MaxValue : vocabularySize - (endOfText ? 2 : 1);
        List<string> lexicon = [.. counts
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
            .Take(most).Select(c => Encoding.UTF8.GetString(c.Key))];
        if (endOfText)
        {
            lexicon.Add(EndOfTextMark);
        }
        lexicon.Add(UnknownMark);
        return new WordTokenizer(lexicon);
    }

    public override bool IsSpecial(int id) => id == EndOfText || id == _unknown;

    public override void Encode(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup = _ids.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (int i = 0, length; i < utf8.Length; i += length)
        {
            length = PieceScanner.Words.NextLength(utf8, i);
            ids.Add(lookup.TryGetValue(utf8.Slice(i, length), out int id) ? id : _unknown);
        }
    }

    public override void Encode(ReadOnlySpan<byte> utf8, TokenBuffer tokens, EncodeOptions options = default)
    {
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup = _ids.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (int i = 0, length; i < utf8.Length; i += length)
        {
            length = PieceScanner.Words.NextLength(utf8, i);
            tokens.Add(lookup.TryGetValue(utf8.Slice(i, length), out int id) ? id : _unknown, i, i + length);
        }
    }

    public override ReadOnlyMemory<byte> TokenBytes(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : throw NoSuchToken(id);
}
