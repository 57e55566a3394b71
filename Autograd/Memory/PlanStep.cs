namespace PureLlm.Autograd.Memory;

internal enum PlanAction
{
    /// <summary>The node's forward pass, the first time or again.</summary>
    Forward,

    /// <summary>The node's output goes to 16-bit storage.</summary>
    Narrow,

    /// <summary>The node's output comes back from 16-bit storage.</summary>
    Widen,

    /// <summary>The node's backward pass.</summary>
    Backward,
}

/// <summary>One step of a planned pass.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Node">Position of the node.</param>
/// <param name="Value">Where the output lies during this step; none in a backward step.</param>
/// <param name="Store">The 16-bit storage, where the step uses one.</param>
/// <param name="Workspace">Scratch of the op, if it needs any.</param>
internal readonly record struct PlanStep(PlanAction Action, int Node, MemoryBlock? Value = null, MemoryBlock? Store = null, MemoryBlock? Workspace = null);
