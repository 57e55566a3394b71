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
    public const string Targets = "tokenizer.json, vocab.json with merges.txt, vocab.txt, .tiktoken, .gguf";

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
        RequireFile(path);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".TIKTOKEN":
                return Tiktoken(path, split);
            case ".MODEL":
                return SentencePieceFile.Load(path);
            case ".GGUF":
                return GgufTokenizer.Load(path, split).Tokenizer;
            case ".TXT" when path.EndsWith("vocab.txt", StringComparison.Ordinal):
                return VocabularyText.Load(path);
            case ".JSON":
                return MergesBeside(path) is { } merges ? Gpt2Files.Load(path, merges, split) : TokenizerJson.Load(path);
            default:
                throw new TokenizerException($"{path}: not a tokenizer file by its name; these are read: {Formats}.");
        }
    }

    /// <summary>A tokenizer as the files that stand for it in the format that a name asks for; the caller writes them.</summary>
    /// <exception cref="TokenizerException">The name is of no known format, or the format cannot hold this tokenizer.</exception>
    public static IReadOnlyList<(string Path, byte[] Content)> ToFiles(TextTokenizer tokenizer, string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => MergesBeside(path) is { } merges ? VocabularyAndMerges(tokenizer, path, merges) : [(path, TokenizerJson.ToUtf8(tokenizer))],
        ".TIKTOKEN" => [(path, TiktokenFile.ToUtf8(Pipeline(tokenizer, path).Model as BytePairModel
            ?? throw new TokenizerException($"{path}: a .tiktoken file holds byte-level byte-pair ranks, and this tokenizer is '{tokenizer.Kind}'; write tokenizer.json.")))],
        ".GGUF" => [(path, Gguf(Pipeline(tokenizer, path), path))],
        ".TXT" => [(path, VocabularyText.ToUtf8(Pipeline(tokenizer, path).Model as WordPieceModel
            ?? throw new TokenizerException($"{path}: vocab.txt holds a WordPiece vocabulary, and this tokenizer is '{tokenizer.Kind}'; write tokenizer.json.")))],
        _ => throw new TokenizerException($"{path}: no format by this name is written; these are: {Targets}."),
    };

    /// <summary>What the format that a name asks for cannot say of a tokenizer, rule by rule; none where it says all.</summary>
    public static IReadOnlyList<string> Gaps(TextTokenizer tokenizer, string path) =>
        tokenizer is PipelineTokenizer pipeline && Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) && MergesBeside(path) is null ? [.. SentencePieceJsonGaps.Of(pipeline)] : [];

    /// <summary>The merges that belong to a file of this name, which is then a bare vocabulary.</summary>
    private static string? MergesBeside(string path) =>
        Pairs.FirstOrDefault(pair => Path.GetFileName(path).EndsWith(pair.Vocabulary, StringComparison.Ordinal)) is { Merges: { } merges } found ? path[..^found.Vocabulary.Length] + merges : null;

    private static (string, byte[])[] VocabularyAndMerges(TextTokenizer tokenizer, string path, string mergesPath)
    {
        (byte[] vocabulary, byte[] merges) = Gpt2Files.ToUtf8(Pipeline(tokenizer, path));
        return [(path, vocabulary), (mergesPath, merges)];
    }

    /// <summary>A GGUF file that holds nothing but the tokenizer.</summary>
    private static byte[] Gguf(PipelineTokenizer tokenizer, string path)
    {
        var file = new GgufFile { Name = path };
        GgufTokenizer.Of(tokenizer).WriteTo(file);
        return GgufWriter.ToBytes(file);
    }

    /// <summary>The kinds of this program's own have no other format than tokenizer.json.</summary>
    private static PipelineTokenizer Pipeline(TextTokenizer tokenizer, string path) =>
        tokenizer as PipelineTokenizer ?? throw new TokenizerException($"{path}: a tokenizer of kind '{tokenizer.Kind}' can only be written as tokenizer.json.");

    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new TokenizerException($"{path}: there is no such tokenizer file.");
        }
    }

    private static PipelineTokenizer Tiktoken(string path, PieceScanner? split)
    {
        BytePairModel model = TiktokenFile.Load(path);
        return split is not null ? PublishedVocabulary.Create(model, split, [])
            : PublishedVocabulary.OfSize(model.VocabularySize)?.Create(model) ?? throw new TokenizerException(
                $"{path}: {model.VocabularySize} ranks belong to no vocabulary that is known here ({string.Join(", ", PublishedVocabulary.All.Select(known => $"{known.Name} {known.Size}"))}), and the file does not say how text is cut; name the split ({string.Join(", ", PieceScanner.All.Select(known => known.Name))}).");
    }
}
