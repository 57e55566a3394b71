using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>Token ids [batch, time] on a device: the input of an embedding, or the targets of a loss. Rewritten in place for every batch.</summary>
public sealed class Tokens(Backend backend, int batch, int time) : IDisposable
{
    /// <summary>A target with this id takes no part in the loss.</summary>
    public const int Ignored = -100;

    private readonly TensorBuffer buffer = backend.Allocate(checked(batch * time));

    /// <summary>Sequences (B).</summary>
    public int Batch { get; } = batch;

    /// <summary>Tokens of a sequence (T).</summary>
    public int Time { get; } = time;

    public int Rows => Batch * Time;

    /// <summary>The ids by their bits, one to a word.</summary>
    public View Ids => new(buffer, 0, Rows);

    /// <summary>Ids that are not <see cref="Ignored"/>, counted when they were set.</summary>
    public int Counted { get; private set; }

    /// <summary>Factor of each token's loss: 1 / <see cref="Counted"/> after <see cref="Set"/>; accumulation over several batches sets 1 / (tokens of all of them).</summary>
    public float LossWeight { get; set; }

    /// <summary>Replaces all ids.</summary>
    /// <exception cref="ArgumentException">Another number of ids than rows.</exception>
    public void Set(ReadOnlySpan<int> ids)
    {
        if (ids.Length != Rows) { throw new ArgumentException($"{ids.Length} token ids given where [{Batch}, {Time}] are expected."); }
        backend.WriteTokens(ids, Ids);
        Counted = ids.Length - ids.Count(Ignored);
        LossWeight = Counted == 0 ? 0f : 1f / Counted;
    }

    /// <summary>The ids, read back.</summary>
    public int[] ToArray()
    {
        int[] ids = new int[Rows];
        backend.ReadTokens(Ids, ids);
        return ids;
    }

    public void Dispose() => buffer.Dispose();
}
