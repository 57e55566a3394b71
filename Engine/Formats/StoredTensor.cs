using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Formats;

/// <summary>How one tensor of a file is made of a parameter: all of it or some of its rows, transposed, or with rotary pairs in another order.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Parameter">A matrix [rows, columns], or a vector, which counts as [rows, 1].</param>
internal sealed record StoredTensor(string Name, Parameter Parameter)
{
    /// <summary>First row of the parameter.</summary>
    public int FirstRow { get; init; }

    /// <summary>Rows taken; all by default.</summary>
    public int Rows { get; init; } = Parameter.Shape[0];

    /// <summary>The file holds [columns, rows]: the Conv1D of GPT-2.</summary>
    public bool IsTransposed { get; init; }

    /// <summary>Head size, where the rows of each head are pairs (2i, 2i + 1) here and (i, i + D/2) in the file; else 0.</summary>
    public int PairedHeadSize { get; init; }

    private int Columns => Parameter.Shape.Length / Parameter.Shape[0];

    private bool IsPlain => !IsTransposed && PairedHeadSize == 0;

    /// <summary>As in the file.</summary>
    public int[] Shape => Parameter.Shape.Rank == 1 ? [Rows] : IsTransposed ? [Columns, Rows] : [Rows, Columns];

    private View View => Parameter.Tensor.Data.Slice(FirstRow * Columns, Rows * Columns);

    /// <summary>The elements in the file's order.</summary>
    public TensorSource Source(Backend backend)
    {
        if (IsPlain) { return new TensorSource(Name, Array.ConvertAll(Shape, size => (long)size), (first, piece) => backend.Read(View.Slice((int)first, piece.Length), piece)); }
        float[]? ordered = null;
        return new TensorSource(Name, Array.ConvertAll(Shape, size => (long)size), (first, piece) =>
        {
            if (first == 0)
            {
                float[] values = new float[Rows * Columns];
                backend.Read(View, values);
                ordered = new float[values.Length];
                for (int i = 0; i < values.Length; i++) { ordered[Place(i)] = values[i]; }
            }
            ordered.AsSpan((int)first, piece.Length).CopyTo(piece);
            if (first + piece.Length == Rows * Columns) { ordered = null; }
        });
    }

    /// <summary>Fills the parameter's rows from the file.</summary>
    public void Load(SafetensorsReader reader, SafetensorsEntry entry, Backend backend)
    {
        float[] stored = reader.Read(entry);
        if (IsPlain)
        {
            backend.Write(stored, View);
            return;
        }
        float[] values = new float[stored.Length];
        for (int i = 0; i < values.Length; i++) { values[i] = stored[Place(i)]; }
        backend.Write(values, View);
    }

    /// <summary>Index in the file of element <paramref name="i"/> of the parameter's rows.</summary>
    private int Place(int i)
    {
        (int row, int column) = Math.DivRem(i, Columns);
        if (PairedHeadSize > 0)
        {
            (int head, int place) = Math.DivRem(row, PairedHeadSize);
            row = (head * PairedHeadSize) + (place / 2) + (place % 2 * (PairedHeadSize / 2));
        }
        return IsTransposed ? (column * Rows) + row : (row * Columns) + column;
    }
}
