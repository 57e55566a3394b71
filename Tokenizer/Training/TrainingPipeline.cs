using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Training;

/// <summary>How a training cuts its text, and the finished tokenizer after it: what the run names, and the trainer's usual parts where it names none.</summary>
internal sealed record TrainingPipeline(Normalizer? Normalizer, PreTokenizer PreTokenizer, Func<PieceCutter> Cutter)
{
    private const string WordMark = "▁";

    /// <summary>A published split.</summary>
    public static TrainingPipeline Scanned(TrainingRun run, PieceScanner split) =>
        run.PreTokenizer is null && run.Normalizer is null
            ? new(null, new ScannerPreTokenizer(split), () => new ScannerCutter(split))
            : Of(run.Normalizer, run.PreTokenizer ?? new ScannerPreTokenizer(split));

    /// <summary>BERT's words: white space goes, punctuation stands alone.</summary>
    public static TrainingPipeline Bert(TrainingRun run) => Of(run.Normalizer, run.PreTokenizer ?? new BertPreTokenizer());

    /// <summary>SentencePiece's words: runs without white space, each behind a ▁; white space at the ends goes, and between words it becomes one space.</summary>
    public static TrainingPipeline Sentence(TrainingRun run)
    {
        if (run.PreTokenizer is { } own)
        {
            return Of(run.Normalizer, own);
        }
        Normalizer[] spaces = [new ReplaceNormalizer(@"\s+", isRegex: true, " "), new StripNormalizer()];
        var words = new MetaspacePreTokenizer(WordMark.EnumerateRunes().First());
        return run.Normalizer is null
            ? new(new SequenceNormalizer(spaces), words, () => new SentenceCutter())
            : Of(new SequenceNormalizer([run.Normalizer, .. spaces]), words);
    }

    private static TrainingPipeline Of(Normalizer? normalizer, PreTokenizer preTokenizer) =>
        normalizer is null && preTokenizer.Scanner is { } scanner
            ? new(null, preTokenizer, () => new ScannerCutter(scanner))
            : new(normalizer, preTokenizer, () => new PipelineCutter(normalizer, preTokenizer));
}
