using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>Keys and values of the positions decoded so far, for every block of a model: 2·L·G·D·capacity floats for each sequence.</summary>
public sealed class DecoderCache : IDisposable
{
    private readonly KeyValueCache[] caches;

    /// <param name="backend">Where it lives.</param>
    /// <param name="config">Of the model.</param>
    /// <param name="batch">Sequences decoded side by side.</param>
    /// <param name="capacity">Positions that fit; by default the model's context.</param>
    public DecoderCache(Backend backend, ModelConfig config, int batch = 1, int capacity = 0)
    {
        Capacity = capacity > 0 ? capacity : config.Context;
        caches = new KeyValueCache[config.Layers];
        for (int i = 0; i < caches.Length; i++) { caches[i] = new KeyValueCache(backend, batch, Capacity, config.KeyValueHeads * config.HeadSize); }
    }

    /// <summary>Of one block.</summary>
    public KeyValueCache this[int block] => caches[block];

    public int Capacity { get; }

    /// <summary>Positions held.</summary>
    public int Length => caches.Length == 0 ? 0 : caches[0].Length;

    /// <summary>Forgets the positions from <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        foreach (KeyValueCache cache in caches) { cache.Truncate(length); }
    }

    public void Dispose()
    {
        foreach (KeyValueCache cache in caches) { cache.Dispose(); }
    }
}
