using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Finds all tokens that a row of symbols begins with: nodes and symbols to nodes, in one open-addressed table.</summary>
internal sealed class SymbolTrie
{
    /// <summary>The node of no symbols at all.</summary>
    public const int Root = 0;

    private Slot[] _slots = new Slot[1 << 10];
    private int _shift = 64 - 10;
    private int _nodes;

    /// <summary>Adds a token.</summary>
    public void Add(ReadOnlySpan<int> symbols, int token)
    {
        int node = Root;
        for (int i = 0; i < symbols.Length; i++)
        {
            ref Slot slot = ref Find(node, symbols[i]);
            if (slot.Symbol == 0)
            {
                if (_nodes + 1 > _slots.Length / 2)
                {
                    Grow();
                    slot = ref Find(node, symbols[i]);
                }
                slot = new Slot { Node = node, Symbol = symbols[i], Child = ++_nodes, Token = -1 };
            }
            node = slot.Child;
            if (i == symbols.Length - 1)
            {
                slot.Token = token;
            }
        }
    }

    /// <summary>Moves on by one symbol, which is not 0; false where no token goes on so. <paramref name="token"/> is the token that ends here, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMove(ref int node, int symbol, out int token)
    {
        ref Slot slot = ref Find(node, symbol);
        node = slot.Child;
        token = slot.Token;
        return slot.Symbol != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot Find(int node, int symbol)
    {
        int at = (int)((((ulong)(uint)node << 32) | (uint)symbol) * 0x9E3779B97F4A7C15 >> _shift);
        while (true)
        {
            ref Slot slot = ref _slots[at];
            if ((slot.Node == node && slot.Symbol == symbol) || slot.Symbol == 0)
            {
                return ref slot;
            }
            at = (at + 1) & (_slots.Length - 1);
        }
    }

    private void Grow()
    {
        Slot[] old = _slots;
        _slots = new Slot[checked(2 * old.Length)];
        _shift = 64 - BitOperations.Log2((uint)_slots.Length);
        foreach (Slot slot in old)
        {
            if (slot.Symbol != 0)
            {
                Find(slot.Node, slot.Symbol) = slot;
            }
        }
    }

    private struct Slot
    {
        public int Node;
        public int Symbol;
        public int Child;
        public int Token;
    }
}
