using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>How an optimizer keeps what it remembers.</summary>
/// <param name="Format">Float32, or bfloat16, rounded at random.</param>
/// <param name="Seed">Decides that rounding, with the step.</param>
public readonly record struct MomentStorage(StorageFormat Format, ulong Seed);

/// <summary>Moves the parameters against their gradients, over whole slabs, and owns what it remembers between steps.</summary>
/// <remarks>Knows nothing about losses, batches or schedules. A step allocates nothing and its bits do not depend on the number of threads.</remarks>
public abstract class Optimizer(Backend backend, ParameterSlabs slabs, MomentStorage storage = default) : IDisposable
{
    private readonly List<TensorBuffer> owned = [];

    /// <summary>"adamw", "sgd" or "muon".</summary>
    public abstract string Name { get; }

    /// <summary>The slabs that hold what is remembered between steps, by the name that they are saved under.</summary>
    public abstract IReadOnlyList<(string Name, View Slab)> State { get; }

    protected Backend Backend => backend;

    protected ParameterSlabs Slabs => slabs;

    /// <summary>Bytes of <see cref="State"/>.</summary>
    public long StateBytes => owned.Sum(buffer => buffer.Bytes);

    /// <summary>One update of all parameters.</summary>
    /// <param name="step">1 for the first update.</param>
    /// <param name="learningRate">η of this update.</param>
    /// <param name="scale">Factor of all gradients, from clipping.</param>
    public abstract void Step(long step, double learningRate, GradientScale scale);

    /// <summary>How a parameter of the slabs is moved.</summary>
    public abstract UpdateRule RuleOf(Parameter parameter);

    /// <summary>Forgets all steps.</summary>
    public void Reset()
    {
        foreach ((string _, View slab) in State)
        {
            backend.Fill(slab, 0f);
        }
    }

    public virtual void Dispose()
    {
        owned.ForEach(buffer => buffer.Dispose());
        owned.Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>Memory for a moment of so many elements, 0 at first.</summary>
    private protected View Moment(int length)
    {
        TensorBuffer buffer = backend.Allocate(length, storage.Format);
        owned.Add(buffer);
        return new View(buffer, 0, length);
    }

    /// <summary>Chooses how the moments are rounded in a step.</summary>
    private protected void SetRandomness(long step)
    {
        for (int i = 0; i < owned.Count; i++) { owned[i].Rounding = new RandomStream(storage.Seed, StableHash.Of("moments") + ((ulong)step << 20) + ((ulong)i << 16)); }
    }

    /// <summary>The optimizer that [train] asks for.</summary>
    /// <param name="train">Kind and hyper-parameters.</param>
    /// <param name="model">Where Muon finds the sizes of packed projections.</param>
    /// <param name="slabs">Parameters with gradients and moments.</param>
    /// <param name="backend">Where they live.</param>
    /// <param name="storage">How moments are kept.</param>
    public static Optimizer Create(TrainSection train, ModelConfig model, ParameterSlabs slabs, Backend backend, MomentStorage storage = default) => train.Optimizer switch
    {
        OptimizerKind.Sgd => new Sgd(backend, slabs, train.Momentum, train.Decay, train.Nesterov, storage),
        OptimizerKind.Muon => new Muon(backend, slabs, model, train, storage),
        _ => new AdamW(backend, slabs, train.Beta1, train.Beta2, train.Epsilon, train.Decay, storage),
    };
}
