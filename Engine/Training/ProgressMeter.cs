using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Training;

/// <summary>Looks at a model from outside: loss on held-out text, a sample, the corpus's own scores. Changes nothing in it.</summary>
internal sealed class ProgressMeter : IDisposable
{
    private readonly EvalSection settings;
    private readonly TextContinuation? continueText;
    private readonly Evaluator? evaluator;
    private readonly EvaluationBatches? some, all;
    private readonly CorpusScoring? scoring;

    /// <param name="config">[eval], and the batch and context of training.</param>
    /// <param name="backend">Where the model lives.</param>
    /// <param name="model">What is looked at.</param>
    /// <param name="data">The held-out text and its scorer.</param>
    /// <param name="continueText">Lets the model write; null: no samples and no scores.</param>
    /// <param name="pairs">How an encoder-decoder reads a window.</param>
    public ProgressMeter(RunConfig config, Backend backend, LanguageModel model, TokenDataset data, TextContinuation? continueText, PairShape? pairs)
    {
        (settings, this.continueText) = (config.Eval, continueText);
        (int rows, int context) = (config.Train.Batch, model.Config.Context);
        if (data.HasValidation)
        {
            evaluator = new Evaluator(backend, model, rows, context, pairs);
            some = data.Evaluation(rows, context, Windows(config.Eval.Batches, rows));
            all = data.Evaluation(rows, context, Windows(config.Eval.FinalBatches, rows));
            Floor = pairs is null ? all.Floor : null;
        }
        if (continueText is not null && config.Eval.Sample.Tokens > 0)
        {
            SampleProblem = ProblemOf(config.Eval.Sample.Prompt, data.Tokenizer);
        }
        if (config.Eval.Scores && data.Scorer is not null && data.Tokenizer is not null && continueText is not null)
        {
            scoring = new CorpusScoring(data.Scorer, data.Tokenizer, continueText, context);
        }
    }

    /// <summary>Lowest loss that the held-out text allows, where that is known.</summary>
    public double? Floor { get; }

    public bool HasValidation => evaluator is not null;

    public bool HasSample => continueText is not null && settings.Sample.Tokens > 0 && SampleProblem is null;

    /// <summary>Why the pinned prompt cannot be used, or null.</summary>
    public string? SampleProblem { get; }

    public bool HasScores => scoring is not null;

    /// <summary>How many times as long the final evaluation takes as one while training.</summary>
    public double FinalEvaluationRatio => HasValidation ? (double)all!.Count / some!.Count : 0;

    /// <summary>How many times as long the final scores take as those while training.</summary>
    public double FinalScoresRatio => scoring is null ? 0 : (double)scoring.Tokens(ScoringSize.AtTheEnd) / Math.Max(1, scoring.Tokens(ScoringSize.WhileTraining));

    /// <summary>Mean validation loss while training; NaN without a held-out part.</summary>
    public double Loss() => evaluator?.Loss(some!) ?? double.NaN;

    /// <summary>Mean validation loss at the end; NaN without a held-out part.</summary>
    public double FinalLoss() => evaluator?.Loss(all!) ?? double.NaN;

    /// <summary>Text after the pinned prompt, with the pinned seed.</summary>
    public string Sample()
    {
        SampleSection s = settings.Sample;
        return continueText!(new ContinuationRequest(s.Prompt, s.Tokens, s.Temperature, s.TopK, s.TopP, (ulong)s.Seed));
    }

    public IReadOnlyList<CorpusScore> Scores() => scoring!.Measure(ScoringSize.WhileTraining);

    public IReadOnlyList<CorpusScore> FinalScores(StopRequest stop) => scoring!.Measure(ScoringSize.AtTheEnd, stop);

    public void Dispose() => evaluator?.Dispose();

    private static string? ProblemOf(string prompt, TextTokenizer? tokenizer)
    {
        try
        {
            return prompt.Length == 0 && tokenizer?.EndOfText is null ? "it is empty, and there is no end of text to start from." : tokenizer?.Encode(prompt) is null ? "there is none." : null;
        }
        catch (TokenizerException e)
        {
            return e.Message;
        }
    }

    private static long Windows(int batches, int rows) => batches == 0 ? long.MaxValue : (long)batches * rows;
}
