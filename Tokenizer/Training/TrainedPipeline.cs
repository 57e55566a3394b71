using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PostProcessors;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Training;

/// <summary>Puts a tokenizer together around a trained vocabulary.</summary>
internal static class TrainedPipeline
{
    /// <summary>The score of special and byte tokens in a Unigram model: so low that no text is spelled with their names.</summary>
    private const double Never = -1000;

    public static PipelineTokenizer Build(TrainedVocabulary trained) => new(new PipelineParts
    {
        AddedTokens = [.. trained.SpecialTokens.Select(id => new AddedToken { Id = id, Content = Name(trained, id), IsSpecial = true })],
        Normalizer = trained.Normalizer,
        PreTokenizer = IsPartial(trained) ? VisibleSplit(trained.PreTokenizer) : trained.PreTokenizer,
        Model = Model(trained),
        PostProcessor = Frame(trained),
        Decoder = Decoder(trained),
    });

    /// <summary>BERT's [CLS] and [SEP] around a text, where a WordPiece vocabulary has them.</summary>
    private static BertProcessing? Frame(TrainedVocabulary trained)
    {
        (string Name, int Id)? Named(string name) => trained.SpecialTokens.Where(id => Name(trained, id) == name).Select(id => ((string, int)?)(name, id)).FirstOrDefault();
        return trained.Kind == VocabularyKind.WordPiece && Named("[CLS]") is { } start && Named("[SEP]") is { } separator ? new BertProcessing(start, separator) : null;
    }

    private static TokenModel Model(TrainedVocabulary trained)
    {
        HashSet<int> specials = [.. trained.SpecialTokens];
        switch (trained.Kind)
        {
            case VocabularyKind.ByteLevelBytePair when IsPartial(trained):
                byte[] Visible(byte[] token, int id) => specials.Contains(id) ? token : Encoding.UTF8.GetBytes(ByteAlphabet.Show(token));
                return new CharacterBytePairModel([.. trained.Tokens.Select(Visible)], trained.Merges, new CharacterBytePairRules());
            case VocabularyKind.ByteLevelBytePair:
                return new BytePairModel([.. trained.Tokens.Select((token, id) => specials.Contains(id) ? null : token)], trained.Merges);
            case VocabularyKind.CharacterBytePair:
                return new CharacterBytePairModel(trained.Tokens, trained.Merges, new CharacterBytePairRules
                {
                    UnknownToken = trained.Unknown is { } unknown ? Name(trained, unknown) : null,
                    FuseUnknown = true,
                    ByteFallback = trained.ByteFallback,
                });
            case VocabularyKind.WordPiece:
                return new WordPieceModel(trained.Tokens, Name(trained, trained.Unknown ?? 0), trained.ContinuationPrefix);
            default:
                int named = trained.SpecialTokens.Count + (trained.ByteFallback ? 256 : 0);
                return new UnigramModel(trained.Tokens, [.. trained.Scores.Select((score, id) => id < named ? Never : score)], trained.Unknown, trained.ByteFallback);
        }
    }

    /// <summary>True where a byte-level vocabulary lacks some bytes: it is then a vocabulary of the bytes' visible characters, and text loses what it lacks, as in Hugging Face's library.</summary>
    private static bool IsPartial(TrainedVocabulary trained) =>
        trained.Kind == VocabularyKind.ByteLevelBytePair && trained.Tokens.Where((token, id) => token.Length == 1 && !trained.SpecialTokens.Contains(id)).Count() < 256;

    /// <summary>A split that also turns bytes into their visible characters.</summary>
    private static PreTokenizer VisibleSplit(PreTokenizer? split) => split?.Scanner is not { } scanner || scanner == PieceScanner.Gpt2
        ? new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: true, visible: true)
        : new SequencePreTokenizer([.. scanner.Patterns.Select(pattern => new SplitPreTokenizer(pattern, isRegex: true, SplitBehavior.Isolated)), new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: false, visible: true)]);

    private static TokenDecoder Decoder(TrainedVocabulary trained) => trained.Kind switch
    {
        VocabularyKind.ByteLevelBytePair => new ByteLevelDecoder(),
        VocabularyKind.WordPiece => new WordPieceDecoder(trained.ContinuationPrefix),
        _ when trained.ByteFallback => new SequenceDecoder([new ReplaceDecoder("▁", " "), new ByteFallbackDecoder(), new FuseDecoder(), new StripDecoder(new Rune(' '), 1, 0)]),
        _ => new MetaspaceDecoder(),
    };

    private static string Name(TrainedVocabulary trained, int id) => Encoding.UTF8.GetString(trained.Tokens[id]);
}
