using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Data;

/// <summary>The places where windows of context + 1 tokens start in a split.</summary>
/// <remarks>
/// Aligned windows start at every document, and inside a document longer than the context at every multiple of it, so that no token is lost.
/// They run on into the next documents (and from the last into the first), which keeps every position of a batch at work.
/// Unaligned windows follow each other every context tokens; when shuffled, each epoch shifts all of them by its own phase.
/// </remarks>
internal sealed class Windows
{
    private readonly long[]? _starts;
    private readonly int _context;
    private readonly int _phases;
    private readonly ulong _seed;

    public Windows(TokenSplit split, int context, WindowAlignment align, bool shiftPhase, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        if (split.Count < context + 1L)
        {
            throw new ArgumentException($"a window of context + 1 = {context + 1} tokens does not fit in {split.Count}.", nameof(context));
        }
        _context = context;
        _seed = seed;
        _phases = 1;
        if (align == WindowAlignment.Document)
        {
            _starts = AlignedStarts(split, context);
            Count = _starts.Length;
            return;
        }
        Count = (split.Count - 1) / context;
        if (shiftPhase && split.Count >= 2L * context)
        {
            Count = (split.Count - context) / context;
            _phases = context;
        }
    }

    /// <summary>How many windows make one pass.</summary>
    public long Count { get; }

    /// <summary>The position of the first token of window <paramref name="index"/>.</summary>
    public long Start(long index, long epoch)
    {
        if (_starts is not null)
        {
            return _starts[index];
        }
        long phase = _phases == 1 ? 0 : SplitMix64.At(_seed, (ulong)epoch).Below(_phases);
        return phase + (index * _context);
    }

    private static long[] AlignedStarts(TokenSplit split, int context)
    {
        List<long> starts = new(split.DocumentStarts.Count);
        for (int d = 0; d < split.DocumentStarts.Count; d++)
        {
            long length = split.DocumentLength(d);
            for (long inside = 0; inside == 0 ? length > 0 : inside < length - 1; inside += context)
            {
                starts.Add(split.DocumentStarts[d] + inside);
            }
        }
        return [.. starts];
    }
}
