using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The "vocab" object of a model: token to id.</summary>
internal static class VocabularyJson
{
    /// <summary>The tokens by id, null where an id is unused, and the ids by spelling.</summary>
    public static byte[]?[] Read(JsonField vocabulary, out Dictionary<string, int> ids)
    {
        ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokens = new List<byte[]?>();
        // Each id costs memory, so the ids may not outnumber the tokens by much.
        int largest = vocabulary.IsObject ? (int)Math.Min(Vocabulary.LargestId, (4L * vocabulary.Value.GetPropertyCount()) + 65_535) : 0;
        foreach ((string token, JsonField field) in vocabulary.Fields())
        {
            int id = field.Whole(0, largest);
            if (!ids.TryAdd(token, id))
            {
                throw vocabulary.Wrong($"holds \"{token}\" twice");
            }
            if (id >= tokens.Count)
            {
                CollectionsMarshal.SetCount(tokens, id + 1);
            }
            tokens[id] = tokens[id] is { } other
                ? throw vocabulary.Wrong($"gives the id {id} to both \"{Encoding.UTF8.GetString(other)}\" and \"{token}\"")
                : Encoding.UTF8.GetBytes(token);
        }
        return [.. tokens];
    }

    /// <summary>Writes the field "vocab", in the order of the ids.</summary>
    public static void Write(Utf8JsonWriter writer, TokenModel model)
    {
        writer.WriteStartObject("vocab");
        for (int id = 0; id < model.VocabularySize; id++)
        {
            ReadOnlySpan<byte> token = model.Token(id).Span;
            if (token.Length > 0)
            {
                writer.WriteNumber(Text(token, id), id);
            }
        }
        writer.WriteEndObject();
    }

    /// <summary>A token as JSON can hold it.</summary>
    /// <exception cref="TokenizerException">The token is not UTF-8.</exception>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> token, int id) =>
        System.Text.Unicode.Utf8.IsValid(token) ? token
            : throw new TokenizerException($"tokenizer.json: token {id} is the bytes {Convert.ToHexString(token)}, which are not UTF-8, and JSON holds nothing else.");
}
