using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Turns a text's stretches, each a delimiter or not, into pieces as a <see cref="SplitBehavior"/> asks. One for each piece that is cut.</summary>
internal ref struct DelimiterCutter(PieceList pieces, SplitBehavior behavior)
{
    private int _start;
    private int _end;
    private bool _held;
    private bool _lastWasDelimiter;

    /// <summary>The next stretch [start, end); stretches follow one another without gaps, and a delimiter may be empty.</summary>
    public void Add(int start, int end, bool isDelimiter)
    {
        switch (behavior)
        {
            case SplitBehavior.Removed:
                pieces.Add(start, isDelimiter ? start : end);
                return;
            case SplitBehavior.Isolated:
                pieces.Add(start, end);
                return;
            case SplitBehavior.MergedWithNext when _held && isDelimiter:
                Finish();
                Hold(start, end);
                break;
            case SplitBehavior.MergedWithNext when _held:
                pieces.Add(_start, end);
                _held = false;
                break;
            case SplitBehavior.MergedWithNext when !isDelimiter:
                pieces.Add(start, end);
                break;
            case SplitBehavior.MergedWithPrevious when _held && isDelimiter && !_lastWasDelimiter:
            case SplitBehavior.Contiguous when _held && isDelimiter == _lastWasDelimiter:
                _end = end;
                break;
            default:
                Finish();
                Hold(start, end);
                break;
        }
        _lastWasDelimiter = isDelimiter;
    }

    /// <summary>No more stretches: writes the piece that was held back.</summary>
    public void Finish()
    {
        if (_held)
        {
            pieces.Add(_start, _end);
            _held = false;
        }
    }

    private void Hold(int start, int end) => (_start, _end, _held) = (start, end, true);
}
