using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>GGUF's "gpt2": byte-level BPE, tokens and merges written in the byte alphabet.</summary>
internal static class GgufBytePair
{
    public static (PipelineParts Parts, bool AddsBegin, bool AddsEnd) Read(GgufFile file, GgufVocabulary vocabulary, PieceScanner? scanner)
    {
        (PreTokenizer split, bool ignoresMerges, bool addsBegin) = scanner is not null ? (new ScannerPreTokenizer(scanner), false, false) : GgufSplits.Find(file, file.Text(GgufKeys.Split));
        var tokens = new byte[]?[vocabulary.Tokens.Count];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
        {
            string spelling = Encoding.UTF8.GetString(vocabulary.Tokens[id]);
            ids[spelling] = id;
            if (vocabulary.Type(id) is SentencePieceType.Normal or SentencePieceType.Byte)
            {
                tokens[id] = ByteAlphabet.Parse(spelling) ?? throw file.Wrong(GgufKeys.Tokens, $"has \"{spelling}\" as token {id}, which is not written in the byte alphabet");
            }
        }
        return (new PipelineParts
        {
            AddedTokens = vocabulary.Added(),
            PreTokenizer = split,
            Model = new BytePairModel(tokens, Merges(file, ids), ignoresMerges),
            Decoder = new ByteLevelDecoder(),
        }, addsBegin, false);
    }

    public static void Write(GgufFile file, PipelineTokenizer tokenizer, BytePairModel model)
    {
        if (tokenizer.Parts.Normalizer is { } normalizer)
        {
            throw new TokenizerException($"gguf: the format has no place for the normalizer '{normalizer.Type}' before a byte-level model.");
        }
        string split = GgufSplits.NameOf(tokenizer.Parts.PreTokenizer, model.IgnoresMerges)
            ?? throw new TokenizerException($"gguf: the format has no name for the split '{tokenizer.Parts.PreTokenizer?.Scanner?.Name ?? tokenizer.Parts.PreTokenizer?.Type}' with merges {(model.IgnoresMerges ? "ignored for whole pieces" : "as they are")}.");
        file.Add(GgufKeys.Model, GgufValue.Of("gpt2"));
        file.Add(GgufKeys.Split, GgufValue.Of(split));
        Dictionary<int, AddedToken> added = tokenizer.AddedTokens.ToDictionary(t => t.Id);
        var tokens = new byte[tokenizer.VocabularySize][];
        var types = new int[tokens.Length];
        for (int id = 0; id < tokens.Length; id++)
        {
            (tokens[id], SentencePieceType type) = added.TryGetValue(id, out AddedToken? token)
                ? (Encoding.UTF8.GetBytes(token.Content), token.IsSpecial ? SentencePieceType.Control : SentencePieceType.UserDefined)
                : id < model.VocabularySize && model.Token(id).Length > 0 ? (Encoding.UTF8.GetBytes(ByteAlphabet.Show(model.Token(id).Span)), SentencePieceType.Normal)
                : (Encoding.UTF8.GetBytes($"[UNUSED_{id}]"), SentencePieceType.Unused);
            types[id] = (int)type;
        }
        file.Add(GgufKeys.Tokens, GgufValue.ListOf(tokens));
        file.Add(GgufKeys.Types, GgufValue.ListOf<int>(types));
        file.Add(GgufKeys.Merges, GgufValue.ListOf(model.Merges.Select(m => Encoding.UTF8.GetBytes($"{ByteAlphabet.Show(model.Token(m.Left).Span)} {ByteAlphabet.Show(model.Token(m.Right).Span)}"))));
    }

    private static List<(int Left, int Right)> Merges(GgufFile file, Dictionary<string, int> ids)
    {
        GgufValue merges = file.List(GgufKeys.Merges, GgufType.Text) ?? throw file.Wrong(GgufKeys.Merges, "is missing; a byte-level vocabulary needs it");
        List<(int Left, int Right)> pairs = new(merges.Count);
        foreach (byte[] merge in merges.Texts)
        {
            string text = Encoding.UTF8.GetString(merge);
            int space = text.Length > 0 ? text.IndexOf(' ', 1) : -1;
            if (space < 0 || !ids.TryGetValue(text[..space], out int left) || !ids.TryGetValue(text[(space + 1)..], out int right))
            {
                throw file.Wrong(GgufKeys.Merges, $"has \"{text}\" as entry {pairs.Count}; it must name two tokens");
            }
            pairs.Add((left, right));
        }
        return pairs;
    }
}
