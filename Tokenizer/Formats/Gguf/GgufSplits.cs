using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>GGUF's names for the ways in which byte-level vocabularies cut text ("tokenizer.ggml.pre").</summary>
internal static class GgufSplits
{
    private static readonly (PreTokenizer Split, bool IgnoresMerges, bool AddsBegin, string[] Names)[] Known =
    [
        (new ScannerPreTokenizer(PieceScanner.Gpt2), false, false,
            ["gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum", "exaone4", "mpt", "olmo", "jais", "trillion", "granite-docling", "jina-v1-en", "jina-v2-code", "roberta-bpe"]),
        (new ScannerPreTokenizer(PieceScanner.Llama3), true, true, ["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"]),
        (new ScannerPreTokenizer(PieceScanner.Cl100k), false, false, ["dbrx", "smaug-bpe", "glm4", "chatglm-bpe"]),
        (new ScannerPreTokenizer(PieceScanner.Qwen2), false, false, ["qwen2", "deepseek-r1-qwen", "kormo", "megrez", "stablelm2", "hunyuan", "grok-2"]),
        (new ScannerPreTokenizer(PieceScanner.Qwen35), false, false, ["qwen35"]),
        (new ScannerPreTokenizer(PieceScanner.O200k), false, false, ["gpt-4o", "llama4"]),
        (new ScannerPreTokenizer(PieceScanner.DeepSeek), false, false, ["deepseek-v3", "hunyuan-dense"]),
        (new ScannerPreTokenizer(PieceScanner.Tekken), true, true, ["tekken"]),
        (new SequencePreTokenizer([new DigitsPreTokenizer(individualDigits: true), new ScannerPreTokenizer(PieceScanner.Gpt2)]), false, false,
            ["starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"]),
    ];

    /// <summary>The split of a name, whether whole pieces come before merges, and whether a text begins with a mark unless the file says otherwise.</summary>
    /// <exception cref="TokenizerException">The name is not known.</exception>
    public static (PreTokenizer Split, bool IgnoresMerges, bool AddsBegin) Find(GgufFile file, string? name)
    {
        foreach ((PreTokenizer split, bool ignoresMerges, bool addsBegin, string[] names) in Known)
        {
            if (names.Contains(name))
            {
                return (split, ignoresMerges, addsBegin);
            }
        }
        throw file.Wrong(GgufKeys.Split, name is null ? "is missing, so that the file does not say how text is cut; name the split"
            : $"is \"{name}\"; known are {string.Join(", ", Known.SelectMany(k => k.Names))}. Name the split to read the file nevertheless");
    }

    /// <summary>The name of a split, or null.</summary>
    public static string? NameOf(PreTokenizer? split, bool ignoresMerges)
    {
        PieceScanner? scanner = split?.Scanner;
        scanner = scanner == PieceScanner.StarCoder ? PieceScanner.StarCoderDigits : scanner;
        return scanner is null ? null : Known.FirstOrDefault(k => k.Split.Scanner == scanner && k.IgnoresMerges == ignoresMerges).Names?[0];
    }
}
