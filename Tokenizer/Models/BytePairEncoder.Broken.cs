using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureLlm.Tokenizer.Models;

/// <content>Parts of a piece in which tokens may join bytes of two characters that are not whole: what is whole before that can happen still merges by characters.</content>
public sealed unsafe partial class BytePairEncoder
{
    /// <summary>A part, by merges alone; true where it is remembered.</summary>
    /// <param name="isPart">There is more of its piece, so that nobody looked whether it is remembered.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private bool EncodeBroken(byte* p, byte* end, TokenBuffer tokens, bool isPart)
    {
        var bytes = new ReadOnlySpan<byte>(p, (int)(end - p));
        if (!isPart || bytes.Length > ShortKey.MaximumLength)
        {
            return EncodeCarefully(p, end, tokens);
        }
        ShortKey key = ShortKey.Of(bytes);
        ulong hash = _table.Seed.Of(key);
        if (!WriteRemembered(key, hash, tokens))
        {
            int first = tokens.Count;
            if (!EncodeCarefully(p, end, tokens))
            {
                Remember(key, hash, tokens.Ids[first..], isPart: true);
            }
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool EncodeCarefully(byte* p, byte* end, TokenBuffer tokens)
    {
        int first = tokens.Count;
        if (TryEncodeBroken(p, end, tokens, _model.IsOrdered, out bool isRemembered))
        {
            return isRemembered;
        }
        tokens.SetCount(first);
        TryEncodeBroken(p, end, tokens, trustsRanks: false, out isRemembered);
        return isRemembered;
    }

    /// <summary>Parts by borders at which characters are whole, or one of several tokens, before anything can join them; false where ranks did not say it for a character.</summary>
    /// <param name="trustsRanks">A character that is whole before a token with a part of it can come about counts as whole.</param>
    /// <param name="isRemembered">It is one part after all, and that is remembered.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryEncodeBroken(byte* p, byte* end, TokenBuffer tokens, bool trustsRanks, out bool isRemembered)
    {
        (int[] idArray, byte[] lengthArray) = tokens.Arrays;
        byte* start = p, part = p;
        int symbols = 0;
        bool ofCharacters = true;
        isRemembered = false;
        Border left = Border.Free;
        WideCharacter here = Read(p, end);
        while (p < end)
        {
            byte* next = p + here.Length;
            WideCharacter after = next < end ? Read(next, end) : here;
            Border right = next < end ? RankedBorderAt(next, here, after, trustsRanks) : Border.Free;
            if (((left | right) & (Border.Broken | Border.Doubtful)) == (Border.Broken | Border.Doubtful))
            {
                return false;
            }
            bool isBroken = ((left | right) & Border.Broken) != 0, isJoined = (right & Border.Joined) != 0;
            if (isBroken || (here.Known->Count == 1 && (isJoined || symbols > 0)))
            {
                if (symbols < PieceMerger.MostSymbols)
                {
                    _symbols[symbols] = here.Known->First;
                }
                symbols++;
                ofCharacters &= !isBroken;
            }
            else
            {
                Flush(p, ref isRemembered);
                int count = tokens.Count;
                here.Known->Write(ref idArray[count], ref lengthArray[count]);
                tokens.SetCount(count + here.Known->Count);
                part = next;
            }
            if (!isJoined)
            {
                Flush(next, ref isRemembered);
            }
            p = next;
            (here, left) = (after, right);
        }
        return true;

        void Flush(byte* to, ref bool isRemembered)
        {
            if (symbols > 0)
            {
                isRemembered = EncodeJoined(part, to, tokens, ofCharacters ? symbols : 0) && part == start && to == end;
                part = to;
                (symbols, ofCharacters) = (0, true);
            }
        }
    }

    /// <summary>The border as the ranks let it be: a character that is whole before a token with a part of it could come about stays whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Border RankedBorderAt(byte* border, WideCharacter left, WideCharacter right, bool trustsRanks)
    {
        int brokenFrom = _spans.BrokenFrom(border, left.BytesOfCharacter, right.BytesOfCharacter);
        if (brokenFrom != PairTable.Never && (!trustsRanks || brokenFrom < Math.Max(left.Known->WholeFrom, right.Known->WholeFrom)))
        {
            return Border.Joined | Border.Broken;
        }
        int both = left.CodePoint | right.CodePoint;
        bool isJoined = both >= 0 && (both < 0x80 || _spans.Has(left.CodePoint, right.CodePoint));
        return (isJoined ? Border.Joined : Border.Free) | (brokenFrom != PairTable.Never ? Border.Doubtful : Border.Free);
    }
}
