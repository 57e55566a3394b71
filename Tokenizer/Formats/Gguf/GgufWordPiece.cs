using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>GGUF's "bert": WordPiece, where the start of a word is marked (U+2581) and not its continuation ("##"), and names in brackets are as they are.</summary>
internal static class GgufWordPiece
{
    private const char Mark = '\u2581';
    private const string Prefix = "##";

    public static (PipelineParts Parts, bool AddsBegin, bool AddsEnd) Read(GgufVocabulary vocabulary, int? unknown)
    {
        string[] tokens = [.. vocabulary.Tokens.Select((t, id) => FromFile(Encoding.UTF8.GetString(t), vocabulary.Type(id)))];
        string name = unknown is { } id ? tokens[id] : "[UNK]";
        return (new PipelineParts
        {
            AddedTokens = vocabulary.Added(),
            Normalizer = new BertNormalizer(),
            PreTokenizer = new BertPreTokenizer(),
            Model = new WordPieceModel([.. tokens.Select(Encoding.UTF8.GetBytes)], name),
            Decoder = new WordPieceDecoder(),
        }, true, true);
    }

    public static void Write(GgufFile file, PipelineTokenizer tokenizer, WordPieceModel model)
    {
        if (model.ContinuingSubwordPrefix != Prefix || tokenizer.Parts.Normalizer is not BertNormalizer { Lowercase: true } || tokenizer.Parts.PreTokenizer is not BertPreTokenizer)
        {
            throw new TokenizerException($"gguf: the format knows WordPiece as BERT's: lower case, BERT's split, and the prefix \"##\"; this one has the normalizer '{tokenizer.Parts.Normalizer?.Type ?? "none"}', the split '{tokenizer.Parts.PreTokenizer?.Type ?? "none"}' and the prefix \"{model.ContinuingSubwordPrefix}\".");
        }
        HashSet<int> special = [.. tokenizer.AddedTokens.Where(t => t.IsSpecial).Select(t => t.Id)];
        string[] tokens = [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(id => Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span))];
        int unknown = model.Find(Encoding.UTF8.GetBytes(model.UnknownToken));
        file.Add(GgufKeys.Model, GgufValue.Of("bert"));
        file.Add(GgufKeys.Tokens, GgufValue.ListOf(tokens.Select((t, id) => Encoding.UTF8.GetBytes(special.Contains(id) ? t : ToFile(t)))));
        file.Add(GgufKeys.Types, GgufValue.ListOf<int>([.. tokens.Select((_, id) => (int)(id == unknown ? SentencePieceType.Unknown : special.Contains(id) ? SentencePieceType.Control : SentencePieceType.Normal))]));
    }

    private static bool IsName(string token) => token.StartsWith('[') && token.EndsWith(']');

    private static string FromFile(string token, SentencePieceType type) =>
        type is SentencePieceType.Control or SentencePieceType.Unknown || IsName(token) || token.Length == 0 ? token
        : token[0] == Mark ? token[1..] : Prefix + token;

    private static string ToFile(string token) =>
        IsName(token) ? token : token.StartsWith(Prefix, StringComparison.Ordinal) ? token[Prefix.Length..] : Mark + token;
}
