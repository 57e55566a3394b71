using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

/// <summary>The promise of every explanation, on an example of one's own.</summary>
internal static class ExplainedSums
{
    /// <summary>Terms add up to what the kernels made, rules end in their sum, remarks and places are there for every element (or every so manieth).</summary>
    public static void Hold(OpExample example, int every = 1)
    {
        using CpuBackend backend = new(threads: 2);
        using ExplainedRun run = new(backend, example);
        foreach (int input in run.Explained)
        {
            double[] share = run.Share(input);
            for (int element = 0; element < share.Length; element += every)
            {
                TermSum sum = run.Compare(input, element, share[element]);
                Assert.That(sum.Passed, $"{run.Node.Op.Name} input {input}, element {element}: {sum}");
                Assert.That(run.Explainer.Rule(run.Values, input, element)[^1].Value, Is.EqualTo(sum.Sum).Within(1e-12 + (1e-9 * Math.Abs(sum.Sum))));
                Assert.That(run.Explainer.Observe(run.Values, input, element), Has.All.Property("Kind").Not.Empty.And.All.Property("Text").Not.Empty);
                Assert.That(run.Explainer.Describe(run.Values, input, element), Is.Not.Null);
            }
        }
        for (int element = 0; element < run.Node.Output.Shape.Length; element += every)
        {
            Assert.That(run.Explainer.ForwardRule(run.Values, element)[^1].Value, Is.EqualTo(run.Values.Output[element]).Within(1e-5));
        }
    }
}
