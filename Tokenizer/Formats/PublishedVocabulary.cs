using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats;

/// <summary>What a .tiktoken file does not say about the vocabularies that were published as one: the split and the special tokens.</summary>
/// <param name="Name">The name that programs use: "cl100k_base".</param>
/// <param name="Size">One more than the file's highest rank, by which it is recognised.</param>
/// <param name="Split">How text is cut before merging.</param>
/// <param name="Special">Special tokens with their ids.</param>
public sealed record PublishedVocabulary(string Name, int Size, PieceScanner Split, IReadOnlyList<(string Name, int Id)> Special)
{
    /// <summary>The published vocabularies that are known.</summary>
    public static IReadOnlyList<PublishedVocabulary> All { get; } =
    [
        new("r50k_base", 50_256, PieceScanner.Gpt2, [("<|endoftext|>", 50_256)]),
        new("p50k_base", 50_281, PieceScanner.Gpt2, [("<|endoftext|>", 50_256)]),
        new("cl100k_base", 100_256, PieceScanner.Cl100k, [("<|endoftext|>", 100_257), ("<|fim_prefix|>", 100_258), ("<|fim_middle|>", 100_259), ("<|fim_suffix|>", 100_260), ("<|endofprompt|>", 100_276)]),
        new("o200k_base", 199_998, PieceScanner.O200k, [("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)]),
        new("llama3", 128_000, PieceScanner.Llama3, Llama3()),
        new("qwen2", 151_643, PieceScanner.Qwen2, [("<|endoftext|>", 151_643), ("<|im_start|>", 151_644), ("<|im_end|>", 151_645)]),
    ];

    /// <summary>The vocabulary of this size, or null.</summary>
    public static PublishedVocabulary? OfSize(int size) => All.FirstOrDefault(known => known.Size == size);

    /// <summary>The tokenizer over a file's ranks.</summary>
    public PipelineTokenizer Create(BytePairModel model) => Create(model, Split, Special);

    /// <summary>A tokenizer over ranks, with a split and special tokens of one's choice.</summary>
    public static PipelineTokenizer Create(BytePairModel model, PieceScanner split, IEnumerable<(string Name, int Id)> special) =>
        PipelineTokenizer.ByteLevel(model, [.. special.Select(token => new AddedToken { Content = token.Name, Id = token.Id, IsSpecial = true })], split);

    /// <summary>Llama 3 has 256 special tokens; most are reserved.</summary>
    private static (string, int)[] Llama3()
    {
        string[] named = ["<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>", "<|reserved_special_token_2|>", "<|reserved_special_token_3|>",
            "<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token_4|>", "<|eot_id|>"];
        return [.. Enumerable.Range(0, 256).Select(i => (i < named.Length ? named[i] : $"<|reserved_special_token_{i - 5}|>", 128_000 + i))];
    }
}
