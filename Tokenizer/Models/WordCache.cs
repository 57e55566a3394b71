using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Tokenizer.Models;

/// <summary>What short words of a text, as they came, were turned into: up to 15 bytes to up to seven tokens with their places, one cache line each. Belongs to one encoder.</summary>
/// <remarks>A place holds the two words that came last; it grows with the words that it meets, from 64 KB to 4 MB.</remarks>
internal sealed unsafe class WordCache
{
    /// <summary>The most tokens that an entry holds.</summary>
    public const int MostTokens = 7;

    /// <summary>Tokens that <see cref="Entry.Write"/> may overwrite, of which only the first are meant.</summary>
    public const int WrittenTokens = 8;

    private const int SmallestBits = 9;
    private const int LargestBits = 15;

    private Entry[] _memory = [];
    private Entry* _entries;
    private int _bits;
    private int _added;

    public WordCache() => Allocate(SmallestBits);

    /// <summary>The entry of a word, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Entry* Find(ShortKey key)
    {
        Entry* entry = At(key);
        if (entry->High == key.High && entry->Low == key.Low)
        {
            return entry;
        }
        entry++;
        return entry->High == key.High && entry->Low == key.Low ? entry : null;
    }

    /// <summary>Asks for the memory of a word's place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ShortKey key)
    {
        if (Sse.IsSupported)
        {
            Entry* entry = At(key);
            Sse.Prefetch0(entry);
            Sse.Prefetch0(entry + 1);
        }
    }

    /// <summary>Remembers the tokens of a word, at most seven, whose places are those of the text.</summary>
    /// <param name="key">The word.</param>
    /// <param name="tokens">The buffer that they end.</param>
    /// <param name="first">The number of the first one.</param>
    /// <param name="offset">Where the word begins.</param>
    /// <param name="pieceEnds">A bit for each token that ends a piece.</param>
    public void Add(ShortKey key, TokenBuffer tokens, int first, int offset, int pieceEnds)
    {
        if (++_added > 1 << _bits && _bits < LargestBits)
        {
            Grow();
        }
        Entry* entry = At(key);
        entry[1] = entry[0];
        *entry = new Entry { Low = key.Low, High = key.High };
        for (int i = 0; first + i < tokens.Count; i++)
        {
            entry->Ids[i] = tokens.Ids[first + i];
            entry->Starts[i] = (byte)(tokens.Starts[first + i] - offset);
            entry->Ends[i] = (byte)(tokens.Ends[first + i] - offset);
        }
        entry->Starts[MostTokens] = (byte)(tokens.Count - first);
        entry->Ends[MostTokens] = (byte)pieceEnds;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Entry* At(ShortKey key) => _entries + (2 * (Vocabulary.Seed.Of(key) >> (64 - _bits)));

    private void Grow()
    {
        Entry[] kept = _memory;
        Entry* old = _entries;
        int count = 2 << _bits;
        Allocate(_bits + 2);
        for (int i = count - 1; i >= 0; i--)
        {
            if (old[i].High != 0)
            {
                Entry* entry = At(new ShortKey(old[i].Low, old[i].High));
                entry[1] = entry[0];
                *entry = old[i];
            }
        }
        GC.KeepAlive(kept);
    }

    private void Allocate(int bits)
    {
        (_bits, _added) = (bits, 0);
        // Pinned, and started at a cache line.
        _memory = GC.AllocateArray<Entry>((2 << bits) + 2, pinned: true);
        _entries = (Entry*)(((nint)Unsafe.AsPointer(ref _memory[0]) + 63) & ~(nint)63);
    }

    /// <summary>A word and its tokens, 64 bytes; the eighth start is the number of tokens, the eighth end has a bit for each token that ends a piece.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    public struct Entry
    {
        public ulong Low;
        public ulong High;
        public fixed int Ids[MostTokens];
        public fixed byte Starts[MostTokens + 1];
        public fixed byte Ends[MostTokens + 1];

        /// <summary>How many tokens there are.</summary>
        public readonly int Count => Starts[MostTokens];

        /// <summary>A bit for each token that ends a piece.</summary>
        public readonly uint PieceEnds => Ends[MostTokens];

        /// <summary>Writes the tokens of a word that begins at <paramref name="offset"/>: four at a time, no branch for each.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write(Entry* entry, ref int ids, ref int starts, ref int ends, int offset)
        {
            Vector128<ushort> from = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)entry->Starts).AsByte());
            Vector128<ushort> to = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)entry->Ends).AsByte());
            Vector128<int> at = Vector128.Create(offset);
            Vector128.Load(entry->Ids).StoreUnsafe(ref ids);
            (Vector128.WidenLower(from).AsInt32() + at).StoreUnsafe(ref starts);
            (Vector128.WidenLower(to).AsInt32() + at).StoreUnsafe(ref ends);
            if (entry->Count > 4)
            {
                Vector128.Load(entry->Ids + 4).StoreUnsafe(ref ids, 4);
                (Vector128.WidenUpper(from).AsInt32() + at).StoreUnsafe(ref starts, 4);
                (Vector128.WidenUpper(to).AsInt32() + at).StoreUnsafe(ref ends, 4);
            }
        }
    }
}
