using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Tokenizer.Models;

/// <summary>The tokens of single characters, by code point: pages of 256 that are made when first met. Belongs to one encoder.</summary>
internal sealed unsafe class CharacterTokens(BytePairModel model, PieceMerger merger)
{
    /// <summary>The most tokens that a character can have.</summary>
    public const int MostTokens = 4;

    private const int PageBits = 8;

    private readonly Entry[]?[] _pages = new Entry[0x110000 >> PageBits][];
    private readonly Entry[] _bytes = [.. model.ByteIds.ToArray().Select(id => new Entry { First = id, Count = 1, Ends = 1, WholeFrom = PairTable.Never })];

    /// <summary>The tokens of the character of <paramref name="length"/> bytes at <paramref name="p"/>, or of a byte that is part of none, where the code point is negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Entry Of(int codePoint, byte* p, int length)
    {
        if (codePoint < 0)
        {
            return ref _bytes[*p];
        }
        Entry[]? page = _pages[codePoint >> PageBits];
        if (page is not null)
        {
            ref Entry known = ref page[codePoint & ((1 << PageBits) - 1)];
            if (known.Count != 0)
            {
                return ref known;
            }
        }
        return ref Meet(codePoint, p, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private ref Entry Meet(int codePoint, byte* p, int length)
    {
        Entry[] page = _pages[codePoint >> PageBits] ??= new Entry[1 << PageBits];
        ref Entry entry = ref page[codePoint & ((1 << PageBits) - 1)];
        ReadOnlySpan<int> ids = merger.Merge(new ReadOnlySpan<byte>(p, length));
        uint end = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            Unsafe.Add(ref entry.First, i) = ids[i];
            end += (uint)model.Table.LengthOf(ids[i]);
            entry.Ends |= end << (8 * i);
        }
        entry.WholeFrom = ids.Length > 1 ? PairTable.Never : length == 1 ? -1 : model.LastRankOf(ids[0]);
        entry.Count = ids.Length;
        return ref entry;
    }

    /// <summary>One to four tokens of a character, 32 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Entry
    {
        public int First;
        private readonly int _second;
        private readonly int _third;
        private readonly int _fourth;

        /// <summary>How many tokens there are; 0 where the character was not met.</summary>
        public int Count;

        /// <summary>The end of each token in the character, the first in the low byte.</summary>
        public uint Ends;

        /// <summary>The rank of the merge that makes the character one token; the largest number where none does.</summary>
        public int WholeFrom;
        private readonly int _unused;

        /// <summary>Writes four tokens, whose count only says how many there are: no branch depends on the text.</summary>
        /// <param name="place">The place of the character.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Write(ref int ids, ref int starts, ref int ends, int place)
        {
            Vector128<int> at = Vector128.Create(place);
            Vector128.LoadUnsafe(in First).StoreUnsafe(ref ids);
            (at + Places(Ends << 8)).StoreUnsafe(ref starts);
            (at + Places(Ends)).StoreUnsafe(ref ends);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<int> Places(uint bytes) => Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(bytes).AsByte())).AsInt32();
    }
}
