using System.Runtime.CompilerServices;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Models;

/// <summary>Says where a piece can be cut because no token of the vocabulary holds both neighbours: what merges can never cross.</summary>
/// <remarks>
/// Merging makes only tokens, so a place that no token spans parts the piece exactly, whatever the ranks. A sentence of Chinese, one piece to
/// the splits, becomes words of a few characters that come again and again. Only places between two characters of more than one byte are asked:
/// a filter of all such pairs inside tokens, and a table of byte pairs for tokens that begin or end inside a character.
/// </remarks>
internal sealed unsafe class TokenSpans
{
    private const int FilterBits = 20;

    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly ulong[] _brokenFilter = new ulong[(1 << 16) / 64];

    public TokenSpans(TokenTable table)
    {
        for (int id = 0; id < table.Count; id++)
        {
            ReadOnlySpan<byte> token = table[id].Span;
            if (token.Length > 1)
            {
                fixed (byte* start = token)
                {
                    Add(start, start + token.Length);
                }
            }
        }
    }

    /// <summary>The end of the first part of a piece, which must not be empty: the first place that no token spans, or <paramref name="end"/>.</summary>
    public byte* NextCut(byte* p, byte* end)
    {
        int previous = -1;
        while (p < end)
        {
            int length = 1;
            int character = *p < 0x80 ? -1 : ScanText.WideCodePointAt(p, end, out length);
            if (previous >= 0 && character >= 0 && !HasBroken(p[-1], *p) && !Has(previous, character))
            {
                return p;
            }
            previous = character;
            p += length;
        }
        return end;
    }

    private void Add(byte* p, byte* end)
    {
        int previous = -1;
        for (byte* first = p; p < end;)
        {
            int length = 1;
            int character = *p < 0x80 ? -1 : ScanText.WideCodePointAt(p, end, out length);
            if (previous >= 0 && character >= 0)
            {
                ulong bit = Hash(previous, character);
                _filter[bit >> 6] |= 1UL << (int)bit;
            }
            else if (p > first)
            {
                int pair = (p[-1] << 8) | *p;
                _brokenFilter[pair >> 6] |= 1UL << pair;
            }
            previous = character;
            p += length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Has(int left, int right)
    {
        ulong bit = Hash(left, right);
        return (_filter[bit >> 6] >> (int)bit & 1) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasBroken(byte left, byte right)
    {
        int pair = (left << 8) | right;
        return (_brokenFilter[pair >> 6] >> pair & 1) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) * 0x9E3779B97F4A7C15 >> (64 - FilterBits);
}
