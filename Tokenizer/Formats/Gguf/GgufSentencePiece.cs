using System.Text;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.Normalizers;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>GGUF's "llama" and "t5": SentencePiece vocabularies, merged by score and spelled by probability.</summary>
internal static class GgufSentencePiece
{
    public static (PipelineParts Parts, bool AddsBegin, bool AddsEnd) Read(GgufFile file, GgufVocabulary vocabulary, string model, int? unknown)
    {
        bool pairs = model == "llama";
        ScoredPiece[] pieces = [.. Enumerable.Range(0, vocabulary.Tokens.Count).Select(id => Piece(vocabulary, id))];
        MarkUnknown(pieces, unknown ?? (pairs ? 0 : 2));
        var proto = new SentencePieceProto
        {
            Algorithm = pairs ? SentencePieceAlgorithm.BytePair : SentencePieceAlgorithm.Unigram,
            Pieces = pieces,
            ByteFallback = pieces.Any(p => p.Type == SentencePieceType.Byte),
        };
        proto.Normalizer.AddsDummyPrefix = file.Flag(GgufKeys.AddsSpacePrefix) ?? pairs;
        proto.Normalizer.RemovesExtraWhitespaces = file.Flag(GgufKeys.RemovesExtraWhitespaces) ?? false;
        if (file.List(GgufKeys.PrecompiledCharactersMap, GgufType.UInt8, GgufType.Int8) is { } map)
        {
            proto.Normalizer.PrecompiledCharactersMap = map.Bytes.ToArray();
        }
        return (SentencePieceFile.Parts(proto), pairs, !pairs);
    }

    public static void Write(GgufFile file, PipelineTokenizer tokenizer, SentencePieceModel model)
    {
        SentencePieceNormalizerOptions options = tokenizer.Parts.Normalizer is SentencePieceNormalizer normalizer ? normalizer.Options
            : throw new TokenizerException($"gguf: a SentencePiece model is written with its own normalizer, not with '{tokenizer.Parts.Normalizer?.Type ?? "none"}'.");
        string name = model switch
        {
            SentencePieceUnigramModel => "t5",
            SentencePieceBytePairModel when options.PrecompiledCharactersMap.IsEmpty => "llama",
            SentencePieceBytePairModel => throw new TokenizerException("gguf: the format has no place for rewriting rules before SentencePiece's BPE; only models with the rules 'identity' can be written."),
            _ => throw new TokenizerException($"gguf: the format has no SentencePiece model of the type {model.Type}; it has BPE and Unigram."),
        };
        if (options.TreatsWhitespaceAsSuffix || !options.EscapesWhitespaces)
        {
            throw new TokenizerException("gguf: the format has no place for spaces behind words or spaces that are kept as they are.");
        }
        ScoredPiece[] pieces =
        [
            .. Enumerable.Range(0, model.VocabularySize).Select(model.Piece),
            .. Enumerable.Range(model.VocabularySize, tokenizer.VocabularySize - model.VocabularySize).Select(id => Added(tokenizer, id)),
        ];
        file.Add(GgufKeys.Model, GgufValue.Of(name));
        file.Add(GgufKeys.Split, GgufValue.Of("default"));
        file.Add(GgufKeys.Tokens, GgufValue.ListOf(pieces.Select(p => p.Spelling)));
        file.Add(GgufKeys.Scores, GgufValue.ListOf<float>([.. pieces.Select(p => p.Score)]));
        file.Add(GgufKeys.Types, GgufValue.ListOf<int>([.. pieces.Select(p => (int)p.Type)]));
        file.Add(GgufKeys.AddsSpacePrefix, GgufValue.Of(options.AddsDummyPrefix));
        file.Add(GgufKeys.RemovesExtraWhitespaces, GgufValue.Of(options.RemovesExtraWhitespaces));
        if (!options.PrecompiledCharactersMap.IsEmpty)
        {
            file.Add(GgufKeys.PrecompiledCharactersMap, GgufValue.ListOf(options.PrecompiledCharactersMap.Span));
        }
    }

    /// <summary>A piece; without types the byte pieces are known by their spelling. An empty one, which files use as filler, gets a name.</summary>
    private static ScoredPiece Piece(GgufVocabulary vocabulary, int id)
    {
        byte[] spelling = vocabulary.Tokens[id];
        SentencePieceType type = spelling.Length == 0 ? SentencePieceType.Unused
            : !vocabulary.HasTypes && BytePieces.Parse(spelling) >= 0 ? SentencePieceType.Byte : vocabulary.Type(id);
        return new ScoredPiece(spelling.Length == 0 ? Encoding.UTF8.GetBytes($"[EMPTY_{id}]") : spelling, vocabulary.Score(id), type);
    }

    /// <summary>A token that stands behind the model's own.</summary>
    private static ScoredPiece Added(PipelineTokenizer tokenizer, int id) =>
        tokenizer.TokenBytes(id) is { Length: > 0 } spelling ? new ScoredPiece(spelling.ToArray(), 0, tokenizer.IsSpecial(id) ? SentencePieceType.Control : SentencePieceType.UserDefined)
            : new ScoredPiece(Encoding.UTF8.GetBytes($"[EMPTY_{id}]"), 0, SentencePieceType.Unused);

    /// <summary>A SentencePiece model has one unknown piece; where the types name none or several, the id decides.</summary>
    private static void MarkUnknown(ScoredPiece[] pieces, int unknown)
    {
        if (pieces.Count(p => p.Type == SentencePieceType.Unknown) == 1)
        {
            return;
        }
        for (int id = 0; id < pieces.Length; id++)
        {
            pieces[id] = id == unknown ? pieces[id] with { Type = SentencePieceType.Unknown }
                : pieces[id].Type == SentencePieceType.Unknown ? pieces[id] with { Type = SentencePieceType.Control } : pieces[id];
        }
    }
}
