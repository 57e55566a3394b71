using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>GGUF's names for the ways in which byte-level vocabularies cut text ("tokenizer.ggml.pre").</summary>
internal static class GgufSplits
{
    /// <summary>Splits that no scanner knows, by their first name: patterns that each cut the pieces of the one before, as their models publish them.</summary>
    public static readonly IReadOnlyList<(string[] Patterns, bool IgnoresMerges, string[] Names)> Patterns =
    [
        ([@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"], false, ["bailingmoe", "bailingmoe2", "llada-moe"]),
        ([Words + @"|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"], false, ["seed-coder"]),
        ([Contractions + @"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"], false, ["exaone-moe"]),
        ([@"[^\r\n\p{L}\p{N}]?\p{L}+" + SingleDigits], false, ["ufakzeka"]),
        ([@"[^\n]+|[\n]+", Words + SingleDigits], false, ["laguna"]),
        ([Sentences], false, ["bloom", "gpt3-finnish", "poro-chat"]),
        ([Sentences, @"\p{N}"], false, ["viking"]),
        ([@"[\p{P}\$\+<=>\^~\|`]+", Gpt2Scan.Spellings[0][0], "[0-9][0-9][0-9]"], false, ["falcon"]),
        ([@"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", "[一-龥ࠀ-一가-\uD7FF]+", @"\p{N}"], false, ["deepseek-coder"]),
        ([@"\p{N}{1,3}", Japanese, Symbols + @"| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+", @"\p{N}"], false, ["spark2_5"]),
        ([@"\p{N}+", @"(?=(\d{3})+(?!\d))"], false, ["superbpe"]),
        ([@"\d{1,3}(?=(?:\d{3})*\b)", O200kScan.Spellings[0][0]], false, ["tiny_aya", "cohere2moe"]),
        (["[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+", O200kScan.Spellings[0][0].Replace("{1,3}", "", StringComparison.Ordinal)], true, ["youtu"]),
        ([@"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+" + Contractions
            + @"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*" + Contractions
            + @"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"], false, ["kimi-k2"]),
    ];

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Words = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+";
    private const string SingleDigits = @"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Sentences = @" ?[^(\s|[.,!?…。，、।۔،])]+";
    private const string Japanese = "[一-龥぀-ゟ゠-ヿ]+";
    private const string Symbols = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+";

    private static readonly (PreTokenizer Split, bool IgnoresMerges, bool AddsBegin, string[] Names)[] Scanned =
    [
        (new ScannerPreTokenizer(PieceScanner.Gpt2), false, false,
            ["gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "exaone4", "mpt", "olmo", "jais", "trillion", "granite-docling", "jina-v1-en", "jina-v2-code", "roberta-bpe"]),
        (new ScannerPreTokenizer(PieceScanner.Llama3), true, true, ["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"]),
        (new ScannerPreTokenizer(PieceScanner.Cl100k), false, false, ["dbrx", "smaug-bpe", "glm4", "chatglm-bpe"]),
        (new ScannerPreTokenizer(PieceScanner.Qwen2), false, false, ["qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open", "grok-2"]),
        (new ScannerPreTokenizer(PieceScanner.Qwen35), false, false, ["qwen35"]),
        (new ScannerPreTokenizer(PieceScanner.O200k), false, false, ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"]),
        (new ScannerPreTokenizer(PieceScanner.O200k), true, false, ["granite-embed-multi-97m"]),
        (new ScannerPreTokenizer(PieceScanner.DeepSeek), false, false, ["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"]),
        (new ScannerPreTokenizer(PieceScanner.Tekken), true, true, ["tekken"]),
        (new SequencePreTokenizer([new DigitsPreTokenizer(individualDigits: true), new ScannerPreTokenizer(PieceScanner.Gpt2)]), false, false,
            ["starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2"]),
    ];

    /// <summary>The split of a name, whether whole pieces come before merges, and whether a text begins with a mark unless the file says otherwise.</summary>
    /// <exception cref="TokenizerException">The name is not known.</exception>
    public static (PreTokenizer Split, bool IgnoresMerges, bool AddsBegin) Find(GgufFile file, string? name)
    {
        foreach ((PreTokenizer split, bool ignoresMerges, bool addsBegin, string[] names) in Scanned)
        {
            if (names.Contains(name))
            {
                return (split, ignoresMerges, addsBegin);
            }
        }
        foreach ((string[] patterns, bool ignoresMerges, string[] names) in Patterns)
        {
            if (names.Contains(name))
            {
                return (SplitBy(patterns), ignoresMerges, false);
            }
        }
        throw file.Wrong(GgufKeys.Split, name is null ? "is missing, so that the file does not say how text is cut; name the split"
            : $"is \"{name}\"; known are {string.Join(", ", Scanned.Select(k => k.Names).Concat(Patterns.Select(k => k.Names)).SelectMany(names => names))}. Name the split to read the file nevertheless");
    }

    /// <summary>The name of a split, or null.</summary>
    public static string? NameOf(PreTokenizer? split, bool ignoresMerges)
    {
        PieceScanner? scanner = split?.Scanner;
        scanner = scanner == PieceScanner.StarCoder ? PieceScanner.StarCoderDigits : scanner;
        if (scanner is not null)
        {
            return Scanned.FirstOrDefault(k => k.Split.Scanner == scanner && k.IgnoresMerges == ignoresMerges).Names?[0];
        }
        PreTokenizer[] steps = split is SequencePreTokenizer sequence ? [.. sequence.CuttingSteps] : split is null ? [] : [split];
        return Array.TrueForAll(steps, step => step is SplitPreTokenizer { IsPlainPattern: true })
            ? Patterns.FirstOrDefault(k => k.IgnoresMerges == ignoresMerges && k.Patterns.SequenceEqual(steps.Select(step => ((SplitPreTokenizer)step).Pattern))).Names?[0] : null;
    }

    /// <summary>Patterns that each cut the pieces of the one before, at both ends of every match.</summary>
    public static SequencePreTokenizer SplitBy(string[] patterns) =>
        new([.. patterns.Select(pattern => new SplitPreTokenizer(pattern, isRegex: true, SplitBehavior.Isolated))]);
}
