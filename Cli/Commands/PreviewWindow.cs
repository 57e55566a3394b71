using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Commands;

/// <summary>One row of a batch, with what tells it apart.</summary>
/// <param name="Title">"step 0, window 2".</param>
/// <param name="Inputs">What the model reads.</param>
/// <param name="Targets">What it should say after each.</param>
/// <param name="FirstCounted">Targets before this position are the source of an encoder-decoder and do not count.</param>
internal sealed record PreviewWindow(string Title, IReadOnlyList<int> Inputs, IReadOnlyList<int> Targets, int FirstCounted)
{
    public int LastTarget => Targets[^1];

    public int Counted => Enumerable.Range(0, Targets.Count).Count(Counts);

    /// <summary>Whether the loss looks at this position.</summary>
    public bool Counts(int position) => position >= FirstCounted && Targets[position] != EvaluationBatches.IgnoreIndex;

    /// <summary>The first windows of a training step, and of those after it where one has too few.</summary>
    public static List<PreviewWindow> Training(TokenDataset data, RunConfig config, long step, int count)
    {
        BatchSource source = data.Batches(config.Train.Batch, config.Model.Context, config.Train.Accumulate);
        List<PreviewWindow> windows = [];
        var inputs = new int[source.Rows * source.Context];
        var targets = new int[inputs.Length];
        for (; windows.Count < count; step++)
        {
            for (int micro = 0; micro < source.MicroBatches && windows.Count < count; micro++)
            {
                source.Fill(step, micro, inputs, targets);
                for (int row = 0; row < source.Rows && windows.Count < count; row++)
                {
                    windows.Add(Row($"step {step}, window {(micro * source.Rows) + row}", inputs, targets, row, data, config));
                }
            }
        }
        return windows;
    }

    /// <summary>The first held-out windows.</summary>
    /// <exception cref="CliException">Nothing is held out.</exception>
    public static List<PreviewWindow> HeldOut(TokenDataset data, RunConfig config, int count)
    {
        if (!data.HasValidation)
        {
            throw new CliException(ExitCode.Input, "data preview: --val shows held-out windows, and data.val = 0 holds out nothing", "--set data.val=0.05");
        }
        EvaluationBatches source = data.Evaluation(1, config.Model.Context, count);
        List<PreviewWindow> windows = [];
        for (int i = 0; i < source.Count; i++)
        {
            var inputs = new int[source.Context];
            var targets = new int[source.Context];
            source.Fill(i, inputs, targets);
            windows.Add(Row($"held out, window {i}", inputs, targets, 0, data, config));
        }
        return windows;
    }

    private static PreviewWindow Row(string title, int[] inputs, int[] targets, int row, TokenDataset data, RunConfig config)
    {
        int context = config.Model.Context;
        // An encoder-decoder reads one pair of the window: the source, then from the separator on.
        PairShape? pair = config.Model.IsEncoderDecoder ? PairShape.Of(data, context) : null;
        int length = pair is { } shape ? shape.Source + shape.Target : context;
        return new PreviewWindow(title, inputs[(row * context)..((row * context) + length)], targets[(row * context)..((row * context) + length)], pair?.Source ?? 0);
    }
}
