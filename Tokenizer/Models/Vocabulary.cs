using System.Numerics;

namespace PureLlm.Tokenizer.Models;

/// <summary>The tokens of a model as byte strings in one block of memory, by id and back. Where two ids share a spelling, the spelling means the later one.</summary>
internal sealed class Vocabulary
{
    /// <summary>No id may be larger; it bounds what a file can make us allocate.</summary>
    public const int LargestId = (1 << 24) - 1;

    // Drawn once per process, so that no file can be written whose tokens all fall into one slot.
    internal static readonly HashSeed Seed = HashSeed.Random();

    private readonly byte[] _bytes;
    private readonly int[] _ends;
    private readonly int[] _slots;
    private readonly int _shift;

    /// <summary>Builds from the tokens by id; an id that is not used has null or no bytes.</summary>
    public Vocabulary(IReadOnlyList<byte[]?> tokens)
    {
        long total = 0;
        foreach (byte[]? token in tokens)
        {
            total += token?.Length ?? 0;
        }
        if (tokens.Count > LargestId + 1 || total > Array.MaxLength)
        {
            throw new TokenizerException($"vocabulary: {tokens.Count} tokens with {total} bytes are too many; at most {LargestId + 1} tokens with {Array.MaxLength} bytes fit.");
        }
        _bytes = new byte[total];
        _ends = new int[tokens.Count];
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, tokens.Count * 2));
        _shift = 64 - BitOperations.Log2((uint)size);
        _slots = new int[size];
        Array.Fill(_slots, -1);
        int end = 0;
        for (int id = 0; id < tokens.Count; id++)
        {
            tokens[id]?.CopyTo(_bytes, end);
            end += tokens[id]?.Length ?? 0;
            _ends[id] = end;
            ReadOnlySpan<byte> token = this[id];
            if (token.Length > 0)
            {
                _slots[SlotOf(token)] = id;
            }
        }
    }

    /// <summary>How many ids there are.</summary>
    public int Count => _ends.Length;

    /// <summary>The bytes of a token; none where the id is not used.</summary>
    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(Start(id), _ends[id] - Start(id));

    /// <summary>The bytes of a token; none where the id is not used.</summary>
    public ReadOnlyMemory<byte> Memory(int id) => _bytes.AsMemory(Start(id), _ends[id] - Start(id));

    /// <summary>The id of a spelling, or −1.</summary>
    public int Find(ReadOnlySpan<byte> token) => token.Length == 0 ? -1 : _slots[SlotOf(token)];

    private int Start(int id) => id == 0 ? 0 : _ends[id - 1];

    /// <summary>The slot that holds the spelling, or the free one where it would stand.</summary>
    private int SlotOf(ReadOnlySpan<byte> token)
    {
        int slot = (int)(Seed.Of(token) >> _shift);
        while (_slots[slot] >= 0 && !this[_slots[slot]].SequenceEqual(token))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }
        return slot;
    }
}
