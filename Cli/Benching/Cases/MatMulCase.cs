using System.Numerics;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

/// <summary>c[M,N] = a·b in one of three layouts; the textbook is three loops.</summary>
internal sealed class MatMulCase(MatMulLayout layout, int m, int n, int k)
    : KernelCase($"matmul.{layout.ToString().ToLowerInvariant()}", nameof(Backend.MatMul), $"{m}×{n}×{k}", 2.0 * m * n * k, new(m * k), new(k * n), KernelBuffer.Output(m * n))
{
    public override void Run(Backend backend, View[] b) => backend.MatMul(layout, b[0], b[1], b[2], m, n, k);

    public override void Textbook<T>(T[][] b)
    {
        (T[] x, T[] w, T[] y) = (b[0], b[1], b[2]);
        (int xRow, int xStep) = layout == MatMulLayout.TN ? (1, m) : (k, 1);
        (int wColumn, int wStep) = layout == MatMulLayout.NT ? (k, 1) : (1, n);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = T.Zero;
                for (int l = 0; l < k; l++) { sum += x[(i * xRow) + (l * xStep)] * w[(j * wColumn) + (l * wStep)]; }
                y[(i * n) + j] = sum;
            }
        }
    }
}
