namespace PureLlm.Engine.Data;

/// <summary>A long sequence of token ids, in memory or in a mapped file.</summary>
public abstract class TokenStore : IDisposable
{
    /// <summary>How many tokens there are.</summary>
    public abstract long Count { get; }

    /// <summary>Copies the tokens from <paramref name="start"/> on; the range must lie inside the store.</summary>
    public abstract void Read(long start, Span<int> destination);

    /// <summary>Copies the tokens from <paramref name="start"/> on, going on at the beginning after the end.</summary>
    public void ReadAround(long start, Span<int> destination)
    {
        while (!destination.IsEmpty)
        {
            start %= Count;
            int take = (int)Math.Min(destination.Length, Count - start);
            Read(start, destination[..take]);
            destination = destination[take..];
            start += take;
        }
    }

    /// <summary>The tokens in [<paramref name="start"/>, <paramref name="start"/> + <paramref name="count"/>), without a copy.</summary>
    public TokenStore Slice(long start, long count) => new TokenSlice(this, start, count);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class TokenSlice(TokenStore whole, long first, long count) : TokenStore
    {
        public override long Count { get; } =
            first >= 0 && count >= 0 && first + count <= whole.Count
                ? count
                : throw new ArgumentOutOfRangeException(nameof(count), $"[{first}, {first}+{count}) leaves a store of {whole.Count} tokens.");

        public override void Read(long start, Span<int> destination) => whole.Read(first + start, destination);
    }
}

/// <summary>Tokens in memory: two bytes each where the vocabulary allows it, else four.</summary>
public sealed class MemoryTokens : TokenStore
{
    private readonly ushort[]? _narrow;
    private readonly int[]? _wide;

    public MemoryTokens(ReadOnlySpan<int> tokens, int vocabularySize)
    {
        if (vocabularySize > ushort.MaxValue + 1)
        {
            _wide = tokens.ToArray();
            return;
        }
        _narrow = new ushort[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            _narrow[i] = (ushort)tokens[i];
        }
    }

    public override long Count => _narrow?.Length ?? _wide!.Length;

    public override void Read(long start, Span<int> destination)
    {
        if (_narrow is null)
        {
            _wide.AsSpan((int)start, destination.Length).CopyTo(destination);
            return;
        }
        ReadOnlySpan<ushort> source = _narrow.AsSpan((int)start, destination.Length);
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = source[i];
        }
    }
}

/// <summary>Several stores, one after the other.</summary>
public sealed class JoinedTokens(IReadOnlyList<TokenStore> parts) : TokenStore
{
    public override long Count { get; } = parts.Sum(p => p.Count);

    public override void Read(long start, Span<int> destination)
    {
        for (int p = 0; !destination.IsEmpty; p++)
        {
            if (start >= parts[p].Count)
            {
                start -= parts[p].Count;
                continue;
            }
            int take = (int)Math.Min(destination.Length, parts[p].Count - start);
            parts[p].Read(start, destination[..take]);
            destination = destination[take..];
            start = 0;
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (TokenStore part in parts)
        {
            part.Dispose();
        }
    }
}
