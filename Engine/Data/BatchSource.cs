using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Data;

/// <summary>Training batches as a pure function of the position: the same step gives the same tokens, in this run or in a resumed one.</summary>
/// <remarks>
/// Step s, micro-batch m, row r is window (s·M + m)·R + r of an endless walk over the epochs, so 1×32, 4×8 and 32×1 read the same windows.
/// Reading has no state, allocates nothing, and may run on several threads.
/// </remarks>
public sealed class BatchSource
{
    private readonly TokenStore _tokens;
    private readonly Windows _windows;
    private readonly DataOrder _order;
    private readonly ulong _seed;

    /// <param name="split">The tokens to read.</param>
    /// <param name="rows">Windows in one micro-batch.</param>
    /// <param name="context">Tokens in a row.</param>
    /// <param name="microBatches">Micro-batches in one step.</param>
    /// <param name="align">Where windows start.</param>
    /// <param name="order">The order of windows.</param>
    /// <param name="seed">Decides the shuffled order.</param>
    public BatchSource(TokenSplit split, int rows, int context, int microBatches, WindowAlignment align, DataOrder order, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(microBatches, 1);
        _tokens = split.Tokens;
        _windows = new Windows(split, context, align, order == DataOrder.Shuffled, seed);
        _order = order;
        _seed = seed;
        Rows = rows;
        Context = context;
        MicroBatches = microBatches;
    }

    public int Rows { get; }

    public int Context { get; }

    public int MicroBatches { get; }

    /// <summary>Windows in one pass over the data.</summary>
    public long WindowsPerEpoch => _windows.Count;

    /// <summary>Target tokens of one step, over all its micro-batches.</summary>
    public long TokensPerStep => (long)Rows * Context * MicroBatches;

    /// <summary>How many passes over the data are done when <paramref name="step"/> begins.</summary>
    public double Epoch(long step) => (double)step * MicroBatches * Rows / WindowsPerEpoch;

    /// <summary>Writes micro-batch <paramref name="microBatch"/> of step <paramref name="step"/>; both spans are [Rows, Context], and targets are inputs one token later.</summary>
    public void Fill(long step, int microBatch, Span<int> inputs, Span<int> targets)
    {
        if (inputs.Length != Rows * Context || targets.Length != inputs.Length)
        {
            throw new ArgumentException($"a batch is [{Rows}, {Context}] = {Rows * Context} tokens; got inputs {inputs.Length} and targets {targets.Length}.", nameof(inputs));
        }
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)microBatch, (uint)MicroBatches);
        long first = ((step * MicroBatches) + microBatch) * Rows;
        for (int row = 0; row < Rows; row++)
        {
            Span<int> input = inputs.Slice(row * Context, Context), target = targets.Slice(row * Context, Context);
            long start = StartOf(first + row);
            _tokens.ReadAround(start, input);
            input[1..].CopyTo(target);
            _tokens.ReadAround(start + Context, target[^1..]);
        }
    }

    /// <summary>The position in the split of the first token of the <paramref name="window"/>-th window ever read.</summary>
    public long StartOf(long window)
    {
        (long epoch, long index) = Math.DivRem(window, _windows.Count);
        return _order == DataOrder.Sequential
            ? _windows.Start(index, 0)
            : _windows.Start(new Permutation(_seed, epoch, _windows.Count)[index], epoch);
    }
}
