namespace PureLlm.Tokenizer.Patterns;

/// <summary>What a search knows: at which (column, place) no match can come, and where a body on its own matches to. Belongs to one thread.</summary>
internal sealed class FailureTable
{
    private const int ChunkBits = 1 << 15;

    private ulong[]?[] _chunks = [];
    private readonly Dictionary<long, int> _ends = [];
    private (int First, int Last)[] _failedEnds = [];
    private long _places;

    /// <summary>True where the search writes down what it learns.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Begins to note, for a text of so many bytes.</summary>
    public void TurnOn(int columns, int length)
    {
        _places = length + 1L;
        _chunks = new ulong[checked((int)((columns * _places / ChunkBits) + 1))][];
        _failedEnds = new (int, int)[columns];
        _failedEnds.AsSpan().Fill((0, -1));
        IsOn = true;
    }

    /// <summary>Forgets everything.</summary>
    public void TurnOff()
    {
        if (IsOn)
        {
            _chunks = [];
            _ends.Clear();
            IsOn = false;
        }
    }

    /// <summary>True where no match can come from the column at the place.</summary>
    public bool Fails(int column, int place)
    {
        long bit = (column * _places) + place;
        return _chunks[bit / ChunkBits] is { } chunk && (chunk[(bit % ChunkBits) >> 6] >> (int)(bit & 63) & 1) != 0;
    }

    /// <summary>Notes that no match can come from the places first…last.</summary>
    public void NoteFailure(int column, int first, int last)
    {
        for (long bit = (column * _places) + first, end = (column * _places) + last; bit <= end; bit++)
        {
            ulong[] chunk = _chunks[bit / ChunkBits] ??= new ulong[ChunkBits / 64];
            chunk[(bit % ChunkBits) >> 6] |= 1UL << (int)(bit & 63);
        }
    }

    /// <summary>Notes that nothing matches after the run of a column where it ends at first…last; one stretch is kept, the latest.</summary>
    public void NoteFailedEnds(int column, int first, int last)
    {
        (int oldFirst, int oldLast) = _failedEnds[column];
        bool joins = first <= oldLast + 1 && oldFirst <= last + 1;
        _failedEnds[column] = joins ? (Math.Min(first, oldFirst), Math.Max(last, oldLast)) : (first, last);
    }

    /// <summary>True where the end is in the stretch of failed ends, which begins at <paramref name="first"/>.</summary>
    public bool TryGetFailedEnds(int column, int end, out int first)
    {
        (first, int last) = _failedEnds[column];
        return end >= first && end <= last;
    }

    /// <summary>Where a body's match from the column at the place ends.</summary>
    public bool TryGetEnd(int column, int place, out int end) => _ends.TryGetValue((column * _places) + place, out end);

    /// <summary>Notes where a body's match from the places first…last ends.</summary>
    public void NoteEnd(int column, int first, int last, int end)
    {
        for (int place = first; place <= last; place++)
        {
            _ends[(column * _places) + place] = end;
        }
    }
}
