using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>The algorithm of a SentencePiece model; the numbers are those of the file.</summary>
public enum SentencePieceAlgorithm
{
    /// <summary>The unigram language model.</summary>
    Unigram = 1,

    /// <summary>Byte-pair encoding.</summary>
    BytePair = 2,

    /// <summary>A token per word.</summary>
    Word = 3,

    /// <summary>A token per character.</summary>
    Character = 4,
}

/// <summary>What a .model file says: the fields that encoding and decoding need, with the defaults of its format.</summary>
public sealed class SentencePieceProto
{
    /// <summary>The pieces, by id.</summary>
    public IList<ScoredPiece> Pieces { get; init; } = [];

    /// <summary>trainer_spec.model_type</summary>
    public SentencePieceAlgorithm Algorithm { get; set; } = SentencePieceAlgorithm.Unigram;

    /// <summary>trainer_spec.byte_fallback</summary>
    public bool ByteFallback { get; set; }

    /// <summary>trainer_spec.treat_whitespace_as_suffix</summary>
    public bool TreatsWhitespaceAsSuffix { get; set; }

    /// <summary>trainer_spec.unk_surface; null where the file has none.</summary>
    public byte[]? UnknownSurface { get; set; }

    /// <summary>trainer_spec.bos_piece</summary>
    public string BeginPiece { get; set; } = "<s>";

    /// <summary>trainer_spec.eos_piece</summary>
    public string EndPiece { get; set; } = "</s>";

    /// <summary>trainer_spec.pad_piece</summary>
    public string PaddingPiece { get; set; } = "<pad>";

    /// <summary>normalizer_spec</summary>
    public SentencePieceNormalizerSpec Normalizer { get; } = new();

    /// <summary>denormalizer_spec</summary>
    public SentencePieceNormalizerSpec Denormalizer { get; } = new();
}

/// <summary>How a model's text is rewritten.</summary>
public sealed class SentencePieceNormalizerSpec
{
    /// <summary>The rules' name, such as "nmt_nfkc".</summary>
    public string Name { get; set; } = "";

    /// <summary>The compiled rules.</summary>
    public ReadOnlyMemory<byte> PrecompiledCharactersMap { get; set; }

    /// <summary>A space before the text.</summary>
    public bool AddsDummyPrefix { get; set; } = true;

    /// <summary>No spaces at both ends, and single ones between.</summary>
    public bool RemovesExtraWhitespaces { get; set; } = true;

    /// <summary>Spaces become U+2581.</summary>
    public bool EscapesWhitespaces { get; set; } = true;
}
