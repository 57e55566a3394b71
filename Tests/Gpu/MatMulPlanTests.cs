using PureLlm.Kernels;
using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

public class MatMulPlanTests
{
    private const int Side = 16, Processors = 132;

    [TestCase(MatMulLayout.NT, 8192, 3072, 768, MatMulKind.LargeTiles, 1)]
    [TestCase(MatMulLayout.TN, 768, 768, 8192, MatMulKind.LargeTiles, 7)]
    [TestCase(MatMulLayout.NT, 1, 50257, 768, MatMulKind.FewRows, 1)]
    [TestCase(MatMulLayout.NN, 4, 768, 50257, MatMulKind.SmallTiles, 22)]
    [TestCase(MatMulLayout.NT, 64, 768, 768, MatMulKind.SmallTiles, 3)]
    [TestCase(MatMulLayout.NN, 16, 16, 0, MatMulKind.Start, 1)]
    public void Sizes_choose_tiles_and_parts_that_occupy_all_processors(MatMulLayout layout, int m, int n, int k, object kind, int parts)
    {
        MatMulPlan plan = MatMulPlan.Choose(layout, m, n, k, Side, Processors);
        Assert.That((plan.Kind, plan.Parts), Is.EqualTo(((MatMulKind)kind, parts)));
    }

    [Test]
    public void Parts_are_whole_steps_that_cover_k([Values(1, 15, 16, 257, 8192)] int k, [Values(1, 2, 7, 40)] int parts)
    {
        MatMulPlan plan = MatMulPlan.WithParts(MatMulKind.LargeTiles, parts, k, Side);
        Assert.That(plan.PartDepth % Side, Is.Zero);
        Assert.That((long)plan.Parts * plan.PartDepth, Is.GreaterThanOrEqualTo(k));
        Assert.That((plan.Parts - 1) * plan.PartDepth, Is.LessThan(k), "No part is empty.");
        Assert.That(plan.Parts, Is.LessThanOrEqualTo(parts));
    }
}
