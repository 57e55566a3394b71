using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PostProcessors;

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
        PreTokenizer = trained.PreTokenizer,
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
            case VocabularyKind.ByteLevelBytePair:
                return new BytePairModel([.. trained.Tokens.Select((token, id) => specials.Contains(id) ? null : token)], trained.Merges);
            case VocabularyKind.CharacterBytePair:
                return new CharacterBytePairModel(trained.Tokens, trained.Merges, new Models.CharacterBytePairOptions
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

    private static TokenDecoder Decoder(TrainedVocabulary trained) => trained.Kind switch
    {
        VocabularyKind.ByteLevelBytePair => new ByteLevelDecoder(),
        VocabularyKind.WordPiece => new WordPieceDecoder(trained.ContinuationPrefix),
        _ when trained.ByteFallback => new SequenceDecoder([new ReplaceDecoder("▁", " "), new ByteFallbackDecoder(), new FuseDecoder(), new StripDecoder(new Rune(' '), 1, 0)]),
        _ => new MetaspaceDecoder(),
    };

    private static string Name(TrainedVocabulary trained, int id) => Encoding.UTF8.GetString(trained.Tokens[id]);
}
