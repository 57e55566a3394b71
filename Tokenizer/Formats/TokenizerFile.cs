using PureLlm.Tokenizer.Formats.Gguf;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats;

/// <summary>A tokenizer file of any known format, recognised by its name.</summary>
public static class TokenizerFile
{
    /// <summary>The formats in words, for messages.</summary>
    public const string Formats = "tokenizer.json, vocab.json with merges.txt, vocab.txt, .tiktoken, SentencePiece's .model, .gguf";

    /// <summary>The formats that are written, in words.</summary>
    public const string Targets = "tokenizer.json, vocab.txt, .tiktoken, .gguf";

    /// <summary>The names to look for in a folder, the most complete first.</summary>
    private static readonly string[] Names = ["tokenizer.json", "tokenizer.model", "vocab.json", "encoder.json", "vocab.txt"];

    /// <summary>A vocabulary file and the name of the merges beside it.</summary>
    private static readonly (string Vocabulary, string Merges)[] Pairs = [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")];

    /// <summary>The tokenizer file of a folder, or null.</summary>
    public static string? InFolder(string folder) => Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; vocab.json needs merges.txt beside it.</param>
    /// <param name="split">How text is cut before merging, where the file does not say so (.tiktoken of an unknown vocabulary).</param>
    /// <exception cref="TokenizerException">The file is missing, broken, or of no known format; the message names it.</exception>
    public static TextTokenizer Load(string path, PieceScanner? split = null)
    {
        string name = Path.GetFileName(path);
        if (Path.GetExtension(path).Equals(".tiktoken", StringComparison.OrdinalIgnoreCase))
        {
            return Tiktoken(path, split);
        }
        if (Path.GetExtension(path).Equals(".model", StringComparison.OrdinalIgnoreCase))
        {
            return SentencePieceFile.Load(path);
        }
        if (Path.GetExtension(path).Equals(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            return GgufTokenizer.Load(path, split).Tokenizer;
        }
        if (name.EndsWith("vocab.txt", StringComparison.Ordinal))
        {
            return VocabularyText.Load(path);
        }
        if (Pairs.FirstOrDefault(pair => name.EndsWith(pair.Vocabulary, StringComparison.Ordinal)) is { Merges: { } merges } found)
        {
            return Gpt2Files.Load(path, path[..^found.Vocabulary.Length] + merges);
        }
        return Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) ? TokenizerJson.Load(path)
            : throw new TokenizerException($"{path}: not a tokenizer file by its name; these are read: {Formats}.");
    }

    /// <summary>A tokenizer as the files that stand for it in the format that a name asks for; the caller writes them.</summary>
    /// <exception cref="TokenizerException">The name is of no known format, or the format cannot hold this tokenizer.</exception>
    public static IReadOnlyList<(string Path, byte[] Content)> ToFiles(TextTokenizer tokenizer, string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => [(path, TokenizerJson.ToUtf8(tokenizer))],
        ".TIKTOKEN" => [(path, TiktokenFile.ToUtf8((tokenizer as PipelineTokenizer)?.Model as BytePairModel
            ?? throw new TokenizerException($"{path}: a .tiktoken file holds byte-level byte-pair ranks, and this tokenizer is '{tokenizer.Kind}'; write tokenizer.json.")))],
        ".GGUF" => [(path, Gguf(tokenizer, path))],
        ".TXT" => [(path, VocabularyText.ToUtf8((tokenizer as PipelineTokenizer)?.Model as WordPieceModel
            ?? throw new TokenizerException($"{path}: vocab.txt holds a WordPiece vocabulary, and this tokenizer is '{tokenizer.Kind}'; write tokenizer.json.")))],
        _ => throw new TokenizerException($"{path}: no format by this name is written; these are: {Targets}."),
    };

    /// <summary>A GGUF file that holds nothing but the tokenizer.</summary>
    private static byte[] Gguf(TextTokenizer tokenizer, string path)
    {
        PipelineTokenizer pipeline = tokenizer as PipelineTokenizer ?? throw new TokenizerException($"{path}: GGUF has no tokenizer of the kind '{tokenizer.Kind}'; write tokenizer.json.");
        var file = new GgufFile { Name = path };
        GgufTokenizer.Of(pipeline).WriteTo(file);
        return GgufWriter.ToBytes(file);
    }

    private static PipelineTokenizer Tiktoken(string path, PieceScanner? split)
    {
        BytePairModel model = TiktokenFile.Load(path);
        return split is not null ? PublishedVocabulary.Create(model, split, [])
            : PublishedVocabulary.OfSize(model.VocabularySize)?.Create(model) ?? throw new TokenizerException(
                $"{path}: {model.VocabularySize} ranks belong to no vocabulary that is known here ({string.Join(", ", PublishedVocabulary.All.Select(known => $"{known.Name} {known.Size}"))}), and the file does not say how text is cut; name the split ({string.Join(", ", PieceScanner.All.Select(known => known.Name))}).");
    }
}
