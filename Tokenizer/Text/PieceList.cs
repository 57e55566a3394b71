namespace PureLlm.Tokenizer.Text;

/// <summary>A text's cut into pieces, as byte ranges in order. A pre-tokenizer reads this cut, writes a finer one, and commits it.</summary>
public sealed class PieceList
{
    private (int Start, int End)[] _pieces = new (int, int)[16];
    private (int Start, int End)[] _next = new (int, int)[16];
    private int _nextCount;

    /// <summary>How many pieces there are.</summary>
    public int Count { get; private set; }

    /// <summary>A piece as the bytes [Start, End) of the text.</summary>
    public (int Start, int End) this[int index] => _pieces[index];

    /// <summary>One piece, the whole text; none where it is empty.</summary>
    public void Reset(int length)
    {
        _nextCount = 0;
        Add(0, length);
        Commit();
    }

    /// <summary>Appends a piece to the cut being written; an empty one is left out.</summary>
    public void Add(int start, int end)
    {
        if (start == end)
        {
            return;
        }
        if (_nextCount == _next.Length)
        {
            Array.Resize(ref _next, 2 * _nextCount);
        }
        _next[_nextCount++] = (start, end);
    }

    /// <summary>The cut that was written takes the place of the one that was read.</summary>
    public void Commit()
    {
        (_pieces, _next) = (_next, _pieces);
        Count = _nextCount;
        _nextCount = 0;
    }
}
