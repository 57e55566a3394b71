using System.Runtime.CompilerServices;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Unicode;

/// <summary>A set of characters for membership tests in constant time: one bit per character, in pages of 256 that equal parts share.</summary>
internal sealed class CharacterSet
{
    private const int PageCount = (CharacterRanges.Universe + 255) / 256;

    private readonly ulong _low;
    private readonly ulong _high;
    private readonly ushort[] _pages = new ushort[PageCount];
    private readonly ulong[] _bits;

    public CharacterSet(CharacterRanges ranges)
    {
        Ranges = ranges;
        // Page 0 of the bits is empty and page 1 is full; only mixed pages take room of their own.
        List<ulong> bits = [0, 0, 0, 0, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue];
        for (int r = 0; r < ranges.Count; r++)
        {
            (int first, int last) = ranges[r];
            for (int page = first >> 8; page <= last >> 8; page++)
            {
                int from = Math.Max(first - (page << 8), 0), to = Math.Min(last - (page << 8), 255);
                Fill(bits, page, from, to);
            }
        }
        _bits = [.. bits];
        (_low, _high) = (_bits[4 * _pages[0]], _bits[(4 * _pages[0]) + 1]);
    }

    /// <summary>The members.</summary>
    public CharacterRanges Ranges { get; }

    /// <summary>True for a member; the character must be a code point or <see cref="Utf8Character.Broken"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int character) =>
        character < 128 ? ContainsAscii(character) : (_bits[(_pages[character >> 8] << 2) + ((character >> 6) & 3)] >> character & 1) != 0;

    /// <summary>The same for a character below 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ContainsAscii(int character) => ((character < 64 ? _low : _high) >> character & 1) != 0;

    /// <summary>The length in bytes of the character at <paramref name="at"/> where it is a member, else 0; 0 at the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Match(ReadOnlySpan<byte> utf8, int at)
    {
        if ((uint)at >= (uint)utf8.Length)
        {
            return 0;
        }
        int first = utf8[at];
        if (first < 128)
        {
            return ContainsAscii(first) ? 1 : 0;
        }
        int character = Utf8Character.Decode(utf8, at, out int length);
        return Contains(character) ? length : 0;
    }

    /// <summary>The length in bytes of the character that ends before <paramref name="end"/> where it is a member, else 0; 0 at the start of the text.</summary>
    public int MatchBefore(ReadOnlySpan<byte> utf8, int end)
    {
        if (end <= 0)
        {
            return 0;
        }
        int character = Utf8Character.DecodeBefore(utf8, end, out int length);
        return Contains(character) ? length : 0;
    }

    /// <summary>The offset after the run of members that starts at <paramref name="at"/>.</summary>
    public int EndOfRun(ReadOnlySpan<byte> utf8, int at)
    {
        while (Match(utf8, at) is var length and > 0)
        {
            at += length;
        }
        return at;
    }

    private void Fill(List<ulong> bits, int page, int from, int to)
    {
        if (from == 0 && to == 255)
        {
            _pages[page] = 1;
            return;
        }
        if (_pages[page] == 0)
        {
            _pages[page] = (ushort)(bits.Count / 4);
            bits.AddRange([0, 0, 0, 0]);
        }
        for (int c = from; c <= to; c++)
        {
            bits[(4 * _pages[page]) + (c >> 6)] |= 1UL << c;
        }
    }
}
