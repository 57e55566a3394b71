namespace PureLlm.Kernels.Gpu;

/// <summary>An <see cref="AttentionShape"/> as the kernels read it. Query i sees key j where Least ≤ FirstPosition + i − j &lt; End.</summary>
internal readonly struct AttentionSizes(in AttentionShape shape)
{
    public readonly int Batch = shape.Batch, Queries = shape.Queries, Keys = shape.Keys, HeadSize = shape.HeadSize;
    public readonly int Heads = shape.Heads, KeyValueHeads = shape.KeyValueHeads, Share = shape.Heads / shape.KeyValueHeads;
    public readonly int QueryStride = shape.QueryStride, KeyStride = shape.KeyStride, ValueStride = shape.ValueStride, OutputStride = shape.OutputStride;
    public readonly int KeyBatchStride = shape.KeyBatchStride;
    public readonly float Scale = shape.Scale;

    /// <summary>Position of query 0; negative where there are more queries than keys.</summary>
    public readonly int FirstPosition = shape.Keys - shape.Queries;

    /// <summary>The least distance back at which a key is seen; below 0 = ahead.</summary>
    public readonly int Least = shape.Causal ? 0 : -shape.Queries;

    /// <summary>The distance back from which on no key is seen.</summary>
    public readonly int End = shape.Causal && shape.Window > 0 ? Math.Min(shape.Window, shape.Keys) : shape.Keys;

    public int FirstKeyOf(int query) => Math.Max(0, FirstPosition + query - End + 1);

    /// <summary>End of the keys that a query sees.</summary>
    public int EndKeyOf(int query) => Math.Min(Keys, FirstPosition + query - Least + 1);

    public int FirstQueryOf(int key) => Math.Max(0, key + Least - FirstPosition);

    /// <summary>End of the queries that see a key.</summary>
    public int EndQueryOf(int key) => Math.Min(Queries, key + End - FirstPosition);

    public bool Sees(int query, int key)
    {
        int distance = FirstPosition + query - key;
        return (distance >= Least) & (distance < End) & (query < Queries) & (key < Keys);
    }

    /// <summary>Every one of <paramref name="tile"/> queries sees every one of as many keys.</summary>
    public bool SeesAll(int query, int key, int tile)
    {
        int distance = FirstPosition + query - key;
        return (distance - tile + 1 >= Least) & (distance + tile - 1 < End) & (query + tile <= Queries) & (key + tile <= Keys);
    }

    public long QueryRow(int batch, int query, int head) => ((((long)batch * Queries) + query) * QueryStride) + (head * HeadSize);

    public long OutputRow(int batch, int query, int head) => ((((long)batch * Queries) + query) * OutputStride) + (head * HeadSize);

    public long KeyRow(int batch, int key, int group) => ((((long)batch * KeyBatchStride) + key) * KeyStride) + (group * HeadSize);

    public long ValueRow(int batch, int key, int group) => ((((long)batch * KeyBatchStride) + key) * ValueStride) + (group * HeadSize);

    /// <summary>Where a row's logSumExp lies.</summary>
    public int Statistic(int batch, int query, int head) => (((batch * Heads) + head) * Queries) + query;
}
