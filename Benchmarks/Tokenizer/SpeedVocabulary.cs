using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>A published vocabulary: its file, its split, and the model by whose name Microsoft.ML.Tokenizers knows it; or any tokenizer.json, which has neither.</summary>
internal sealed record SpeedVocabulary(string Name, string Path, PieceScanner? Split, string? Model)
{
    /// <summary>A tokenizer.json by the name of its file.</summary>
    public static SpeedVocabulary OfJson(string path) => new(System.IO.Path.GetFileNameWithoutExtension(path), path, null, null);

    public PipelineTokenizer Load() => Split is null ? (PipelineTokenizer)TokenizerJson.Load(Path) : PipelineTokenizer.ByteLevel(TiktokenFile.Load(Path), [], Split);

    /// <summary>The three .tiktoken files of a folder.</summary>
    public static IEnumerable<SpeedVocabulary> In(string folder) =>
    [
        new("r50k_base", System.IO.Path.Combine(folder, "r50k_base.tiktoken"), PieceScanner.Gpt2, "text-davinci-001"),
        new("cl100k_base", System.IO.Path.Combine(folder, "cl100k_base.tiktoken"), PieceScanner.Cl100k, "gpt-4"),
        new("o200k_base", System.IO.Path.Combine(folder, "o200k_base.tiktoken"), PieceScanner.O200k, "gpt-4o"),
    ];
}
