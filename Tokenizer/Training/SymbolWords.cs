using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Words as rows of symbols in one array, each behind a header of its count (two ints) and its length. A word's place is that of its header.</summary>
internal sealed class SymbolWords(bool keepsSingles = false)
{
    /// <summary>Ints before a word's symbols: the count, low half first, and the length.</summary>
    public const int Header = 3;

    private int[] _data = new int[1 << 12];

    /// <summary>The array that holds everything; places point into it.</summary>
    public int[] Data => _data;

    /// <summary>Ints of <see cref="Data"/> that are in use. Words follow each other without a gap until the first merge.</summary>
    public int Used { get; private set; }

    /// <summary>Adds a word; one of a single symbol holds no pair, and is left out unless single symbols are kept.</summary>
    /// <exception cref="TokenizerException">The distinct pieces do not fit an array.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<int> symbols, long count)
    {
        if (symbols.Length < (keepsSingles ? 1 : 2))
        {
            return;
        }
        long needed = (long)Used + Header + symbols.Length;
        if (needed > _data.Length)
        {
            if (needed > Array.MaxLength)
            {
                throw new TokenizerException($"train: the corpus has distinct pieces of more than {Array.MaxLength:N0} symbols in all; use a split that makes shorter pieces, or a part of the corpus.");
            }
            Array.Resize(ref _data, (int)Math.Min(Array.MaxLength, Math.Max(needed, _data.Length * 3L / 2)));
        }
        MemoryMarshal.Cast<int, long>(_data.AsSpan(Used, 2))[0] = count;
        _data[Used + 2] = symbols.Length;
        symbols.CopyTo(_data.AsSpan(Used + Header));
        Used = (int)needed;
    }

    /// <summary>How often the word at this place occurs.</summary>
    public static long Count(ReadOnlySpan<int> data, int place) => MemoryMarshal.Read<long>(MemoryMarshal.AsBytes(data.Slice(place, 2)));
}
