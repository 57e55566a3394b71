using System.Text;
using System.Text.Json;

namespace PureLlm.Tokenizer.Formats;

/// <summary>GPT-2's two files: vocab.json (token to id) and merges.txt (one pair per line, after a version line).</summary>
public static class Gpt2Files
{
    /// <summary>Reads both files.</summary>
    /// <exception cref="TokenizerException">A file is missing or broken; the message names file and place.</exception>
    public static PipelineTokenizer Load(string vocabularyPath, string mergesPath)
    {
        Dictionary<string, int> ids = ReadVocabulary(vocabularyPath);
        var tokens = new byte[ids.Count][];
        List<int> special = [];
        foreach ((string token, int id) in ids)
        {
            if ((uint)id >= (uint)tokens.Length || tokens[id] is not null)
            {
                throw new TokenizerException($"{vocabularyPath}: \"{token}\" has the id {id}; ids must run from 0 to {tokens.Length - 1}, each once.");
            }
            if (token == TextTokenizer.EndOfTextMark)
            {
                special.Add(id);
                tokens[id] = Encoding.UTF8.GetBytes(token);
                continue;
            }
            tokens[id] = ByteAlphabet.Parse(token) ?? throw new TokenizerException($"{vocabularyPath}: \"{token}\" is not written in the byte-level alphabet.");
        }
        try
        {
            return PipelineTokenizer.ByteLevel(tokens, ReadMerges(mergesPath, ids), special);
        }
        catch (TokenizerException error) when (!error.Message.StartsWith(mergesPath, StringComparison.Ordinal))
        {
            throw new TokenizerException($"{vocabularyPath} and {mergesPath}: {error.Message}", error);
        }
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        RequireFile(path);
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllBytes(path)) ?? throw new TokenizerException($"{path}: is null, not an object of tokens and ids.");
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
