namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Names of places in tensors: "x[0,1]", "token 3".</summary>
internal static class Place
{
    /// <summary>The indices of an element, given by its row-major position.</summary>
    public static int[] Indices(Shape shape, int element)
    {
        int[] indices = new int[shape.Rank];
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            indices[i] = element % shape[i];
            element /= shape[i];
        }
        return indices;
    }

    /// <summary>"x[0,1]"; a tensor of one element has no indices: "x".</summary>
    public static string At(string symbol, Shape shape, int element) =>
        shape.Length == 1 ? symbol : $"{symbol}[{string.Join(',', Indices(shape, element))}]";

    /// <summary>The same for the element at a row and a column.</summary>
    public static string At(string symbol, Shape shape, int row, int column) => At(symbol, shape, (row * shape.Columns) + column);

    /// <summary>A row of a tensor [.., C]: "loss[0,1]"; a vector is one row: "loss".</summary>
    public static string AtRow(string symbol, Shape shape, int row) => shape.Rank < 2 ? symbol : $"{symbol}[{string.Join(',', Indices(shape, row * shape.Columns)[..^1])}]";

    /// <summary>A column of a tensor that has the rows of another and columns of its own: "z[0,1,17]".</summary>
    public static string In(string symbol, Shape rows, int row, int column) => $"{symbol}[{string.Concat(Indices(rows, row * rows.Columns)[..^1].Select(index => $"{index},"))}{column}]";

    /// <summary>A row of a tensor [.., C]: "token 3"; of several sequences: "sequence 1, token 3".</summary>
    public static string Row(Shape shape, int row) =>
        shape.Rank > 2 && shape.Rows > shape[^2] ? $"sequence {row / shape[^2]}, token {row % shape[^2]}" : $"token {row}";

    /// <summary>A place in [.., C] in words: "token 3, channel 5"; empty where there are no rows.</summary>
    public static string Describe(Shape shape, int element) =>
        shape.Rank < 2 ? "" : $"{Row(shape, element / shape.Columns)}, channel {element % shape.Columns}";

    /// <summary>The letters of a row's indices in rules: "t", or "b,t" where rows have two, with the comma that a column needs; empty for a vector.</summary>
    public static string RowLetters(Shape shape) => shape.Rank switch { < 2 => "", 2 => "t", 3 => "b,t", _ => "b,s,t" };
}
