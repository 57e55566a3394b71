using System.Globalization;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>How numbers and places are written in explanations: culture-free, with a true minus sign.</summary>
internal static class Shown
{
    /// <summary>Five digits that count: "−0.047091", "1.3074", "2.5e−7".</summary>
    public static string Number(double value)
    {
        if (value == 0) { return "0"; }
        if (double.IsNaN(value)) { return "NaN"; }
        if (double.IsInfinity(value)) { return value > 0 ? "∞" : "−∞"; }
        double size = Math.Abs(value);
        string format = size is >= 1e6 or < 1e-4 ? "0.####e0" : size >= 1e4 ? "0" : size >= 1000 ? "0.#" : size >= 100 ? "0.##" : size >= 10 ? "0.###" : size >= 0.1 ? "0.#####" : "0.######";
        return value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
    }

    /// <summary>The same as an operand: a negative number in parentheses.</summary>
    public static string Operand(double value) => value < 0 ? $"({Number(value)})" : Number(value);

    /// <summary>A factor of 0 … 1 as people say it: "0.02", "0.9996".</summary>
    public static string Probability(double p) => p is > 0.99 and < 1 ? Number(1 - Trimmed(1 - p)) : Number(Trimmed(p));

    /// <summary>The place of an element in its tensor's own axes: "[0,1,5]"; nothing for a scalar.</summary>
    public static string Place(Shape shape, int element)
    {
        if (shape.Rank == 0) { return ""; }
        Span<int> indices = stackalloc int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--) { (element, indices[axis]) = Math.DivRem(element, Math.Max(1, shape[axis])); }
        return $"[{string.Join(',', indices.ToArray())}]";
    }

    /// <summary>The place of a row, all axes but the last: "[0,1]"; nothing for a vector.</summary>
    public static string RowPlace(Shape shape, int row) => shape.Rank < 2 ? "" : Place(Leading(shape), row);

    /// <summary>What a row of a tensor stands for: "token 3" of [B, T, C] (with the sequence where there are several), "row 3" of a matrix.</summary>
    public static string Row(Shape shape, int row) => shape.Rank switch
    {
        < 2 => "the row",
        3 when shape[0] > 1 => string.Create(CultureInfo.InvariantCulture, $"sequence {row / shape[1]}, token {row % shape[1]}"),
        3 => string.Create(CultureInfo.InvariantCulture, $"token {row}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"row {row}"),
    };

    /// <summary>"a × b + c × d" of up to three terms, else what the sum runs over.</summary>
    public static string Sum(IReadOnlyList<Term> terms, string otherwise) =>
        terms.Count is 0 or > 3 ? otherwise : string.Join(" + ", terms.Select(term => string.Join(" × ", term.Factors.Select(factor => Operand(factor.Value)))));

    private static double Trimmed(double p) => p == 0 ? 0 : double.Parse(p.ToString("G2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static Shape Leading(Shape shape)
    {
        Span<int> sizes = stackalloc int[shape.Rank - 1];
        for (int axis = 0; axis < sizes.Length; axis++) { sizes[axis] = shape[axis]; }
        return new Shape(sizes);
    }
}
