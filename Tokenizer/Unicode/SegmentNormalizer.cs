using System.Text;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Unicode;

/// <summary>Normalizes one stretch of characters that neither joins nor trades places with what is around it. Belongs to one thread.</summary>
/// <remarks>Time is n log n in the length of a stretch, however many marks it holds.</remarks>
internal sealed class SegmentNormalizer
{
    private (int Character, byte Class, int Change)[] _items = new (int, byte, int)[64];
    private long[] _order = [];
    private (int Character, byte Class, int Change)[] _sorted = [];
    private int _count;

    /// <summary>Appends the normalized form of the current bytes [start, end) to the next version of the text.</summary>
    public void Rewrite(AlignedText text, int start, int end, NormalizationForm form, NormalizationTable table)
    {
        _count = 0;
        Decompose(text.Bytes[start..end], form is NormalizationForm.FormKC or NormalizationForm.FormKD, table);
        SortByClass();
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
        {
            Compose(table);
        }
        var rewrite = new CharacterRewrite(text, start);
        for (int i = 0; i < _count; i++)
        {
            rewrite.Put(_items[i].Character, _items[i].Change);
        }
    }

    private void Decompose(ReadOnlySpan<byte> utf8, bool compatible, NormalizationTable table)
    {
        Span<int> hangul = stackalloc int[3];
        for (int at = 0, length; at < utf8.Length; at += length)
        {
            int character = Utf8Character.Decode(utf8, at, out length);
            NormalizationTable.Record record = table[character];
            int[]? mapping = (compatible ? record.Compatible : null) ?? record.Canonical;
            ReadOnlySpan<int> parts = mapping ?? (ReadOnlySpan<int>)hangul[..NormalizationTable.DecomposeHangul(character, hangul)];
            if (parts.Length == 0)
            {
                Add(character, record.Class, 0);
                continue;
            }
            for (int i = 0; i < parts.Length; i++)
            {
                Add(parts[i], table[parts[i]].Class, i == 0 ? 0 : 1);
            }
        }
    }

    private void Add(int character, byte combiningClass, int change)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, 2 * _count);
        }
        _items[_count++] = (character, combiningClass, change);
    }

    /// <summary>Sorts each run of marks by class; equal classes keep their order.</summary>
    private void SortByClass()
    {
        for (int start = 0; start < _count; start++)
        {
            if (_items[start].Class == 0)
            {
                continue;
            }
            int end = start + 1;
            bool sorted = true;
            for (; end < _count && _items[end].Class != 0; end++)
            {
                sorted &= _items[end - 1].Class <= _items[end].Class;
            }
            if (!sorted)
            {
                SortRun(start, end - start);
            }
            start = end - 1;
        }
    }

    private void SortRun(int start, int count)
    {
        if (_order.Length < count)
        {
            _order = new long[Math.Max(64, count)];
            _sorted = new (int, byte, int)[_order.Length];
        }
        for (int i = 0; i < count; i++)
        {
            _order[i] = ((long)_items[start + i].Class << 32) | (uint)i;
        }
        _order.AsSpan(0, count).Sort();
        for (int i = 0; i < count; i++)
        {
            _sorted[i] = _items[start + (int)(_order[i] & 0xFFFFFFFF)];
        }
        _sorted.AsSpan(0, count).CopyTo(_items.AsSpan(start));
    }

    /// <summary>Joins each starter with the marks after it that nothing blocks, in place.</summary>
    private void Compose(NormalizationTable table)
    {
        int starter = -1, written = 0, lastClass = -1;
        for (int i = 0; i < _count; i++)
        {
            (int character, byte combiningClass, int change) = _items[i];
            if (starter >= 0 && lastClass < combiningClass && table.Compose(_items[starter].Character, character) is var whole and >= 0)
            {
                _items[starter] = (whole, 0, _items[starter].Change + change - 1);
                continue;
            }
            if (combiningClass == 0)
            {
                (starter, lastClass) = (written, -1);
            }
            else
            {
                lastClass = combiningClass;
            }
            _items[written++] = (character, combiningClass, change);
        }
        _count = written;
    }
}
