using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>Rows that later tiles touch, asked for a few at a time between the products: they lie too far apart for the hardware to guess, and all at once they would hold it up.</summary>
/// <param name="columns">Floats of each row.</param>
internal unsafe struct AttentionRowsAhead(int columns)
{
    private const int MostPieces = 8;
    private const int LineFloats = 16;

    private fixed ulong _next[MostPieces];
    private fixed int _strides[MostPieces];
    private fixed int _rows[MostPieces];
    private int _pieces, _piece, _rowsPerStep;

    /// <summary>Puts these rows at the end of the queue.</summary>
    public void Add(float* first, int stride, int rows)
    {
        if (rows > 0)
        {
            _next[_pieces] = (ulong)first;
            _strides[_pieces] = stride;
            _rows[_pieces] = rows;
            _pieces++;
        }
    }

    /// <summary>Sees to it that all are asked for after so many steps.</summary>
    public void Spread(int steps)
    {
        int rows = 0;
        for (int i = 0; i < _pieces; i++)
        {
            rows += _rows[i];
        }
        _rowsPerStep = (rows + steps - 1) / Math.Max(steps, 1);
    }

    /// <summary>Asks for the next few.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Step()
    {
        for (int n = _rowsPerStep; n > 0 && _piece < _pieces; n--)
        {
            float* row = (float*)_next[_piece];
            for (int c = 0; c < columns && Sse.IsSupported; c += LineFloats)
            {
                Sse.Prefetch1(row + c);
            }
            _next[_piece] = (ulong)(row + _strides[_piece]);
            if (--_rows[_piece] == 0)
            {
                _piece++;
            }
        }
    }
}
