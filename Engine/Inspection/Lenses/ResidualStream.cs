using PureLlm.Autograd;
using PureLlm.Autograd.Ops;

namespace PureLlm.Engine.Inspection.Lenses;

/// <summary>The residual stream after a part of the model: what it is, and what the part wrote to it.</summary>
/// <param name="Part">"embedding", "blocks.0.attention", "blocks.0.mlp".</param>
/// <param name="State">The stream [B, T, C].</param>
/// <param name="Written">What was added; null where a norm follows the addition, so that there is no plain sum.</param>
internal sealed record StreamState(string Part, Tensor State, Tensor? Written);

/// <summary>The residual stream of a decoder as it lies on a tape, with what turns its end into logits.</summary>
/// <param name="States">From the embedding to the last block.</param>
/// <param name="Norm">The final norm; null where each sublayer ends with one.</param>
/// <param name="Head">The output matrix [V, C].</param>
/// <param name="Targets">What should have been said.</param>
internal sealed record ResidualStream(IReadOnlyList<StreamState> States, Node? Norm, Tensor Head, Tokens Targets)
{
    private const string Around = "_residual";

    /// <summary>Finds the stream by the names of the modules; null where the tape holds no decoder with a head.</summary>
    public static ResidualStream? Find(Tape tape)
    {
        Node[] nodes = [.. Enumerable.Range(0, tape.Count).Select(n => tape[n])];
        Node[] additions = [.. nodes.Where(node => node.Op is Add && node.Scope.EndsWith(Around, StringComparison.Ordinal) && !node.Scope.StartsWith("encoder.", StringComparison.Ordinal))];
        if (nodes.LastOrDefault(node => node.Op is LinearCrossEntropy) is not { } loss || additions.Length == 0) { return null; }
        Tensor hidden = loss.Inputs[0];
        bool isPlainSum = additions.Length == 1 || ReferenceEquals(additions[1].Inputs[0], additions[0].Output);
        List<StreamState> states = [new("embedding", additions[0].Inputs[0], additions[0].Inputs[0])];
        foreach (Node addition in additions)
        {
            string part = addition.Scope[..^Around.Length];
            Node? normed = isPlainSum ? null : nodes.First(node => node.Index > addition.Index && ReferenceEquals(node.Inputs[0], addition.Output));
            states.Add(isPlainSum ? new(part, addition.Output, addition.Inputs[1]) : new(part, normed!.Output, null));
        }
        if (!isPlainSum) { states[0] = states[0] with { Written = null }; }
        Node? last = nodes.FirstOrDefault(node => ReferenceEquals(node.Output, hidden));
        Node? norm = isPlainSum && last?.Op is RmsNorm or LayerNorm ? last : null;
        bool ends = ReferenceEquals(norm is null ? hidden : norm.Inputs[0], states[^1].State);
        return ends ? new ResidualStream(states, norm, loss.Inputs[1], ((LinearCrossEntropy)loss.Op).Targets) : null;
    }
}
