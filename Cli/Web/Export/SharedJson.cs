using System.Text;
using System.Text.Json;

namespace PureLlm.Cli.Web.Export;

/// <summary>Many JSON documents as one pool in which equal parts appear once: a part is referred to as {"$": place}.</summary>
/// <remarks>A reader that replaces each reference by the pool's part gets the documents back. Parts only refer to parts before them.</remarks>
internal sealed class SharedJson
{
    /// <summary>Shorter parts stay where they are: a reference would save nothing.</summary>
    private const int ShortestPart = 48;

    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly List<string> parts = [];

    /// <summary>Characters of all parts.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a document and gives the place of its root.</summary>
    public int Add(JsonElement document) => Place(Text(document));

    /// <summary>The pool as a JSON array.</summary>
    public string ToJson() => $"[{string.Join(",\n", parts)}]";

    private string Text(JsonElement element)
    {
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) { return element.GetRawText(); }
        var text = new StringBuilder();
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray()) { text.Append(text.Length == 0 ? '[' : ',').Append(Part(item)); }
            return text.Length == 0 ? "[]" : text.Append(']').ToString();
        }
        foreach (JsonProperty property in element.EnumerateObject())
        {
            text.Append(text.Length == 0 ? '{' : ',').Append(JsonSerializer.Serialize(property.Name)).Append(':').Append(Part(property.Value));
        }
        return text.Length == 0 ? "{}" : text.Append('}').ToString();
    }

    private string Part(JsonElement element)
    {
        string text = Text(element);
        return element.ValueKind is JsonValueKind.Object or JsonValueKind.Array && text.Length >= ShortestPart ? $$"""{"$":{{Place(text)}}}""" : text;
    }

    private int Place(string text)
    {
        if (!places.TryGetValue(text, out int place))
        {
            places[text] = place = parts.Count;
            parts.Add(text);
            Length += text.Length;
        }
        return place;
    }
}
