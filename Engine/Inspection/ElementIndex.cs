using System.Globalization;
using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>Elements of a tensor by their indices, "1,2", and by their place in its memory.</summary>
internal static class ElementIndex
{
    /// <summary>The place of "1,2" in a shape, or null where it does not lie in it.</summary>
    public static int? Find(string indices, Shape shape)
    {
        if (shape.Rank == 0) { return indices.Length == 0 ? 0 : null; }
        string[] parts = indices.Split(',');
        if (parts.Length != shape.Rank) { return null; }
        int place = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= shape[i]) { return null; }
            place = (place * shape[i]) + index;
        }
        return place;
    }

    /// <summary>"1,2"; empty for a scalar.</summary>
    public static string Text(int place, Shape shape)
    {
        string[] parts = new string[shape.Rank];
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            parts[i] = (place % shape[i]).ToString(CultureInfo.InvariantCulture);
            place /= shape[i];
        }
        return string.Join(',', parts);
    }

    /// <summary>The place of the largest magnitude; the first of several, and of a value that is not a number before all.</summary>
    public static int Largest(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i])) { return i; }
            if (MathF.Abs(values[i]) > MathF.Abs(values[largest])) { largest = i; }
        }
        return largest;
    }
}
