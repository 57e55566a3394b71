using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;

namespace PureLlm.Tokenizer;

/// <content>Words of the text as it came, whose tokens are remembered: most of a text never meets the normalizer.</content>
internal sealed unsafe partial class PipelineEncoder
{
    /// <summary>Behind the end of a token in <see cref="_longWords"/>: it ends a piece.</summary>
    private const int EndsPiece = 1 << 16;

    /// <summary>How many words are looked for before they are looked up.</summary>
    private const int Ahead = 8;

    // Of an encoder that has borders.
    private readonly WordCache _words = borders is null ? null! : new();
    private readonly PieceCache _longWords = borders is null ? null! : new();
    private int[] _fresh = [];

    /// <summary>Encodes text that begins a segment, word by word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodeWords(ReadOnlySpan<byte> utf8, int offset)
    {
        int next = borders!.Next(utf8, 0);
        bool notes = _notesPieces;
        _notesPieces = notes && (borders.PartPieces || next == utf8.Length);
        EncodeRewritten(utf8[..next], offset, parts.Normalizer);
        Span<ShortKey> keys = stackalloc ShortKey[Ahead];
        Span<int> ends = stackalloc int[Ahead];
        while (next < utf8.Length)
        {
            // Some words at a time, so that their entries come from memory together.
            int count = 0, at = next;
            for (; count < Ahead && next < utf8.Length; count++)
            {
                int start = next;
                next = borders.Next(utf8, start);
                keys[count] = KeyOf(utf8, start, next);
                _words.Prefetch(keys[count]);
                ends[count] = next;
            }
            for (int i = 0; i < count; at = ends[i++])
            {
                WordCache.Entry* known = _words.Find(keys[i]);
                if (known != null)
                {
                    Write(known, offset + at);
                }
                else
                {
                    EncodeWord(utf8[at..ends[i]], offset + at, isLast: ends[i] == utf8.Length);
                }
            }
        }
        if (notes && !_notesPieces)
        {
            PieceEnds.Add(_tokens.Count);
        }
        _notesPieces = notes;
    }

    /// <summary>The key of a word; of one that is too long for it, a key that is never found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ShortKey KeyOf(ReadOnlySpan<byte> utf8, int start, int end) =>
        end - start > ShortKey.MaximumLength ? new ShortKey(0, 1)
        : start + 16 <= utf8.Length ? ShortKey.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(utf8), start), end - start)
        : ShortKey.Of(utf8[start..end]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(WordCache.Entry* word, int offset)
    {
        int count = _tokens.Count;
        if (count + WordCache.WrittenTokens > _tokens.Capacity)
        {
            _tokens.EnsureCapacity(count + WordCache.WrittenTokens);
        }
        (int[] ids, int[] starts, int[] tokenBorders) = _tokens.ArraysWithStarts;
        WordCache.Entry.Write(
            word,
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(ids), count),
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(starts), count),
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(tokenBorders), count + 1),
            offset);
        _tokens.SetCount(count + word->Count);
        if (_notesPieces)
        {
            for (uint piece = word->PieceEnds; piece != 0; piece &= piece - 1)
            {
                PieceEnds.Add(count + BitOperations.TrailingZeroCount(piece) + 1);
            }
        }
    }

    /// <summary>A word that the short ones lack: a longer one that is known, or a new one.</summary>
    private void EncodeWord(ReadOnlySpan<byte> word, int offset, bool isLast)
    {
        if (word.Length > PieceCache.LongestPiece || (isLast && !borders!.IsClosed(word)))
        {
            EncodeRewritten(word, offset, borders!.Normalizer);
            return;
        }
        if (word.Length > ShortKey.MaximumLength && _longWords.TryGet(word, out ReadOnlySpan<int> known))
        {
            for (int i = 0; i < known.Length; i += 3)
            {
                _tokens.Add(known[i], offset + known[i + 1], offset + (known[i + 2] & (EndsPiece - 1)));
                if (known[i + 2] >= EndsPiece)
                {
                    NotePiece();
                }
            }
            return;
        }
        bool notes = _notesPieces;
        int first = _tokens.Count, firstPiece = PieceEnds.Count;
        _notesPieces = true;
        EncodeRewritten(word, offset, borders!.Normalizer);
        _notesPieces = notes;
        Remember(word, offset, first, CollectionsMarshal.AsSpan(PieceEnds)[firstPiece..]);
        if (!notes)
        {
            CollectionsMarshal.SetCount(PieceEnds, firstPiece);
        }
    }

    /// <summary>Keeps the tokens of a word, unless it has a piece without any.</summary>
    private void Remember(ReadOnlySpan<byte> word, int offset, int first, ReadOnlySpan<int> pieceEnds)
    {
        int count = _tokens.Count - first;
        if (_fresh.Length < 3 * count)
        {
            _fresh = new int[6 * count];
        }
        for (int i = 0; i < count; i++)
        {
            (_fresh[3 * i], _fresh[(3 * i) + 1], _fresh[(3 * i) + 2]) = (_tokens.Ids[first + i], _tokens.Starts[first + i] - offset, _tokens.Ends[first + i] - offset);
        }
        int last = first, bits = 0;
        foreach (int end in pieceEnds)
        {
            if (end == last)
            {
                return;
            }
            _fresh[(3 * (end - first)) - 1] |= EndsPiece;
            bits |= end - first <= WordCache.MostTokens ? 1 << (end - first - 1) : 0;
            last = end;
        }
        if (word.Length > ShortKey.MaximumLength)
        {
            _longWords.Add(word, _fresh.AsSpan(0, 3 * count));
        }
        else if (count <= WordCache.MostTokens)
        {
            _words.Add(ShortKey.Of(word), _tokens, first, offset, bits);
        }
    }

    /// <summary>Normalizes a part of the text, and encodes its pieces.</summary>
    private void EncodeRewritten(ReadOnlySpan<byte> utf8, int offset, Normalizer? normalizer)
    {
        _text.Reset(utf8, offset);
        normalizer?.Normalize(_text);
        EncodePieces(_text);
    }
}
