namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Remarks that several ops share.</summary>
internal static class Observations
{
    /// <summary>Below this slope a function counts as saturated: less than a hundredth of the gradient passes.</summary>
    private const double Saturated = 0.01;

    /// <summary>Where exactly 0 comes in, exactly 0 goes out: of an element-wise op.</summary>
    public static IEnumerable<Observation> ZeroUpstream(NodeValues values, int element)
    {
        if (values.OutputGradient[element] == 0)
        {
            yield return new Observation("zero upstream", $"no gradient arrives: {Place.At("dy", values.OutputShape, element)} is exactly 0", Observation.Upstream, element);
        }
    }

    /// <summary>Where a function is flat: a rectifier that is off, at this token or at all, or a saturated function.</summary>
    public static IEnumerable<Observation> Flat(NodeValues values, FunctionText function, int input, string symbol, int element)
    {
        ReadOnlySpan<float> x = values.Input(input);
        Shape shape = values.InputShape(input);
        int column = element % shape.Columns;
        double at = x[element], slope = function.Slope(at);
        string place = Place.At(symbol, shape, element), gradient = Place.At($"d{symbol}", shape, element), value = NumberText.Of(at);
        if (function.Rectifies && at <= 0)
        {
            bool isDead = shape.Rows > 1 && IsOff(x, shape.Columns, column);
            return [new Observation(isDead ? "dead unit" : "off",
                $"{gradient} is exactly 0: {function.Name} was off ({place} = {value}{(at < 0 ? " < 0" : "")}){(isDead ? $"; it is off for all {shape.Rows} tokens, so nothing flows through unit {column}" : "")}", input, element)];
        }
        if (Math.Abs(slope) > float.MaxValue || Math.Abs(function.Value(at)) > float.MaxValue)
        {
            return [new Observation("overflow", $"{function.Name} or its slope at {place} = {value} is more than float32 holds ({NumberText.Of(float.MaxValue)})", input, element)];
        }
        if (slope == 0 && !function.Saturates) { return [new Observation("flat", $"{gradient} is exactly 0: the slope of {function.Name} at {place} = {value} is 0", input, element)]; }
        return Math.Abs(slope) < Saturated && function.Saturates
            ? [new Observation("saturated", $"{function.Name} is saturated: at {place} = {value} its slope is {NumberText.Of(slope)}, so {NumberText.Of(Math.Round(100 * Math.Abs(slope), 4))} % of the gradient passes", input, element)]
            : [];
    }

    /// <summary>Whether a column of a matrix of rows is exactly 0.</summary>
    public static bool IsZeroColumn(ReadOnlySpan<float> values, int columns, int column)
    {
        for (int i = column; i < values.Length; i += columns)
        {
            if (values[i] != 0) { return false; }
        }
        return values.Length > 0;
    }

    private static bool IsOff(ReadOnlySpan<float> x, int columns, int column)
    {
        for (int i = column; i < x.Length; i += columns)
        {
            if (!(x[i] <= 0)) { return false; }
        }
        return true;
    }
}
