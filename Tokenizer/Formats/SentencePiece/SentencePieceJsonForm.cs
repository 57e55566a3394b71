using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>A SentencePiece tokenizer in the parts that tokenizer.json has, for the programs that read it.</summary>
/// <remarks>
/// Ordinary text gets the same ids. User-defined pieces of merging models are cut out by a split, and are tokens because whole pieces are;
/// what remains different for a model is listed by <see cref="SentencePieceJsonGaps"/>.
/// </remarks>
internal static class SentencePieceJsonForm
{
    private const string Mark = "\u2581";

    /// <summary>The converted tokenizer.</summary>
    /// <exception cref="TokenizerException">The model or its normalizer has no counterpart in the format.</exception>
    public static PipelineTokenizer Of(PipelineTokenizer tokenizer)
    {
        var model = (SentencePieceModel)tokenizer.Model;
        SentencePieceNormalizerOptions options = tokenizer.Parts.Normalizer is SentencePieceNormalizer normalizer ? normalizer.Options
            : throw new TokenizerException($"tokenizer.json: a SentencePiece model is converted with its own normalizer, not with '{tokenizer.Parts.Normalizer?.Type ?? "none"}'.");
        if (options.TreatsWhitespaceAsSuffix || !options.EscapesWhitespaces)
        {
            throw new TokenizerException("tokenizer.json: the format has no counterpart for SentencePiece models with spaces behind words, or with spaces kept as they are.");
        }
        return new PipelineTokenizer(tokenizer.Parts with
        {
            Normalizer = Normalizer(options),
            PreTokenizer = model is SentencePieceUnigramModel ? null : UserDefinedSplit(model),
            Model = Model(model),
            Decoder = Decoder(options.AddsDummyPrefix || options.RemovesExtraWhitespaces),
        });
    }

    private static SequenceNormalizer Normalizer(SentencePieceNormalizerOptions options)
    {
        List<Normalizer> steps = [];
        if (!options.PrecompiledCharactersMap.IsEmpty)
        {
            steps.Add(new PrecompiledNormalizer(options.PrecompiledCharactersMap));
        }
        if (options.RemovesExtraWhitespaces)
        {
            steps.Add(new ReplaceNormalizer(@"\A +|[ \u2581]+\z", isRegex: true, ""));
            steps.Add(new ReplaceNormalizer(" {2,}", isRegex: true, " "));
        }
        if (options.AddsDummyPrefix)
        {
            steps.Add(new PrependNormalizer(Mark));
        }
        steps.Add(new ReplaceNormalizer(" ", isRegex: false, Mark));
        return new SequenceNormalizer(steps);
    }

    private static TokenModel Model(SentencePieceModel model)
    {
        byte[][] tokens = [.. Enumerable.Range(0, model.VocabularySize).Select(id => model.Piece(id).Spelling)];
        string unknown = Encoding.UTF8.GetString(tokens[model.Unknown]);
        var options = new CharacterBytePairRules { UnknownToken = unknown, FuseUnknown = true, ByteFallback = model.ByteFallback, IgnoreMerges = UserDefined(model).Count > 0 };
        return model switch
        {
            SentencePieceUnigramModel unigram => new UnigramModel(tokens, unigram.TextScores, model.Unknown, model.ByteFallback),
            SentencePieceBytePairModel pairs => new CharacterBytePairModel(tokens, Merges(pairs), options),
            SentencePieceCharacterModel => new CharacterBytePairModel(tokens, [], options),
            _ => throw new TokenizerException($"tokenizer.json: the format has no counterpart for SentencePiece models of the type {model.Type}."),
        };
    }

    /// <summary>The merges by rank; of those to one piece, the ones of earlier pieces first. What merges through characters that are no pieces is left out.</summary>
    private static List<(int Left, int Right)> Merges(SentencePieceBytePairModel model) =>
        [.. model.Pairs.All().Where(m => m.Left < model.VocabularySize && m.Right < model.VocabularySize)
            .OrderBy(m => m.Rank).ThenBy(m => m.Left).ThenBy(m => m.Right).Select(m => (m.Left, m.Right))];

    /// <summary>Sets user-defined pieces apart, at each place the longest. Where all text up to the next one spells a mark or a byte piece, its first character too: it is not that token.</summary>
    private static SplitPreTokenizer? UserDefinedSplit(SentencePieceModel model)
    {
        if (UserDefined(model) is not { Count: > 0 } pieces)
        {
            return null;
        }
        string any = string.Join('|', pieces.Select(Escaped));
        IEnumerable<string> marks = Spellings(model, SentencePieceType.Unknown, SentencePieceType.Control).Select(Escaped);
        string names = string.Join('|', model.ByteFallback ? marks.Append("<0x[0-9A-F]{2}>") : marks);
        return new SplitPreTokenizer($@"{any}|(?:\A|(?<={any}))(?=(?:{names})(?:{any}|\z)).", isRegex: true, SplitBehavior.Isolated);
    }

    /// <summary>The spellings of the user-defined pieces, the longest first.</summary>
    internal static List<string> UserDefined(SentencePieceModel model) =>
        [.. Spellings(model, SentencePieceType.UserDefined).OrderByDescending(spelling => spelling.Length)];

    private static IEnumerable<string> Spellings(SentencePieceModel model, params SentencePieceType[] types) =>
        Enumerable.Range(0, model.VocabularySize).Where(id => types.Contains(model.Piece(id).Type)).Select(id => Encoding.UTF8.GetString(model.Piece(id).Spelling));

    private static string Escaped(string text) => string.Concat(text.Select(c => @"\.*+?^$|()[]{}".Contains(c) ? $@"\{c}" : $"{c}"));

    private static SequenceDecoder Decoder(bool stripsFirst) =>
        new([new ReplaceDecoder(Mark, " "), new ByteFallbackDecoder(), new FuseDecoder(), .. stripsFirst ? [new StripDecoder(new Rune(' '), 1, 0)] : Array.Empty<TokenDecoder>()]);
}
