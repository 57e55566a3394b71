using PureLlm.Kernels;

namespace PureLlm.Autograd.Memory;

/// <summary>Activation checkpointing: what the backward pass computes again instead of keeping it; the gradients have the same bits.</summary>
public enum Recomputation
{
    /// <summary>Everything that a gradient needs is kept.</summary>
    None,

    /// <summary>Of each segment only what leaves it is kept, the rest is computed again just before its gradients (Chen et al. 2016, arXiv:1604.06174).</summary>
    Block,

    /// <summary>Of each segment, what is cheap to compute from kept values is computed again: norms and activation functions, no matrix products and no attention (Korthikanti et al. 2022, arXiv:2205.05198).</summary>
    Selective,
}

/// <summary>How a tape shares memory between values that are never needed at the same time.</summary>
/// <remarks>The tape then learns the whole pass before it computes it for the first time: operations run when a value is asked for, or at the backward pass.
/// From the second step on they run at once. The last tensor is the loss; only tensors that no operation reads can be looked at after a pass,
/// all others from an <see cref="ITapeObserver"/> right after their operation. Without a plan a tape keeps every value until the next step.</remarks>
/// <param name="Recompute">What the backward pass computes again.</param>
/// <param name="Activations">What waits for the backward pass is stored in this format; arithmetic stays float32.</param>
public sealed record TapeMemory(Recomputation Recompute = Recomputation.None, StorageFormat Activations = StorageFormat.Float32)
{
    /// <summary>Overwrites what is released with NaN, so that a value that is read too late is seen.</summary>
    internal bool Poisons { get; init; }
}
