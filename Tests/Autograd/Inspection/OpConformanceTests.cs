using PureLlm.Autograd.Inspection;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Kernels;

namespace PureLlm.Tests.Autograd.Inspection;

public sealed class OpConformanceTests
{
    [Test]
    public void The_processor_conforms_to_the_textbook_loops()
    {
        using CpuBackend cpu = new(threads: 2);
        using PlainBackend plain = new();
        OpConformanceResult[] results = [.. OpConformance.Run(cpu, plain)];
        Assert.That(results, Has.Length.EqualTo(OpCatalog.Examples.Count()));
        Assert.That(results.Where(result => !result.Passes()), Is.Empty);
    }

    [Test]
    public void A_wrong_kernel_and_one_that_changes_its_bits_are_found()
    {
        using Wrong wrong = new();
        using Restless restless = new();
        using PlainBackend plain = new();
        Assert.That(OpConformance.Run(wrong, plain).Where(result => !result.Passes()).Select(result => result.Op), Has.Some.StartsWith("softmax"));
        Assert.That(OpConformance.Run(restless, plain).Where(result => !result.Passes(1)).Select(result => result.RelativeError), Is.Not.Empty.And.All.EqualTo(double.PositiveInfinity));
    }

    private sealed class Wrong : PlainBackend
    {
        public override void Softmax(View x, View y, int rows, int columns)
        {
            base.Softmax(x, y, rows, columns);
            y.Span[^1] += 1e-3f;
        }
    }

    private sealed class Restless : PlainBackend
    {
        private float calls;

        public override void Softmax(View x, View y, int rows, int columns)
        {
            base.Softmax(x, y, rows, columns);
            y.Span[0] += 1e-6f * ++calls;
        }
    }
}
