namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Remarks that several ops share.</summary>
internal static class Observations
{
    /// <summary>Where exactly 0 comes in, exactly 0 goes out: of an element-wise op.</summary>
    public static IEnumerable<Observation> ZeroUpstream(NodeValues values, int element)
    {
        if (values.OutputGradient[element] == 0)
        {
            yield return new Observation("zero upstream", $"no gradient arrives: {Place.At("dy", values.OutputShape, element)} is exactly 0", Observation.Upstream, element);
        }
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
}
