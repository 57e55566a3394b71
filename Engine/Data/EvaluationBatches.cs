using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Data;

/// <summary>The held-out windows, in order: the same windowing as training, every target counted once per window, nothing shuffled.</summary>
/// <remarks>
/// <see cref="Floor"/> is the mean over exactly the targets that these batches count of −ln P(token | its document so far), under the process
/// that wrote the text. No model can expect a lower loss on such text. A window starts at a document and its first token is given, not
/// predicted, so that token counts for neither side; a document cut off by the window's end counts up to the cut.
/// The process is known byte by byte; summed over a whole document that is exact for any tokenization, and over a cut one it is a lower bound,
/// because a token sequence is never likelier than the bytes that it spells. A window inside a document longer than the context lacks what
/// came before it, so there too the floor is a bound that no model reaches.
/// </remarks>
public sealed class EvaluationBatches
{
    /// <summary>The target of a row that fills up the last batch; the loss skips it.</summary>
    public const int IgnoreIndex = -100;

    private readonly TokenStore _tokens;
    private readonly Windows _windows;

    /// <param name="split">The held-out tokens.</param>
    /// <param name="rows">Windows in one batch.</param>
    /// <param name="context">Tokens in a row.</param>
    /// <param name="align">Where windows start: as in training.</param>
    /// <param name="maximumWindows">At most so many, evenly spread over the split.</param>
    public EvaluationBatches(TokenSplit split, int rows, int context, WindowAlignment align, long maximumWindows = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumWindows, 1);
        _tokens = split.Tokens;
        _windows = new Windows(split, context, align, shiftPhase: false, seed: 0);
        Rows = rows;
        Context = context;
        WindowCount = Math.Min(_windows.Count, maximumWindows);
        Count = checked((int)((WindowCount + rows - 1) / rows));
        Floor = split.IdealNats is { } nats ? MeanIdeal(nats) : null;
    }

    public int Rows { get; }

    public int Context { get; }

    /// <summary>How many windows are evaluated.</summary>
    public long WindowCount { get; }

    /// <summary>How many batches <see cref="Fill"/> knows.</summary>
    public int Count { get; }

    /// <summary>How many targets are counted over all batches.</summary>
    public long Targets => WindowCount * Context;

    /// <summary>The entropy floor in nats per counted token, where the text's process is known.</summary>
    public double? Floor { get; }

    /// <summary>Writes batch <paramref name="batch"/>, [Rows, Context], and returns how many targets count; rows past the last window are ignored ones.</summary>
    public int Fill(int batch, Span<int> inputs, Span<int> targets)
    {
        if (inputs.Length != Rows * Context || targets.Length != inputs.Length)
        {
            throw new ArgumentException($"a batch is [{Rows}, {Context}] = {Rows * Context} tokens; got inputs {inputs.Length} and targets {targets.Length}.", nameof(inputs));
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)batch, (uint)Count);
        int counted = 0;
        for (int row = 0; row < Rows; row++)
        {
            Span<int> input = inputs.Slice(row * Context, Context), target = targets.Slice(row * Context, Context);
            long window = ((long)batch * Rows) + row;
            if (window >= WindowCount)
            {
                input.Clear();
                target.Fill(IgnoreIndex);
                continue;
            }
            long start = StartOf(window);
            _tokens.ReadAround(start, input);
            input[1..].CopyTo(target);
            _tokens.ReadAround(start + Context, target[^1..]);
            counted += Context;
        }
        return counted;
    }

    /// <summary>The position in the split of the first token of window <paramref name="window"/>.</summary>
    public long StartOf(long window) => _windows.Start((long)((Int128)window * _windows.Count / WindowCount), 0);

    private double MeanIdeal(float[] nats)
    {
        double total = 0;
        for (long w = 0; w < WindowCount; w++)
        {
            long start = StartOf(w);
            for (long i = 1; i <= Context; i++)
            {
                total += nats[(start + i) % nats.Length];
            }
        }
        return total / Targets;
    }
}
