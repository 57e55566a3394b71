using System.Text;

namespace PureLlm.Tokenizer.Training;

/// <summary>Characters of pieces, as code points. The pieces are valid UTF-8.</summary>
internal static class Characters
{
    /// <summary>How often each code point occurs [0x110000].</summary>
    public static long[] Count(PieceTable pieces)
    {
        var counts = new long[0x110000];
        for (int i = 0; i < pieces.Count; i++)
        {
            long frequency = pieces.Frequency(i);
            foreach (Rune rune in Runes(pieces.Piece(i)))
            {
                counts[rune.Value] += frequency;
            }
        }
        return counts;
    }

    /// <summary>The characters that occur, and those that must be there; limited to the most frequent ones (of equals the lower code point), in code point order.</summary>
    public static List<int> Alphabet(long[] counts, string required, int? limit)
    {
        HashSet<int> always = [.. required.EnumerateRunes().Select(rune => rune.Value)];
        IEnumerable<int> kept = Enumerable.Range(0, counts.Length).Where(c => counts[c] > 0 || always.Contains(c));
        if (limit is { } most)
        {
            kept = kept.OrderByDescending(always.Contains).ThenByDescending(c => counts[c]).Take(most).Order();
        }
        return [.. kept];
    }

    /// <summary>The most frequent characters that together cover this share of the text; the most frequent first, of equals the lower code point.</summary>
    public static int[] Covering(long[] counts, double coverage)
    {
        int[] ordered = [.. Enumerable.Range(0, counts.Length).Where(c => counts[c] > 0).OrderByDescending(c => counts[c])];
        double total = ordered.Sum(c => (double)counts[c]);
        long covered = 0;
        int kept = 0;
        while (kept < ordered.Length && (coverage == 1 || covered / total < coverage))
        {
            covered += counts[ordered[kept++]];
        }
        return ordered[..kept];
    }

    /// <summary>UTF-8 of one code point.</summary>
    public static byte[] Utf8(int codePoint)
    {
        var bytes = new byte[4];
        return bytes[..new Rune(codePoint).EncodeToUtf8(bytes)];
    }

    /// <summary>The characters of a piece.</summary>
    public static RuneReader Runes(ReadOnlySpan<byte> utf8) => new(utf8);

    /// <summary>Reads characters one after the other.</summary>
    public ref struct RuneReader(ReadOnlySpan<byte> utf8)
    {
        private ReadOnlySpan<byte> _rest = utf8;

        public Rune Current { get; private set; }

        public readonly RuneReader GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }
            Rune.DecodeFromUtf8(_rest, out Rune rune, out int length);
            Current = rune;
            _rest = _rest[length..];
            return true;
        }
    }
}
