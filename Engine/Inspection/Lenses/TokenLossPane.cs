using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;

namespace PureLlm.Engine.Inspection.Lenses;

/// <summary>view=tokens: the loss of every token, as the kernels computed it.</summary>
internal static class TokenLossPane
{
    public static StepView Of(StepScene scene, StepView view)
    {
        if (Find(scene.Trace) is not { } found)
        {
            return view with { Notes = [.. view.Notes, new("no tokens", "the loss of this step is not a mean over tokens: it has no cross-entropy", null)] };
        }
        (int node, Tokens targets) = found;
        int[] ids = targets.ToArray();
        double[] losses = Array.ConvertAll(scene.Trace.ValuesOf(node).Saved[..ids.Length].ToArray(), loss => (double)loss);
        int[] counted = [.. Enumerable.Range(0, ids.Length).Where(i => ids[i] != Tokens.Ignored)];
        if (counted.Length == 0) { return view with { TokenLosses = losses }; }
        double mean = counted.Average(i => losses[i]);
        int hardest = counted.MaxBy(i => losses[i]);
        string target = scene.Trace.Subject.Targets.ElementAtOrDefault(hardest) is { } text ? $" (\"{text.Replace("\n", "⏎", StringComparison.Ordinal)}\")" : "";
        return view with
        {
            TokenLosses = losses,
            ReadAs =
            [
                .. view.ReadAs,
                $"{counted.Length} tokens cost {NumberText.Of(mean)} nats on average: as if each were drawn from {NumberText.Of(Math.Round(Math.Exp(mean), 2))} equally likely ones",
                $"the hardest is the one after {SelectedRow.Token(scene, hardest, hardest % targets.Time)}: {NumberText.Of(losses[hardest])} nats; the model gave the right token{target} a probability of {NumberText.Of(Math.Exp(-losses[hardest]))}",
            ],
            Notes = counted.Length == ids.Length ? view.Notes : [.. view.Notes, new("ignored targets", $"{ids.Length - counted.Length} of {ids.Length} tokens take no part in the loss; theirs is 0", null)],
        };
    }

    /// <summary>The node of the loss and what it should have said; null: there is no cross-entropy.</summary>
    public static (int Node, Tokens Targets)? Find(StepTrace trace)
    {
        for (int n = trace.Tape.Count - 1; n >= 0; n--)
        {
            switch (trace.Tape[n].Op)
            {
                case LinearCrossEntropy loss: return (n, loss.Targets);
                case CrossEntropy loss: return (n, loss.Targets);
                default: break;
            }
        }
        return null;
    }
}
