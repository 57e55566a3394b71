using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PureLlm.Tokenizer.Formats.Json;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats;

/// <summary>The two files of GPT-2 and of many byte-level BPE tokenizers after it: vocab.json (token to id) and merges.txt (one pair per line, after a version line).</summary>
/// <remarks>
/// The files name neither the split nor the special tokens. A token that no merge makes and that is not a single byte can only be put there
/// by name, so it is taken for a special one: GPT-2's end of text, RoBERTa's &lt;s&gt;, &lt;/s&gt; and &lt;mask&gt;.
/// </remarks>
public static class Gpt2Files
{
    /// <summary>Reads both files; <paramref name="split"/> is GPT-2's where none is given.</summary>
    /// <exception cref="TokenizerException">A file is missing or broken; the message names file and place.</exception>
    public static PipelineTokenizer Load(string vocabularyPath, string mergesPath, PieceScanner? split = null)
    {
        Dictionary<string, int> ids = ReadVocabulary(vocabularyPath);
        List<(int Left, int Right)> merges = ReadMerges(mergesPath, ids);
        var tokens = new byte[ids.Values.Max() + 1][];
        foreach ((string token, int id) in ids)
        {
            tokens[id] = ByteAlphabet.Parse(token)!;
        }
        HashSet<byte[]> made = new(ByteSequenceComparer.Instance);
        foreach ((int left, int right) in merges)
        {
            made.Add([.. tokens[left] ?? [], .. tokens[right] ?? []]);
        }
        List<AddedToken> special = [];
        foreach ((string token, int id) in ids)
        {
            if (tokens[id] is null || (tokens[id].Length > 1 && !made.Contains(tokens[id])))
            {
                special.Add(new AddedToken { Id = id, Content = token, IsSpecial = true });
                tokens[id] = null!;
            }
        }
        try
        {
            return PipelineTokenizer.ByteLevel(new BytePairModel(tokens, merges), [.. special.OrderBy(t => t.Id)], split);
        }
        catch (TokenizerException error)
        {
            throw new TokenizerException($"{vocabularyPath} and {mergesPath}: {error.Message}", error);
        }
    }

    /// <summary>Writes both files in place.</summary>
    /// <exception cref="TokenizerException">The tokenizer holds what the files cannot say.</exception>
    public static void Save(PipelineTokenizer tokenizer, string vocabularyPath, string mergesPath)
    {
        (byte[] vocabulary, byte[] merges) = ToUtf8(tokenizer);
        File.WriteAllBytes(vocabularyPath, vocabulary);
        File.WriteAllBytes(mergesPath, merges);
    }

    /// <summary>The content of vocab.json and of merges.txt, UTF-8.</summary>
    /// <exception cref="TokenizerException">The tokenizer holds what the files cannot say.</exception>
    public static (byte[] Vocabulary, byte[] Merges) ToUtf8(PipelineTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.Model is not BytePairModel model)
        {
            throw new TokenizerException($"vocab.json: the files hold byte-level BPE, and this tokenizer's model is {tokenizer.Model.Type}; write tokenizer.json instead.");
        }
        if (model.IgnoresMerges && FirstUnmade(model) is { } unmade)
        {
            throw new TokenizerException($"vocab.json: token {unmade} is made by no merge, so that merges alone would never give it; write tokenizer.json instead.");
        }
        var vocabulary = new MemoryStream();
        using (var json = new Utf8JsonWriter(vocabulary, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Dictionary<int, AddedToken> added = tokenizer.AddedTokens.ToDictionary(t => t.Id);
            json.WriteStartObject();
            for (int id = 0; id < tokenizer.VocabularySize; id++)
            {
                if (added.TryGetValue(id, out AddedToken? listed))
                {
                    json.WriteNumber(listed.Content, id);
                }
                else if (id < model.VocabularySize && model.Token(id) is { Length: > 0 } token)
                {
                    json.WriteNumber(ByteAlphabet.Show(token.Span), id);
                }
            }
            json.WriteEndObject();
        }
        var merges = new StringBuilder("#version: 0.2\n");
        foreach ((int left, int right) in model.Merges)
        {
            merges.Append(ByteAlphabet.Show(model.Token(left).Span)).Append(' ').Append(ByteAlphabet.Show(model.Token(right).Span)).Append('\n');
        }
        return (vocabulary.ToArray(), Encoding.UTF8.GetBytes(merges.ToString()));
    }

    private static int? FirstUnmade(BytePairModel model)
    {
        var made = new bool[model.VocabularySize];
        foreach ((int left, int right) in model.Merges)
        {
            made[model.Find([.. model.Token(left).Span, .. model.Token(right).Span])] = true;
        }
        for (int id = 0; id < made.Length; id++)
        {
            if (!made[id] && model.Token(id).Length > 1)
            {
                return id;
            }
        }
        return null;
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        RequireFile(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            VocabularyJson.Read(new JsonField(path, "the vocabulary", document.RootElement), out Dictionary<string, int> ids);
            return ids.Count > 0 ? ids : throw new TokenizerException($"{path}: the vocabulary is empty.");
        }
        catch (JsonException error)
        {
            throw new TokenizerException($"{path}:{error.LineNumber + 1}:{error.BytePositionInLine + 1}: not a JSON object of tokens and ids.", error);
        }
    }

    private static List<(int Left, int Right)> ReadMerges(string path, Dictionary<string, int> ids)
    {
        RequireFile(path);
        List<(int Left, int Right)> merges = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }
            string[] pair = line.Split(' ');
            if (pair.Length != 2 || !ids.TryGetValue(pair[0], out int left) || !ids.TryGetValue(pair[1], out int right))
            {
                throw new TokenizerException($"{path}:{number}: \"{line}\" must name two tokens of the vocabulary, parted by one space.");
            }
            merges.Add((left, right));
        }
        return merges;
    }

    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new TokenizerException($"{path}: there is no such tokenizer file.");
        }
    }
}
