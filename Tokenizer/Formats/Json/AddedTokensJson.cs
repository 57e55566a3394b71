using System.Text.Json;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The list "added_tokens".</summary>
internal static class AddedTokensJson
{
    /// <summary>Reads the list; ids still are those of the file.</summary>
    public static List<AddedToken> Read(JsonField list) => list.IsNull ? [] : [.. list.Items().Select(item => new AddedToken
    {
        Id = item["id"].Whole(0, int.MaxValue - 1),
        Content = item["content"].Text(),
        SingleWord = item["single_word"].Flag(false),
        StripsLeft = item["lstrip"].Flag(false),
        StripsRight = item["rstrip"].Flag(false),
        IsNormalized = item["normalized"].Flag(!item["special"].Flag(false)),
        IsSpecial = item["special"].Flag(false),
    }).Where(token => token.Content.Length > 0)];

    /// <summary>Gives the tokens that the model knows the model's ids, and lets the last of several entries for one text count.</summary>
    /// <param name="list">The field, for messages.</param>
    /// <param name="tokens">The tokens with the file's ids.</param>
    /// <param name="modelSize">Every id of the model is below.</param>
    /// <param name="find">The model's id of a spelling, or −1.</param>
    /// <param name="isTaken">Whether a token of the model has this id.</param>
    public static List<AddedToken> Resolve(JsonField list, List<AddedToken> tokens, int modelSize, Func<string, int> find, Func<int, bool> isTaken)
    {
        Dictionary<string, AddedToken> byContent = [];
        int most = checked((4 * (modelSize + tokens.Count)) + (1 << 16));
        foreach (AddedToken token in tokens)
        {
            int known = find(token.Content);
            int id = known >= 0 ? known : byContent.TryGetValue(token.Content, out AddedToken? earlier) ? earlier.Id : token.Id;
            if (id >= most)
            {
                throw list.Wrong($"gives \"{token.Content}\" the id {id}, far beyond the {modelSize} tokens of the model; ids go up to {most - 1} here");
            }
            if (known < 0 && isTaken(id))
            {
                throw list.Wrong($"gives \"{token.Content}\" the id {id}, which is another token's in model.vocab");
            }
            byContent[token.Content] = token with { Id = id };
        }
        return [.. byContent.Values.OrderBy(token => token.Id)];
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<AddedToken> tokens)
    {
        json.WriteStartArray("added_tokens");
        foreach (AddedToken token in tokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.SingleWord);
            json.WriteBoolean("lstrip", token.StripsLeft);
            json.WriteBoolean("rstrip", token.StripsRight);
            json.WriteBoolean("normalized", token.IsNormalized);
            json.WriteBoolean("special", token.IsSpecial);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
