using PureLlm.Kernels;

namespace PureLlm.Engine.Formats;

/// <summary>Device memory by name in a safetensors file: the optimizer's moments in optimizer.safetensors.</summary>
public static class ViewFile
{
    private const int Piece = 1 << 20;

    /// <summary>Writes each view as one vector in the format that its memory keeps, in one step that survives a crash.</summary>
    public static void Save(string path, Backend backend, IReadOnlyList<(string Name, View View)> views, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Save(path, [.. views.Select(item => new TensorSource(item.Name, [item.View.Length],
            (first, piece) => backend.Read(item.View.Slice((int)first, piece.Length), piece))
        {
            Format = item.View.Buffer.Format == StorageFormat.BFloat16 ? StorageFormat.BFloat16 : StorageFormat.Float32,
        })], metadata);

    /// <summary>Fills each view from the tensor of its name; nothing is written unless all fit.</summary>
    /// <exception cref="ModelFileException">A tensor is missing, extra, or of another length; all of them are named.</exception>
    public static IReadOnlyDictionary<string, string> Load(string path, Backend backend, IReadOnlyList<(string Name, View View)> views)
    {
        using SafetensorsReader reader = new(path);
        List<string> faults = [];
        foreach ((string name, View view) in views)
        {
            SafetensorsEntry? entry = reader.Find(name);
            if (entry is null) { faults.Add($"'{name}' is missing"); }
            else if (!entry.HasShape([view.Length])) { faults.Add($"'{name}' is {entry.ShapeText} where [{view.Length}] is expected"); }
        }
        faults.AddRange(reader.Tensors.Select(tensor => tensor.Name).Except(views.Select(item => item.Name)).Select(name => $"'{name}' is not expected"));
        if (faults.Count > 0) { throw new ModelFileException(path, $"{string.Join("; ", faults)}. The file belongs to another model."); }

        float[] host = new float[Math.Min(Piece, views.Count == 0 ? 0 : views.Max(item => item.View.Length))];
        foreach ((string name, View view) in views)
        {
            for (int start = 0; start < view.Length; start += host.Length)
            {
                Span<float> piece = host.AsSpan(0, Math.Min(host.Length, view.Length - start));
                reader.Read(reader.Find(name)!, start, piece);
                backend.Write(piece, view.Slice(start, piece.Length));
            }
        }
        return reader.Metadata;
    }
}
