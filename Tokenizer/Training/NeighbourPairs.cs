using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>The pairs that a new symbol makes with its neighbours on one side, while it is being merged: changes of count, and the words that hold them.</summary>
/// <remarks>Indexed by the neighbour, so that the table of all pairs is asked once per distinct neighbour and not once per occurrence.</remarks>
internal sealed class NeighbourPairs(int symbols)
{
    private Pair[] _pairs = new Pair[symbols];
    private int[] _eventSymbols = new int[256];
    private int[] _eventPlaces = new int[256];
    private int _events;

    public struct Pair
    {
        public long Delta;
        public int Places;
        public int LastPlace;      // of the word that was noted last, plus one
        public int Start;          // where its places go, negative where they are not kept
        public State State;
        public int[] Chunk;
    }

    public enum State
    {
        Unknown,
        Allowed,
        Refused,
    }

    /// <summary>The neighbours that were met, in order.</summary>
    public List<int> Touched { get; } = [];

    public ref Pair this[int symbol] => ref _pairs[symbol];

    public bool IsUnknown(int symbol) => _pairs[symbol].State == State.Unknown;

    public bool Allowed(int symbol) => _pairs[symbol].State == State.Allowed;

    /// <summary>Notes whether the pair may merge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Decide(int symbol, bool allowed)
    {
        _pairs[symbol].State = allowed ? State.Allowed : State.Refused;
        Touched.Add(symbol);
        return allowed;
    }

    /// <summary>One more pair in the word at this place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int symbol, long count, int place)
    {
        ref Pair pair = ref _pairs[symbol];
        pair.Delta += count;
        if (pair.LastPlace == place + 1)
        {
            return;
        }
        pair.LastPlace = place + 1;
        pair.Places++;
        if (_events == _eventSymbols.Length)
        {
            Array.Resize(ref _eventSymbols, checked(2 * _events));
            Array.Resize(ref _eventPlaces, checked(2 * _events));
        }
        _eventSymbols[_events] = symbol;
        _eventPlaces[_events++] = place;
    }

    /// <summary>One pair less; it was added before, so its state is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Remove(int symbol, long count)
    {
        if (_pairs[symbol].State == State.Allowed)
        {
            _pairs[symbol].Delta -= count;
        }
    }

    /// <summary>Writes each kept pair's places to where they were reserved, and forgets all pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WritePlaces()
    {
        for (int i = 0; i < _events; i++)
        {
            ref Pair pair = ref _pairs[_eventSymbols[i]];
            if (pair.Start >= 0)
            {
                pair.Chunk[pair.Start++] = _eventPlaces[i];
            }
        }
        foreach (int symbol in Touched)
        {
            _pairs[symbol] = default;
        }
        Touched.Clear();
        _events = 0;
    }

    public void MakeRoom(int symbols) => Array.Resize(ref _pairs, symbols);
}
