using System.Buffers;
using System.Text;
using System.Text.Unicode;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>The way of one text through a pipeline up to its tokens, with the working memory of one thread.</summary>
/// <param name="parts">The pipeline.</param>
/// <param name="added">Its added tokens.</param>
/// <param name="borders">Where its texts may be cut; null where that is not sure.</param>
internal sealed partial class PipelineEncoder(PipelineParts parts, AddedVocabulary added, WordBorders? borders)
{
    private const int LargeText = 1 << 24;

    private readonly PieceEncoder _model = parts.Model.CreateEncoder();
    private readonly PieceScanner? _scanner = parts.Model.IsByteLevel ? parts.PreTokenizer?.Scanner : null;
    private AlignedText _repaired = new();
    private AlignedText _text = new();
    private AlignedText _part = new();
    private PieceList _pieces = new();
    private int _largest;
    private readonly List<AddedTokenMatch> _matches = [];
    private readonly List<AddedTokenMatch> _normalizedMatches = [];
    private TokenBuffer _tokens = null!;
    private bool _findsSpecial;
    private bool _notesPieces;

    /// <summary>A buffer for callers that want the tokens in another form.</summary>
    public TokenBuffer Scratch { get; private set; } = new();

    /// <summary>For each piece of the text last encoded, how many tokens there were after it; an added token is a piece of its own.</summary>
    public List<int> PieceEnds { get; } = [];

    /// <summary>The places of added tokens among the tokens of the text last encoded.</summary>
    public List<int> AddedPlaces { get; } = [];

    /// <summary>Appends the tokens of a text; where <paramref name="notesPieces"/>, the two lists of places are filled too.</summary>
    public void Encode(ReadOnlySpan<byte> utf8, bool findsSpecial, TokenBuffer tokens, bool notesPieces = false)
    {
        (_tokens, _findsSpecial, _notesPieces) = (tokens, findsSpecial, notesPieces);
        _largest = Math.Max(_largest, utf8.Length);
        PieceEnds.Clear();
        AddedPlaces.Clear();
        bool repaired = !parts.Model.IsByteLevel && parts.Normalizer is not { TakesAnyBytes: true } && !Utf8.IsValid(utf8);
        if (repaired)
        {
            Repair(utf8);
            utf8 = _repaired.Bytes;
        }
        int at = 0;
        if (added.Raw is { } matcher && (findsSpecial || matcher.HasOrdinary))
        {
            matcher.Find(utf8, findsSpecial, _matches);
            foreach (AddedTokenMatch match in _matches)
            {
                EncodeSegment(utf8, at, match.Start, repaired);
                (int start, int end) = repaired ? _repaired.Source(match.Start, match.End) : (match.Start, match.End);
                AddToken(match.Token.Id, start, end);
                at = match.End;
            }
        }
        EncodeSegment(utf8, at, utf8.Length, repaired);
        _tokens = null!;
    }

    /// <summary>How much of a long text may be encoded at a time, with the same tokens as in one go; its whole length where that is not sure.</summary>
    /// <remarks>
    /// Every published split ends a piece between a letter and a space before a letter, and looks no further; Unicode's normal forms end there too.
    /// Small portions keep the tokens near the processor, and their number out of the memory that they take.
    /// </remarks>
    public int PortionLength(ReadOnlySpan<byte> utf8, bool findsSpecial, int size)
    {
        // What dropout leaves out depends on the place in the text.
        if (utf8.Length <= 2 * size || _scanner is null || parts.Model is BytePairModel { Dropout: > 0 } || parts.Normalizer is not (null or UnicodeNormalizer)
            || (added.Raw is { } raw && (findsSpecial || raw.HasOrdinary)) || (added.Normalized is { } normalized && (findsSpecial || normalized.HasOrdinary)))
        {
            return utf8.Length;
        }
        for (int at = size; utf8[at..^1].IndexOf((byte)' ') is >= 0 and int space; at++)
        {
            at += space;
            if (char.IsAsciiLetter((char)utf8[at - 1]) && char.IsAsciiLetter((char)utf8[at + 1]))
            {
                return at;
            }
        }
        return utf8.Length;
    }

    /// <summary>Lets go of the memory that an unusually long text took.</summary>
    public void ReleaseLarge()
    {
        if (_largest > LargeText)
        {
            (_repaired, _text, _part, _pieces, Scratch) = (new(), new(), new(), new(), new());
            PieceEnds.Clear();
            PieceEnds.TrimExcess();
            _largest = 0;
        }
    }

    /// <summary>Text between added tokens: normalize it, and look for the tokens that are found in normalized text.</summary>
    private void EncodeSegment(ReadOnlySpan<byte> utf8, int start, int end, bool repaired)
    {
        if (start >= end)
        {
            return;
        }
        AddedTokenMatcher? matcher = added.Normalized is { } normalized && (_findsSpecial || normalized.HasOrdinary) ? normalized : null;
        if (_scanner is not null && (parts.Normalizer is null || parts.Normalizer.Leaves(utf8[start..end])))
        {
            ScanSegment(utf8[start..end], start, matcher);
            return;
        }
        if (borders is not null && matcher is null && !repaired)
        {
            EncodeWords(utf8[start..end], start);
            return;
        }
        if (repaired)
        {
            _text.Reset(_repaired, start, end);
        }
        else
        {
            _text.Reset(utf8[start..end], start);
        }
        parts.Normalizer?.Normalize(_text);
        if (matcher is null)
        {
            EncodePieces(_text);
            return;
        }
        matcher.Find(_text.Bytes, _findsSpecial, _normalizedMatches);
        int at = 0;
        foreach (AddedTokenMatch match in _normalizedMatches)
        {
            EncodePart(at, match.Start);
            (int from, int to) = _text.Source(match.Start, match.End);
            AddToken(match.Token.Id, from, to);
            at = match.End;
        }
        EncodePart(at, _text.Length);
    }

    /// <summary>Text that nothing rewrites: no alignment is needed.</summary>
    private void ScanSegment(ReadOnlySpan<byte> utf8, int offset, AddedTokenMatcher? matcher)
    {
        if (matcher is null)
        {
            Scan(utf8, offset);
            return;
        }
        matcher.Find(utf8, _findsSpecial, _normalizedMatches);
        int at = 0;
        foreach (AddedTokenMatch match in _normalizedMatches)
        {
            Scan(utf8[at..Math.Max(at, match.Start)], offset + at);
            AddToken(match.Token.Id, offset + match.Start, offset + match.End);
            at = match.End;
        }
        Scan(utf8[at..], offset + at);
    }

    /// <summary>Cuts and encodes in one loop.</summary>
    private void Scan(ReadOnlySpan<byte> utf8, int offset)
    {
        if (!_notesPieces && _model is BytePairEncoder encoder)
        {
            encoder.EncodeText(utf8, offset, _scanner!, _tokens);
            return;
        }
        for (int i = 0, length; i < utf8.Length; i += length)
        {
            length = _scanner!.NextLength(utf8, i);
            _model.Encode(utf8.Slice(i, length), offset + i, _tokens);
            NotePiece();
        }
    }

    private void EncodePart(int start, int end)
    {
        if (start < end)
        {
            _part.Reset(_text, start, end);
            EncodePieces(_part);
        }
    }

    private void EncodePieces(AlignedText text)
    {
        _pieces.Reset(text.Length);
        parts.PreTokenizer?.Split(text, _pieces);
        for (int i = 0; i < _pieces.Count; i++)
        {
            (int start, int end) = _pieces[i];
            int first = _tokens.Count;
            _model.Encode(text.Bytes[start..end], start, _tokens);
            _tokens.MapRanges(first, text);
            NotePiece();
        }
    }

    private void AddToken(int id, int start, int end)
    {
        if (_notesPieces)
        {
            AddedPlaces.Add(_tokens.Count);
        }
        _tokens.Add(id, start, end);
        NotePiece();
    }

    private void NotePiece()
    {
        if (_notesPieces)
        {
            PieceEnds.Add(_tokens.Count);
        }
    }

    /// <summary>Puts U+FFFD in the place of what is not UTF-8, one for each longest beginning of a character.</summary>
    private void Repair(ReadOnlySpan<byte> utf8)
    {
        _repaired.Reset(utf8);
        int kept = 0;
        for (int i = 0; i < utf8.Length;)
        {
            if (Rune.DecodeFromUtf8(utf8[i..], out _, out int length) != OperationStatus.Done)
            {
                _repaired.Keep(kept, i);
                _repaired.Write("\uFFFD"u8, i, i + length);
                kept = i + length;
            }
            i += length;
        }
        _repaired.Keep(kept, utf8.Length);
        _repaired.Commit();
    }
}
