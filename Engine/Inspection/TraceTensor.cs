using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>A tensor of a trace: who made it, who reads it.</summary>
/// <param name="Id">Unique name in cursors.</param>
/// <param name="Tensor">Its memory.</param>
/// <param name="Parameter">Index of the parameter; −1: none.</param>
/// <param name="Producer">Position of the node that made it; −1: it came from outside.</param>
/// <param name="Consumers">Every (node, input) that reads it, in tape order.</param>
public sealed record TraceTensor(string Id, Tensor Tensor, int Parameter, int Producer, IReadOnlyList<(int Node, int Input)> Consumers)
{
    /// <summary>"parameter", "activation", "input" (with a gradient that moves nothing) or "constant".</summary>
    public string Role => Parameter >= 0 ? "parameter" : Producer >= 0 ? "activation" : Tensor.NeedsGradient ? "input" : "constant";

    /// <summary>Operations that add to its gradient, in the order in which they do: from the end of the tape; one that reads it twice counts once.</summary>
    public IEnumerable<int> Contributors => Consumers.Select(consumer => consumer.Node).Distinct().OrderDescending();
}
