namespace PureLlm.Tokenizer.Training;

/// <summary>Learns a Unigram vocabulary (Kudo 2018, arXiv 1804.10959): many frequent substrings, whose probabilities are estimated and of which the least useful are dropped, again and again.</summary>
/// <remarks>
/// As SentencePiece does it: tokens expected less than half a time are dropped, log-probabilities are digamma(expected) − digamma(sum), which
/// favours few tokens (Liang and Klein 2007), and pruning drops those whose replacement by their best segmentation costs least.
/// Seeds are weighted by how often words occur; after the last pruning the probabilities are estimated once more, without that prior.
/// Ids: special tokens, byte tokens, then tokens by falling probability. The result does not depend on the number of threads.
/// </remarks>
public static class UnigramTrainer
{
    /// <summary>Pruning ends this much above the wanted size; the rest is dropped by probability.</summary>
    private const double Headroom = 1.1;

    /// <summary>Trains a vocabulary; it is smaller than asked for where the corpus has too few repeated substrings.</summary>
    /// <exception cref="TokenizerException">The options are impossible, or the corpus is empty or not UTF-8.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public static TrainedVocabulary Train(TrainingCorpus corpus, UnigramOptions options)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        List<byte[]> fixedTokens = FixedTokens.Of("Unigram", options.SpecialTokens, options.UnknownToken, options.ByteFallback, out int specials);
        var pipeline = TrainingPipeline.Sentence(options);
        PieceTable pieces = PieceCounter.Count(corpus, options, pipeline.Cutter, requireUtf8: true);
        if (pieces.Count == 0)
        {
            throw PieceCounter.Empty("Unigram");
        }
        UnigramWords words = UnigramWords.From(pieces, options.CharacterCoverage);
        int characters = words.Alphabet.Length, wanted = options.VocabularySize - fixedTokens.Count;
        OptionCheck.Require("Unigram", wanted >= characters,
            $"a vocabulary of {options.VocabularySize} is too small: {specials} special tokens{(options.ByteFallback ? ", 256 byte tokens" : "")} and {characters} characters need {fixedTokens.Count + characters}; raise it or lower the character coverage");

        List<(byte[] Token, double Score)> learned = Learn(words, wanted, options);
        return new TrainedVocabulary
        {
            Kind = VocabularyKind.Unigram,
            Tokens = [.. fixedTokens, .. learned.Select(token => token.Token)],
            Scores = [.. Enumerable.Repeat(0.0, fixedTokens.Count), .. learned.Select(token => token.Score)],
            SpecialTokens = [.. Enumerable.Range(0, specials)],
            Unknown = FixedTokens.Unknown(fixedTokens, options.UnknownToken),
            ByteFallback = options.ByteFallback,
            AlphabetSize = characters,
            TrainingBytes = words.Bytes,
            Normalizer = pipeline.Normalizer,
            PreTokenizer = pipeline.PreTokenizer,
        };
    }

    private static List<(byte[] Token, double Score)> Learn(UnigramWords words, int wanted, UnigramOptions options)
    {
        options.Progress?.Invoke(new TrainingProgress(TrainingPhase.Preparing, 0, words.Count));
        UnigramTokens tokens = UnigramTokens.FromScores(words, SubstringSeeds.Find(words, options.MaximumTokenLength, Math.Max(options.SeedSize, wanted), options));
        var estimation = new UnigramEstimation(words, options);
        int target = (int)Math.Min(int.MaxValue, wanted * Headroom), round = 0;
        int rounds = 1 + (int)Math.Max(0, Math.Ceiling(Math.Log((double)target / tokens.Count) / Math.Log(options.ShrinkingFactor)));
        while (true)
        {
            options.Progress?.Invoke(new TrainingProgress(TrainingPhase.Estimating, Math.Min(round++, rounds), rounds));
            for (int i = 0; i < options.SubIterations; i++)
            {
                UnigramUpdate.Bayesian(tokens, estimation.Expect(tokens).Expected);
            }
            if (tokens.Alive <= target)
            {
                break;
            }
            tokens = UnigramPruning.Prune(tokens, estimation, Math.Max(target, (int)(tokens.Alive * options.ShrinkingFactor)));
        }
        tokens = UnigramPruning.Largest(tokens, wanted);
        for (int i = 0; i < options.SubIterations; i++)
        {
            UnigramUpdate.MaximumLikelihood(tokens, estimation.Expect(tokens).Expected);
        }
        options.Progress?.Invoke(new TrainingProgress(TrainingPhase.Estimating, rounds, rounds));
        return [.. Enumerable.Range(0, tokens.Count).OrderByDescending(id => tokens.LogProbabilities[id]).Select(id => (words.Spell(tokens[id]), tokens.LogProbabilities[id]))];
    }

    private static void Validate(UnigramOptions options)
    {
        OptionCheck.Common("Unigram", options.VocabularySize, 1, options.MaximumTokenLength, null);
        OptionCheck.Require("Unigram", options.CharacterCoverage is > 0 and <= 1, $"the character coverage is {options.CharacterCoverage} and must lie in (0, 1]");
        OptionCheck.Require("Unigram", options.ShrinkingFactor is > 0 and < 1, $"the shrinking factor is {options.ShrinkingFactor} and must lie between 0 and 1");
        OptionCheck.Require("Unigram", options.SubIterations >= 1, $"there are {options.SubIterations} sub-iterations and must be 1 or more");
        OptionCheck.Require("Unigram", options.SeedSize >= 1, $"the seed size is {options.SeedSize} and must be 1 or more");
    }
}
