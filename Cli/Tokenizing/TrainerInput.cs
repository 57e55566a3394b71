using System.CommandLine;
using PureLlm.Engine.Configuration;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Cli.Tokenizing;

/// <summary>The options of tokenizer training, and which of them each kind of tokenizer has.</summary>
internal sealed class TrainerInput
{
    public const string BytePair = "bpe", WordPiece = "wordpiece", Likelihood = "wordpiece-likelihood", Unigram = "unigram", SentencePiece = "sp-bpe";

    private static readonly string[] Kinds = [BytePair, WordPiece, Likelihood, Unigram, SentencePiece];

    private readonly Option<string> kind = new("--kind") { Description = "bpe, wordpiece, wordpiece-likelihood, unigram or sp-bpe", HelpName = "KIND", DefaultValueFactory = _ => BytePair };
    private readonly Option<int> vocabulary = new("--vocab") { Description = "tokens in all, special ones too (32000)", HelpName = "N", DefaultValueFactory = _ => 32_000 };
    private readonly Option<string?> split = new("--split") { Description = "bpe: gpt2, cl100k, o200k, qwen2, deepseek … (gpt2)", HelpName = "NAME" };
    private readonly Option<string[]> special = new("--special") { Description = "special tokens, in place of the kind's own", HelpName = "T…", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> minimum = new("--min-count") { Description = "leave out what occurs less often (2)", HelpName = "N" };
    private readonly Option<int?> longest = new("--max-length") { Description = "of a token, in bytes or characters", HelpName = "N" };
    private readonly Option<int?> limit = new("--limit-alphabet") { Description = "at most so many single bytes or characters", HelpName = "N" };
    private readonly Option<bool> fallback = new("--byte-fallback") { Description = "unigram, sp-bpe: 256 byte tokens for the rest" };

    private readonly Option<bool> lower = new("--lowercase") { Description = "wordpiece: letters small, accents off, as BERT uncased" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { kind, vocabulary, split, special, minimum, longest, limit, fallback, lower })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Trains the kind that was asked for.</summary>
    /// <exception cref="CliException">An option that this kind does not have, or a name that is not known.</exception>
    public TrainedVocabulary Train(CommandContext context, TrainingCorpus corpus, TrainingRun run)
    {
        string chosen = Kind(context);
        int size = context.Get(vocabulary);
        IReadOnlyList<string>? names = context.Get(special) is { Length: > 0 } given ? given : null;
        Refuse(context, chosen);
        return chosen switch
        {
            BytePair => BytePairTrainer.Train(corpus, BytePairs(context, size, names, run)),
            WordPiece or Likelihood => WordPieceTrainer.Train(corpus, WordPieces(context, chosen, size, names, run)),
            Unigram => UnigramTrainer.Train(corpus, Unigrams(context, size, names, run)),
            _ => CharacterBytePairTrainer.Train(corpus, Characters(context, size, names, run)),
        };
    }

    private string Kind(CommandContext context)
    {
        string name = context.Get(kind)!;
        return Kinds.Contains(name) ? name
            : throw new CliException(ExitCode.Usage, $"tokenizer train: there is no kind '{name}'{(Spelling.Nearest(name, Kinds) is { } near ? $"; did you mean {near}?" : "")}", $"one of {string.Join(", ", Kinds)}");
    }

    /// <summary>An option that would be ignored is a mistake that the user should hear of.</summary>
    private void Refuse(CommandContext context, string chosen)
    {
        (Option Option, bool Given, string[] Of)[] rules =
        [
            (split, context.Get(split) is not null, [BytePair]),
            (limit, context.Get(limit) is not null, [BytePair, WordPiece, Likelihood]),
            (lower, context.Get(lower), [WordPiece, Likelihood]),
            (fallback, context.Get(fallback), [Unigram, SentencePiece]),
            (minimum, context.Get(minimum) is not null, [BytePair, WordPiece, Likelihood, SentencePiece]),
        ];
        foreach ((Option option, bool given, string[] of) in rules)
        {
            if (given && !of.Contains(chosen))
            {
                throw new CliException(ExitCode.Usage, $"tokenizer train: {option.Name} belongs to {string.Join(", ", of)}, not to {chosen}");
            }
        }
    }

    private BytePairOptions BytePairs(CommandContext context, int size, IReadOnlyList<string>? names, TrainingRun run)
    {
        var options = new BytePairOptions
        {
            VocabularySize = size,
            Threads = run.Threads,
            Progress = run.Progress,
            Cancellation = run.Cancellation,
            LimitAlphabet = context.Get(limit),
            SpecialTokenPlace = SpecialTokenPlace.Last,
        };
        options = names is null ? options : options with { SpecialTokens = names };
        options = context.Get(split) is not { } name ? options : options with
        {
            Split = PieceScanner.All.FirstOrDefault(known => known.Name == name)
                ?? throw new CliException(ExitCode.Usage, $"tokenizer train: there is no split '{name}'", $"one of {string.Join(", ", PieceScanner.All.Select(known => known.Name))}"),
        };
        return options with { MinimumFrequency = context.Get(minimum) ?? options.MinimumFrequency, MaximumTokenLength = context.Get(longest) ?? options.MaximumTokenLength };
    }

    private WordPieceOptions WordPieces(CommandContext context, string chosen, int size, IReadOnlyList<string>? names, TrainingRun run)
    {
        var options = new WordPieceOptions
        {
            VocabularySize = size,
            Threads = run.Threads,
            Progress = run.Progress,
            Cancellation = run.Cancellation,
            LimitAlphabet = context.Get(limit),
            Normalizer = new BertNormalizer(lowercase: context.Get(lower)),
            Criterion = chosen == Likelihood ? WordPieceCriterion.Likelihood : WordPieceCriterion.Frequency,
        };
        options = names is null ? options : options with { SpecialTokens = names };
        return options with { MinimumFrequency = context.Get(minimum) ?? options.MinimumFrequency, MaximumTokenLength = context.Get(longest) ?? options.MaximumTokenLength };
    }

    private UnigramOptions Unigrams(CommandContext context, int size, IReadOnlyList<string>? names, TrainingRun run)
    {
        var options = new UnigramOptions { VocabularySize = size, Threads = run.Threads, Progress = run.Progress, Cancellation = run.Cancellation, ByteFallback = context.Get(fallback) };
        options = names is null ? options : options with { SpecialTokens = names };
        return options with { MaximumTokenLength = context.Get(longest) ?? options.MaximumTokenLength };
    }

    private CharacterBytePairOptions Characters(CommandContext context, int size, IReadOnlyList<string>? names, TrainingRun run)
    {
        var options = new CharacterBytePairOptions { VocabularySize = size, Threads = run.Threads, Progress = run.Progress, Cancellation = run.Cancellation, ByteFallback = context.Get(fallback) };
        options = names is null ? options : options with { SpecialTokens = names };
        return options with { MinimumFrequency = context.Get(minimum) ?? options.MinimumFrequency, MaximumTokenLength = context.Get(longest) ?? options.MaximumTokenLength };
    }
}
