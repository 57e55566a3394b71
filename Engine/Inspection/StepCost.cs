using PureLlm.Autograd;
using PureLlm.Autograd.Ops;

namespace PureLlm.Engine.Inspection;

/// <summary>How much arithmetic an operation is, roughly: what decides whether a proof is made unasked.</summary>
internal static class StepCost
{
    /// <summary>Multiply-adds of one forward pass.</summary>
    public static double Of(StepTrace trace)
    {
        double total = 0;
        for (int n = 0; n < trace.Tape.Count; n++) { total += Of(trace.Tape[n]); }
        return total;
    }

    /// <summary>Numbers that an operation reads and multiply-adds that it makes, forward, by its textbook formula.</summary>
    public static double Alone(Node node)
    {
        double read = 0;
        foreach (Tensor input in node.Inputs) { read += input.Shape.Length; }
        return read + Of(node);
    }

    /// <summary>Multiply-adds of one operation, forward.</summary>
    private static double Of(Node node) => node.Op switch
    {
        MatMul or LinearCrossEntropy => (double)node.Inputs[0].Shape.Rows * node.Inputs[1].Shape.Length,
        Attention => 2.0 * node.Output.Shape.Length * node.Inputs[^1].Shape[1],
        _ => 4.0 * node.Output.Shape.Length,
    };
}
