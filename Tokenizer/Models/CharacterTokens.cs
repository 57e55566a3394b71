using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Models;

/// <summary>The tokens of single characters, by code point: pages of 64 that are made when first met. Belongs to one encoder.</summary>
internal sealed unsafe class CharacterTokens
{
    /// <summary>The most tokens that a character can have.</summary>
    public const int MostTokens = 4;

    private const int PageBits = 6;
    private const int PageSize = 1 << PageBits;

    private readonly BytePairModel _model;
    private readonly PieceMerger _merger;
    private readonly List<Entry[]> _memory = [];
    private readonly nint[] _pages = GC.AllocateArray<nint>(0x110000 >> PageBits, pinned: true);
    private readonly Entry** _page;
    private readonly Entry* _empty;
    private readonly Entry* _bytes;

    public CharacterTokens(BytePairModel model, PieceMerger merger)
    {
        (_model, _merger) = (model, merger);
        _page = (Entry**)Unsafe.AsPointer(ref _pages[0]);
        _empty = NewPage();
        Array.Fill(_pages, (nint)_empty);
        _memory.Add(GC.AllocateArray<Entry>(256, pinned: true));
        _bytes = (Entry*)Unsafe.AsPointer(ref _memory[^1][0]);
        for (int b = 0; b < 256; b++)
        {
            _bytes[b] = new Entry { First = model.ByteIds[b], Count = 1, Lengths = 1, WholeFrom = PairTable.Never, Kind = CharacterKind.Broken, Right = JoinClass.All, Left = JoinClass.Always };
        }
    }

    /// <summary>The tokens of the character at <paramref name="p"/>, or of a byte that is part of none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Entry* At(byte* p, byte* end, out int codePoint, out int length)
    {
        codePoint = ScanText.CodePointAt(p, end, out length);
        if (codePoint < 0)
        {
            return _bytes + *p;
        }
        Entry* known = _page[codePoint >> PageBits] + (codePoint & (PageSize - 1));
        return known->Count != 0 ? known : Meet(codePoint, p, length);
    }

    /// <summary>The tokens of a character of three bytes, or null where there is none at <paramref name="p"/>; four bytes can be read there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Entry* AtThree(byte* p, out int codePoint)
    {
        uint bytes = Unsafe.ReadUnaligned<uint>(p);
        codePoint = (int)(((bytes & 0x0F) << 12) | ((bytes >> 2) & 0xFC0) | ((bytes >> 16) & 0x3F));
        if ((bytes & 0xC0C0F0) != 0x8080E0 || codePoint < 0x800)
        {
            return null;
        }
        // Surrogates are never met: their places stay empty.
        Entry* known = _page[codePoint >> PageBits] + (codePoint & (PageSize - 1));
        return known->Count != 0 ? known : codePoint >> 11 == 0xD800 >> 11 ? null : Meet(codePoint, p, 3);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private Entry* Meet(int codePoint, byte* p, int length)
    {
        if (_page[codePoint >> PageBits] == _empty)
        {
            _page[codePoint >> PageBits] = NewPage();
        }
        Entry* entry = _page[codePoint >> PageBits] + (codePoint & (PageSize - 1));
        var character = new ReadOnlySpan<byte>(p, length);
        ReadOnlySpan<int> ids = _merger.Merge(character);
        for (int i = 0; i < ids.Length; i++)
        {
            (&entry->First)[i] = ids[i];
            entry->Lengths |= (uint)_model.Table.LengthOf(ids[i]) << (8 * i);
        }
        bool isWhole = ids.Length == 1, isUnmade = !isWhole && _model.IgnoresMerges && _model.Table.Find(character) >= 0;
        entry->WholeFrom = !isWhole ? PairTable.Never : length == 1 ? -1 : _model.LastRankOf(ids[0]);
        entry->Kind = (byte)ScanText.KindAt(p, p + length, out _);
        entry->Right = isUnmade ? JoinClass.All : _model.Spans.JoinedRight(codePoint, character, isWhole) | 1U << JoinClass.Always;
        entry->Left = (byte)(isUnmade ? JoinClass.Always : _model.Spans.CanJoinLeft(codePoint, character, isWhole) ? JoinClass.Of(codePoint) : JoinClass.Never);
        entry->Count = (byte)ids.Length;
        return entry;
    }

    private Entry* NewPage()
    {
        Entry[] page = GC.AllocateArray<Entry>(PageSize, pinned: true);
        _memory.Add(page);
        return (Entry*)Unsafe.AsPointer(ref page[0]);
    }

    /// <summary>One to four tokens of a character, 32 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    public struct Entry
    {
        public int First;
        private readonly int _second;
        private readonly int _third;
        private readonly int _fourth;

        /// <summary>The bytes of each token, the first in the low byte.</summary>
        public uint Lengths;

        /// <summary>The rank of the merge that makes the character one token; the largest number where none does.</summary>
        public int WholeFrom;

        /// <summary>The classes of characters that may be joined to it on its right, as a mask.</summary>
        public uint Right;

        /// <summary>How many tokens there are; 0 where the character was not met.</summary>
        public byte Count;

        /// <summary>The character's <see cref="CharacterKind"/>.</summary>
        public byte Kind;

        /// <summary>The <see cref="JoinClass"/> that says what may be joined to it on its left.</summary>
        public byte Left;

        /// <summary>True where the character as a whole piece is a token that merging does not make, and for a byte that is part of none.</summary>
        public readonly bool IsUnmade => Left == JoinClass.Always;

        /// <summary>Writes four tokens, whose count only says how many there are: no branch depends on the text.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Write(ref int ids, ref byte lengths)
        {
            Vector128.LoadUnsafe(in First).StoreUnsafe(ref ids);
            Unsafe.WriteUnaligned(ref lengths, Lengths);
        }
    }
}
