using PureLlm.Autograd;

namespace PureLlm.Engine.Modules;

/// <summary>A learned tensor: described when its module is made, in memory after <see cref="LanguageModel.Allocate"/>.</summary>
public sealed class Parameter(string name, Shape shape, Initializer initializer)
{
    private Tensor? tensor;

    /// <summary>Path in the model: "blocks.0.attention.qkv.weight".</summary>
    public string Name { get; } = name;

    public Shape Shape { get; } = shape;

    public Initializer Initializer { get; } = initializer;

    /// <summary>Weight decay applies to matrices, the embedding included, and not to biases and norm weights.</summary>
    public bool Decays => Shape.Rank >= 2;

    /// <summary>Its place in every slab.</summary>
    public int Offset { get; internal set; }

    public bool IsAllocated => tensor is not null;

    /// <summary>The values, with their gradient in training.</summary>
    /// <exception cref="InvalidOperationException">The model has no memory yet.</exception>
    public Tensor Tensor
    {
        get => tensor ?? throw new InvalidOperationException($"'{Name}' {Shape} has no memory yet; call Allocate on the model first.");
        internal set => tensor = value;
    }

    public override string ToString() => $"'{Name}' {Shape}";
}
