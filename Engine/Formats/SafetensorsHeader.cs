using System.Text.Json;

namespace PureLlm.Engine.Formats;

/// <summary>The JSON at the start of a safetensors file, believed only after every field was checked.</summary>
/// <remarks>Eight bytes length, the JSON, then the data: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {…}}.
/// The tensors must fill the data without overlap and without holes.</remarks>
internal static class SafetensorsHeader
{
    public const int MaximumBytes = 100_000_000;
    private const int MaximumRank = 8;

    /// <exception cref="ModelFileException">Anything is not as the format says.</exception>
    public static (List<SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Parse(string path, ReadOnlyMemory<byte> json, long dataBytes)
    {
        List<SafetensorsEntry> entries = [];
        Dictionary<string, string> metadata = [];
        HashSet<string> names = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object) { throw Bad("the header is not a JSON object"); }
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name)) { throw Bad($"the header names '{property.Name}' twice"); }
                if (property.Name != "__metadata__") { entries.Add(Entry(property.Name, property.Value)); }
                else { Metadata(property.Value); }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ModelFileException(path, "the header is not valid JSON; the file is damaged or no safetensors file.", error);
        }
        Cover(entries);
        return (entries, metadata);

        ModelFileException Bad(string what) => new(path, $"{what}; the file is damaged or no safetensors file.");

        void Metadata(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object) { throw Bad("'__metadata__' is not an object"); }
            foreach (JsonProperty item in value.EnumerateObject())
            {
                if (item.Value.ValueKind != JsonValueKind.String) { throw Bad($"'__metadata__.{item.Name}' is not a string"); }
                metadata[item.Name] = item.Value.GetString()!;
            }
        }

        SafetensorsEntry Entry(string name, JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object) { throw Bad($"'{name}' is not an object"); }
            if (!value.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String) { throw Bad($"'{name}' has no dtype"); }
            int size = SafetensorsEntry.SizeOf(type.GetString()!);
            if (size == 0) { throw Bad($"'{name}' has the unknown dtype '{type.GetString()}'"); }
            long[] shape = Numbers(name, value, "shape", MaximumRank), offsets = Numbers(name, value, "data_offsets", 2);
            if (offsets.Length != 2 || offsets[0] > offsets[1]) { throw Bad($"'{name}' has data_offsets that are not [start, end]"); }
            if (offsets[1] > dataBytes) { throw Bad($"'{name}' ends at byte {offsets[1]:N0}, but the file holds {dataBytes:N0} bytes of data"); }
            Int128 bytes = size;
            foreach (long extent in shape)
            {
                bytes *= extent;
                if (bytes > long.MaxValue) { throw Bad($"'{name}' has a shape [{string.Join(", ", shape)}] that overflows"); }
            }
            if (bytes != offsets[1] - offsets[0]) { throw Bad($"'{name}' {type.GetString()} [{string.Join(", ", shape)}] needs {bytes} bytes, its data_offsets give {offsets[1] - offsets[0]}"); }
            return new SafetensorsEntry(name, type.GetString()!, shape, offsets[0], offsets[1] - offsets[0]);
        }

        long[] Numbers(string name, JsonElement owner, string field, int limit)
        {
            if (!owner.TryGetProperty(field, out JsonElement list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > limit) { throw Bad($"'{name}' has no {field} of at most {limit} numbers"); }
            long[] numbers = new long[list.GetArrayLength()];
            for (int i = 0; i < numbers.Length; i++)
            {
                if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]) || numbers[i] < 0) { throw Bad($"'{name}'.{field}[{i}] is not a whole number of 0 or more"); }
            }
            return numbers;
        }

        void Cover(List<SafetensorsEntry> tensors)
        {
            long end = 0;
            foreach (SafetensorsEntry tensor in tensors.OrderBy(tensor => tensor.Start).ThenBy(tensor => tensor.Bytes))
            {
                if (tensor.Start < end) { throw Bad($"'{tensor.Name}' starts at byte {tensor.Start:N0}, inside the tensor before it"); }
                if (tensor.Start > end) { throw Bad($"bytes {end:N0} to {tensor.Start:N0} before '{tensor.Name}' belong to no tensor"); }
                end = tensor.Start + tensor.Bytes;
            }
            if (end != dataBytes) { throw Bad($"the tensors end at byte {end:N0}, but the file holds {dataBytes:N0} bytes of data"); }
        }
    }
}
