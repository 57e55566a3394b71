using PureLlm.Cli.Benching.Cases;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Every kernel of <see cref="Backend"/> at a size that language models use.</summary>
internal static class KernelCases
{
    private static readonly HeadRows Heads = new(4, 256, 6, 64);

    /// <summary>What <c>bench kernel</c> measures when no shape is given.</summary>
    public static IReadOnlyList<KernelCase> All =>
    [
        .. MatMul(256, 768, 768), .. MatMul(1024, 384, 384), .. MatMul(255, 767, 769),
        new MatMulCase(MatMulLayout.NT, 8, 768, 3072), new MatMulCase(MatMulLayout.NT, 1, 3072, 768),
        .. OfHeads(Heads),
        .. Rows(1024, 768),
        new HeadNormCase(512, 6, 2, 64), new HeadNormBackwardCase(512, 6, 2, 64),
        new EmbeddingCase(1024, 4096, 384), new EmbeddingBackwardCase(1024, 4096, 384),
        new CrossEntropyCase(128, 4096), new CrossEntropyBackwardCase(128, 4096),
        .. Elements(1 << 20),
    ];

    /// <summary>All kernels that take M×N×K, rows×columns, or batch×time×heads×head size.</summary>
    /// <exception cref="CliException">The text is neither.</exception>
    public static IReadOnlyList<KernelCase> Of(string shape)
    {
        string[] parts = shape.Split('x', '×', 'X');
        int[] sizes = [.. parts.Select(part => int.TryParse(part, out int size) && size > 0 ? size : 0)];
        if (sizes.Length is not (2 or 3 or 4) || sizes.Contains(0) || sizes.Aggregate(1L, (product, size) => product * size) > 1L << 37 || (sizes.Length != 3 && sizes.Aggregate(1L, (product, size) => product * size) > 1 << 28) || (sizes.Length == 4 && sizes[3] % 2 == 1))
        {
            throw new CliException(ExitCode.Usage, $"bench kernel --shape {shape}: give MxNxK for the matrix products (256x768x768), batch x time x heads x head size for attention (4x256x6x64), or rows x columns for the others (1024x768)");
        }
        if (sizes.Length == 4) { return OfHeads(new HeadRows(sizes[0], sizes[1], sizes[2], sizes[3])); }
        return sizes.Length == 3 ? [.. MatMul(sizes[0], sizes[1], sizes[2])]
            : [.. Rows(sizes[0], sizes[1]), new CrossEntropyCase(sizes[0], sizes[1]), new CrossEntropyBackwardCase(sizes[0], sizes[1]), .. Elements(sizes[0] * sizes[1])];
    }

    private static KernelCase[] OfHeads(HeadRows rows) => [new AttentionCase(rows), new AttentionBackwardCase(rows), new RotaryCase(rows), new RotaryBackwardCase(rows)];

    private static IEnumerable<KernelCase> MatMul(int m, int n, int k) =>
        new[] { MatMulLayout.NT, MatMulLayout.NN, MatMulLayout.TN }.Select(layout => new MatMulCase(layout, m, n, k));

    private static IEnumerable<KernelCase> Rows(int rows, int columns) =>
    [
        new RmsNormCase(rows, columns), new RmsNormBackwardCase(rows, columns), new LayerNormCase(rows, columns), new LayerNormBackwardCase(rows, columns),
        new SoftmaxCase(rows, columns), new SoftmaxBackwardCase(rows, columns), new AddRowsCase(rows, columns), new AddRowsBackwardCase(rows, columns),
    ];

    private static IEnumerable<KernelCase> Elements(int n) =>
    [
        new SiluCase(n), new SiluBackwardCase(n), new GeluCase(n), new GeluBackwardCase(n), new SwiGluCase(n), new SwiGluBackwardCase(n),
        new AdamWCase(n), new SgdCase(n), new MomentumCase(n), new CopyCase(n), new FillCase(n), new AddCase(n), new AccumulateCase(n), new ScaleCase(n), new NormalizeCase(n), new MultiplyCase(n), new MultiplyBackwardCase(n),
        new DropoutCase(n), new DropoutBackwardCase(n), new NarrowCase(n), new WidenCase(n), new SumCase(n), new SumOfSquaresCase(n), new ClipFactorCase(Math.Min(n, 64)),
    ];
}
