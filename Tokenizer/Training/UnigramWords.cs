using System.Text;

namespace PureLlm.Tokenizer.Training;

/// <summary>The distinct words of a corpus as characters numbered from 1 by code point; each word ends with a 0.</summary>
internal sealed class UnigramWords
{
    private UnigramWords(int[] symbols, int[] starts, long[] counts, int[] alphabet, long bytes)
    {
        (Symbols, Starts, Counts, Alphabet, Bytes) = (symbols, starts, counts, alphabet, bytes);
        LongestWord = 0;
        for (int w = 0; w < Count; w++)
        {
            LongestWord = Math.Max(LongestWord, Length(w));
            TotalSymbols += counts[w] * Length(w);
        }
    }

    /// <summary>All words, one after the other.</summary>
    public int[] Symbols { get; }

    /// <summary>Where each word starts; one more entry for the end of the last.</summary>
    public int[] Starts { get; }

    /// <summary>How often each word occurs.</summary>
    public long[] Counts { get; }

    /// <summary>The code point of symbol s is Alphabet[s − 1].</summary>
    public int[] Alphabet { get; }

    /// <summary>Bytes of text that were read.</summary>
    public long Bytes { get; }

    /// <summary>Distinct words.</summary>
    public int Count => Counts.Length;

    /// <summary>Characters of the longest word.</summary>
    public int LongestWord { get; }

    /// <summary>Characters of all occurrences of all words.</summary>
    public long TotalSymbols { get; }

    public int Length(int word) => Starts[word + 1] - Starts[word] - 1;

    public ReadOnlySpan<int> this[int word] => Symbols.AsSpan(Starts[word], Length(word));

    /// <summary>Turns counted pieces into words and forgets the pieces; a character outside the alphabet ends a word.</summary>
    public static UnigramWords From(PieceTable pieces, double coverage)
    {
        int[] alphabet = [.. Characters.Covering(Characters.Count(pieces), coverage).Order()];
        Dictionary<int, int> symbolOf = [];
        for (int i = 0; i < alphabet.Length; i++)
        {
            symbolOf[alphabet[i]] = i + 1;
        }
        List<int> symbols = [], starts = [0];
        List<long> counts = [];
        long bytes = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            bytes += pieces.Piece(i).Length * pieces.Frequency(i);
            foreach (Rune rune in Characters.Runes(pieces.Piece(i)))
            {
                if (symbolOf.TryGetValue(rune.Value, out int symbol))
                {
                    symbols.Add(symbol);
                }
                else
                {
                    End(pieces.Frequency(i));
                }
            }
            End(pieces.Frequency(i));
        }
        pieces.Clear();
        return new UnigramWords([.. symbols], [.. starts], [.. counts], alphabet, bytes);

        void End(long count)
        {
            if (symbols.Count > starts[^1])
            {
                symbols.Add(0);
                starts.Add(symbols.Count);
                counts.Add(count);
            }
        }
    }

    /// <summary>The text of some symbols, as UTF-8.</summary>
    public byte[] Spell(ReadOnlySpan<int> symbols)
    {
        List<byte> bytes = [];
        foreach (int symbol in symbols)
        {
            bytes.AddRange(Characters.Utf8(Alphabet[symbol - 1]));
        }
        return [.. bytes];
    }
}
