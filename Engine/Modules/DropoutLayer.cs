using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>Dropout on tapes that record; nothing on tapes that only evaluate.</summary>
public sealed class DropoutLayer(string path, double rate) : Module(path)
{
    private Dropout? op = rate > 0 ? new Dropout((float)rate) : null;
    private readonly ulong name = StableHash.Of(path);

    public Tensor Forward(Tape tape, Tensor x)
    {
        if (op is null || !tape.Records) { return x; }
        tape.Scope = Path;
        return tape.Apply(op, x);
    }

    /// <summary>Chooses the mask: another for every layer, step and micro-batch, the same whenever that step is run again.</summary>
    /// <param name="keepsEarlier">What was applied before keeps its mask, for a tape with several micro-batches.</param>
    internal void SetRandomness(ulong seed, long step, int microBatch, bool keepsEarlier = false)
    {
        if (op is not null && keepsEarlier) { op = new Dropout((float)rate); }
        if (op is not null) { op.Stream = new RandomStream(seed, StableHash.Combine(name, step, microBatch)); }
    }
}
