using PureLlm.Engine.Inspection.Updates;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection.Updates;

public sealed class HostPiecesTests
{
    [TestCase(1)]
    [TestCase(65_536)]
    [TestCase(65_537)]
    [TestCase((16 * 65_536) + 3, Description = "more than one piece")]
    public void Every_number_is_seen_once_beside_its_neighbour_and_written_back(int length)
    {
        using CpuBackend backend = new(2);
        using TensorBuffer a = backend.Allocate(length), b = backend.Allocate(length), to = backend.Allocate(length);
        for (int i = 0; i < length; i++) { (a.Span[i], b.Span[i]) = (i % 1000, 1 + (i % 7)); }
        View first = new(a, 0, length), second = new(b, 0, length);
        var pieces = new HostPieces(backend);
        double[] sums = new double[HostPieces.PartsOf(length)];
        pieces.Read((part, numbers) =>
        {
            for (int i = 0; i < numbers[0].Count; i++) { sums[part] += numbers[0][i] * numbers[1][i]; }
        }, first, second);
        Assert.That(sums.Sum(), Is.EqualTo(Enumerable.Range(0, length).Sum(i => (double)(i % 1000) * (1 + (i % 7)))));

        pieces.Write(new View(to, 0, length), (_, numbers) =>
        {
            for (int i = 0; i < numbers[0].Count; i++) { numbers[0].AsSpan()[i] -= numbers[1][i]; }
        }, first, second);
        Assert.That(Enumerable.Range(0, length).All(i => to.Span[i] == (i % 1000) - 1 - (i % 7)));
        Assert.That(a.Span[length - 1], Is.EqualTo((length - 1) % 1000), "what is read stays as it is");
    }
}
