using System.Text.Json;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>One value of a tokenizer file, with its path for messages: reading it as another type than it has is an error that names file and field.</summary>
internal readonly struct JsonField(string file, string path, JsonElement value)
{
    /// <summary>Where the value stands, such as "model.vocab".</summary>
    public string Path => path;

    public JsonElement Value => value;

    /// <summary>True where the field is absent or null.</summary>
    public bool IsNull => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    public bool IsObject => value.ValueKind == JsonValueKind.Object;

    public bool IsText => value.ValueKind == JsonValueKind.String;

    /// <summary>A field of this object; a null field where it is absent.</summary>
    public JsonField this[string name] => Child(name, Require(JsonValueKind.Object, "an object").TryGetProperty(name, out JsonElement child) ? child : default);

    /// <summary>The items of this list.</summary>
    public IEnumerable<JsonField> Items()
    {
        (string file, string path) = (File, Path);
        return Require(JsonValueKind.Array, "a list").EnumerateArray().Select((item, i) => new JsonField(file, $"{path}[{i}]", item));
    }

    /// <summary>The fields of this object, in the file's order; a name that appears twice appears twice.</summary>
    public IEnumerable<(string Name, JsonField Field)> Fields()
    {
        (string file, string path) = (File, Path);
        return Require(JsonValueKind.Object, "an object").EnumerateObject().Select(p => (p.Name, new JsonField(file, $"{path}.{p.Name}", p.Value)));
    }

    public string Text()
    {
        JsonElement text = Require(JsonValueKind.String, "a text");
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("is not valid Unicode");
        }
    }

    /// <summary>The text, or a default where the field is absent or null.</summary>
    public string? Text(string? otherwise) => IsNull ? otherwise : Text();

    public bool Flag() => IsNull ? throw Wrong("is missing") : Flag(false);

    public bool Flag(bool otherwise) =>
        IsNull ? otherwise : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong("is not true or false");

    /// <summary>A whole number within bounds.</summary>
    public int Whole(int least, int most) =>
        Require(JsonValueKind.Number, "a number").TryGetInt32(out int whole) && whole >= least && whole <= most
            ? whole : throw Wrong($"is {value.GetRawText()}, not a whole number from {least} to {most}");

    public double Number() => Require(JsonValueKind.Number, "a number").GetDouble();

    /// <summary>The error that names file and field.</summary>
    public TokenizerException Wrong(string problem) => new($"{file}: {path} {problem}.");

    /// <summary>The name of the file.</summary>
    public string File => file;

    private JsonField Child(string name, JsonElement child) => new(file, path.Length == 0 ? name : $"{path}.{name}", child);

    private JsonElement Require(JsonValueKind kind, string what) =>
        value.ValueKind == kind ? value : throw Wrong(IsNull ? "is missing" : $"is not {what}");
}
