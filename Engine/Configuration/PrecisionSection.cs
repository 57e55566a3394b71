using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Configuration;

/// <summary>[precision]: the number formats in which things are kept; arithmetic is always in float32.</summary>
public sealed record PrecisionSection
{
    /// <summary>What the computation sees of the matrices; a float32 master is kept in any case.</summary>
    public StorageFormat Weights { get; init; } = StorageFormat.Float32;

    /// <summary>Gradients of the matrices; in 16 bits rounded at random.</summary>
    public StorageFormat Gradients { get; init; } = StorageFormat.Float32;

    /// <summary>What the optimizer remembers; in 16 bits rounded at random.</summary>
    public StorageFormat Moments { get; init; } = StorageFormat.Float32;

    /// <summary>What is kept from the forward to the backward pass.</summary>
    public StorageFormat Activations { get; init; } = StorageFormat.Float32;

    /// <summary>Factor of the loss that keeps float16 gradients in their range; other formats do without.</summary>
    public LossScale LossScale { get; init; } = LossScale.Dynamic;

    /// <summary>How the slabs of a model keep matrices and their gradients.</summary>
    public SlabFormats Slabs => new(Weights == StorageFormat.Float32 ? StorageFormat.Float32 : StorageFormat.SplitFloat32, Gradients);

    /// <summary>The factor that applies: none but for float16 gradients.</summary>
    public LossScale AppliedLossScale => Gradients == StorageFormat.Float16 ? LossScale : LossScale.None;
}

/// <summary>A factor of the loss, and of every gradient until the update takes it out again (Micikevicius et al. 2018, arXiv 1710.03740).</summary>
/// <param name="Value">The factor, or where a dynamic one begins.</param>
/// <param name="IsDynamic">Halved at an overflow, doubled after <see cref="GrowthInterval"/> steps without one.</param>
public readonly record struct LossScale(double Value, bool IsDynamic)
{
    public const int GrowthInterval = 1000;

    /// <summary>The largest that it grows to.</summary>
    public const double Largest = 1 << 24;

    public static LossScale None => new(1, false);

    public static LossScale Dynamic => new(1 << 16, true);
}
