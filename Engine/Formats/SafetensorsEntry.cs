namespace PureLlm.Engine.Formats;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Type">"F32", "F16", "BF16", "F64", …</param>
/// <param name="Shape">Sizes, row-major.</param>
/// <param name="Start">First byte, counted from the end of the header.</param>
/// <param name="Bytes">Length.</param>
public sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Start, long Bytes)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    public bool HasShape(ReadOnlySpan<int> sizes)
    {
        if (sizes.Length != Shape.Count) { return false; }
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] != Shape[i]) { return false; }
        }
        return true;
    }

    /// <summary>"[3, 4]".</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>Bytes of one element, or 0 for an unknown type.</summary>
    internal static int SizeOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
        _ => 0,
    };
}
