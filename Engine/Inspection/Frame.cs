namespace PureLlm.Engine.Inspection;

/// <summary>What happens in a frame.</summary>
public enum FrameKind
{
    /// <summary>Gradients are set to 0.</summary>
    Zero,

    /// <summary>An operation runs forward.</summary>
    Forward,

    /// <summary>∂L/∂L = 1.</summary>
    Seed,

    /// <summary>An operation runs backward.</summary>
    Backward,

    /// <summary>A tensor that several operations read gets the share of one of them.</summary>
    Accumulate,

    /// <summary>The gradient's norm is limited.</summary>
    Clip,

    /// <summary>The optimizer moves a parameter.</summary>
    Update,

    /// <summary>The loss after the update, beside its prediction.</summary>
    Check,
}

/// <summary>One stop of a step, in the order of the tape.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Id">Stable name in cursors: "z", "f12" (forward of node 12), "s", "b12", "a12.0" (node 12 adds to its input 0), "c", "u3" (parameter 3), "k".</param>
/// <param name="Kind">What happens.</param>
/// <param name="Node">Position of the operation on the tape; −1: none.</param>
/// <param name="Input">The node's input that <see cref="FrameKind.Accumulate"/> adds to; −1: none.</param>
/// <param name="Parameter">Index of the parameter that is updated; −1: none.</param>
/// <param name="Module">Path of the module: "blocks.0.attention"; empty outside modules.</param>
/// <param name="Text">One line: "bwd rms_norm → x".</param>
public sealed record Frame(int Index, string Id, FrameKind Kind, int Node, int Input, int Parameter, string Module, string Text);
