using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Tokenizer.Models;

/// <summary>Merges the bytes of a piece, or symbols that merging made already: working memory of one thread.</summary>
internal sealed class PieceMerger(BytePairModel model)
{
    /// <summary>The most symbols that <see cref="MergeSymbols"/> takes.</summary>
    public const int MostSymbols = 64;

    private readonly PairTable _pairs = model.Pairs;
    private readonly int[] _symbols = new int[MostSymbols];
    private readonly int[] _ranks = new int[MostSymbols];
    private readonly int[] _results = new int[MostSymbols];
    private readonly int[] _tokens = new int[MostSymbols];
    private LongPieceMerger? _long;

    /// <summary>The tokens of a piece, by its merges alone; valid until the next call.</summary>
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece) =>
        piece.Length <= MostSymbols ? MergeBytes(piece) : (_long ??= new LongPieceMerger(model)).Merge(piece);

    /// <summary>The tokens of 2 to <see cref="MostSymbols"/> symbols that merging made already; valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<int> MergeSymbols(ReadOnlySpan<int> from)
    {
        int count = from.Length;
        ref int symbols = ref MemoryMarshal.GetArrayDataReference(_symbols);
        ref int ranks = ref MemoryMarshal.GetArrayDataReference(_ranks);
        ref int results = ref MemoryMarshal.GetArrayDataReference(_results);
        int least = PairTable.Never;
        symbols = from[0];
        for (int i = 0; i + 1 < count; i++)
        {
            int right = from[i + 1];
            Unsafe.Add(ref symbols, i + 1) = right;
            int rank = _pairs.Rank(from[i], right, out Unsafe.Add(ref results, i));
            Unsafe.Add(ref ranks, i) = rank;
            least = Math.Min(least, rank);
        }
        return least == PairTable.Never ? _symbols.AsSpan(0, count) : MergeByScan(count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<int> MergeBytes(ReadOnlySpan<byte> piece)
    {
        int last = piece.Length - 1;
        ref int symbols = ref MemoryMarshal.GetArrayDataReference(_symbols);
        ref int ranks = ref MemoryMarshal.GetArrayDataReference(_ranks);
        ref int results = ref MemoryMarshal.GetArrayDataReference(_results);
        ReadOnlySpan<int> byteIds = model.ByteIds;
        symbols = byteIds[piece[0]];
        for (int i = 0; i < last; i++)
        {
            int right = byteIds[piece[i + 1]];
            Unsafe.Add(ref symbols, i + 1) = right;
            Unsafe.Add(ref ranks, i) = _pairs.Rank(piece[i], piece[i + 1], out Unsafe.Add(ref results, i));
        }
        return MergeByScan(piece.Length);
    }

    /// <summary>Looks for the lowest rank, merges it, looks again. Symbols keep the place of their first part; a bit per place says where one starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<int> MergeByScan(int count)
    {
        int last = count - 1;
        ref int symbols = ref MemoryMarshal.GetArrayDataReference(_symbols);
        ref int ranks = ref MemoryMarshal.GetArrayDataReference(_ranks);
        ref int results = ref MemoryMarshal.GetArrayDataReference(_results);
        // Places in eights: the rest of the last eight never merges.
        int places = (last + 8) & ~7;
        for (int i = last; i < places; i++)
        {
            Unsafe.Add(ref ranks, i) = PairTable.Never;
        }
        ulong starts = ulong.MaxValue >> (63 - last);
        while (true)
        {
            int at = Lowest(ref ranks, places);
            if (at < 0)
            {
                break;
            }
            // The symbol at "at" swallows the one that starts next.
            ulong above = starts & (ulong.MaxValue << at << 1);
            int swallowed = BitOperations.TrailingZeroCount(above);
            starts ^= 1UL << swallowed;
            above ^= 1UL << swallowed;
            int made = Unsafe.Add(ref results, at);
            Unsafe.Add(ref symbols, at) = made;
            Unsafe.Add(ref ranks, swallowed) = PairTable.Never;
            Unsafe.Add(ref ranks, at) = above == 0 ? PairTable.Never
                : _pairs.Rank(made, Unsafe.Add(ref symbols, BitOperations.TrailingZeroCount(above)), out Unsafe.Add(ref results, at));
            ulong below = starts & ((1UL << at) - 1);
            if (below != 0)
            {
                int before = BitOperations.Log2(below);
                Unsafe.Add(ref ranks, before) = _pairs.Rank(Unsafe.Add(ref symbols, before), made, out Unsafe.Add(ref results, before));
            }
        }
        int tokens = 0;
        for (; starts != 0; starts &= starts - 1)
        {
            _tokens[tokens++] = Unsafe.Add(ref symbols, BitOperations.TrailingZeroCount(starts));
        }
        return _tokens.AsSpan(0, tokens);
    }

    /// <summary>The first place with the lowest rank, or −1 where nothing merges.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Lowest(ref int ranks, int places)
    {
        Vector256<int> least = Vector256.LoadUnsafe(ref ranks);
        for (int i = 8; i < places; i += 8)
        {
            least = Vector256.Min(least, Vector256.LoadUnsafe(ref ranks, (nuint)i));
        }
        Vector128<int> half = Vector128.Min(least.GetLower(), least.GetUpper());
        half = Vector128.Min(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
        half = Vector128.Min(half, Vector128.Shuffle(half, Vector128.Create(1, 0, 3, 2)));
        int best = half.ToScalar();
        if (best == PairTable.Never)
        {
            return -1;
        }
        for (int i = 0; ; i += 8)
        {
            uint equal = Vector256.Equals(Vector256.LoadUnsafe(ref ranks, (nuint)i), Vector256.Create(best)).ExtractMostSignificantBits();
            if (equal != 0)
            {
                return i + BitOperations.TrailingZeroCount(equal);
            }
        }
    }
}
