namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>The keys of a tokenizer in GGUF's metadata.</summary>
internal static class GgufKeys
{
    public const string Model = "tokenizer.ggml.model";
    public const string Split = "tokenizer.ggml.pre";
    public const string Tokens = "tokenizer.ggml.tokens";
    public const string Scores = "tokenizer.ggml.scores";
    public const string Types = "tokenizer.ggml.token_type";
    public const string Merges = "tokenizer.ggml.merges";
    public const string Begin = "tokenizer.ggml.bos_token_id";
    public const string End = "tokenizer.ggml.eos_token_id";
    public const string Unknown = "tokenizer.ggml.unknown_token_id";

    /// <summary>The spelling that llama.cpp reads and writes.</summary>
    public const string Separator = "tokenizer.ggml.seperator_token_id";

    /// <summary>The spelling of the format's description.</summary>
    public const string SeparatorToo = "tokenizer.ggml.separator_token_id";

    public const string Padding = "tokenizer.ggml.padding_token_id";
    public const string Mask = "tokenizer.ggml.mask_token_id";
    public const string Class = "tokenizer.ggml.cls_token_id";
    public const string AddsBegin = "tokenizer.ggml.add_bos_token";
    public const string AddsEnd = "tokenizer.ggml.add_eos_token";
    public const string AddsSeparator = "tokenizer.ggml.add_sep_token";
    public const string AddsSpacePrefix = "tokenizer.ggml.add_space_prefix";
    public const string RemovesExtraWhitespaces = "tokenizer.ggml.remove_extra_whitespaces";
    public const string PrecompiledCharactersMap = "tokenizer.ggml.precompiled_charsmap";
    public const string ChatTemplate = "tokenizer.chat_template";
}
