using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Autograd.Ops;

/// <summary>x·wᵀ + b in float64, for the twins of matrix products: the sums of the textbook's three loops, sixteen rows at a time.</summary>
/// <remarks>x [rows, k], w [n, k], b [n] or none, y [rows, n]: y[i,j] = b[j] + x[i,0]·w[j,0] + x[i,1]·w[j,1] + …, every product and every sum rounded, in this
/// order. So the bits are those of the three loops, however many threads share the columns.</remarks>
internal static class TwinProduct
{
    /// <summary>Rows whose sums run side by side: four vectors of four.</summary>
    private const int Rows = 16;

    /// <summary>Columns of the result that one thread makes at a time.</summary>
    private const int Columns = 32;

    /// <summary>Multiply-adds below which one thread is faster than two.</summary>
    private const long Small = 1 << 18;

    public static double[] Of(double[] x, double[] w, double[]? bias, int rows, int n, int k)
    {
        double[] y = new double[rows * n], panels = Panels(x, rows, k);
        int blocks = (n + Columns - 1) / Columns;
        void Block(int block)
        {
            int end = Math.Min(n, (block + 1) * Columns);
            for (int first = 0; first < rows; first += Rows)
            {
                for (int j = block * Columns; j < end; j++) { Column(panels, w.AsSpan(j * k, k), bias is null ? 0 : bias[j], first, y.AsSpan(j), Math.Min(Rows, rows - first), n); }
            }
        }
        if ((long)rows * n * k >= Small) { Parallel.For(0, blocks, Block); }
        else
        {
            for (int block = 0; block < blocks; block++) { Block(block); }
        }
        return y;
    }

    /// <summary>Sixteen rows of x after the other, each group column by column: what is multiplied by one weight lies side by side. Zeros stand for rows beyond the last.</summary>
    private static double[] Panels(double[] x, int rows, int k)
    {
        double[] panels = new double[(rows + Rows - 1) / Rows * Rows * k];
        for (int i = 0; i < rows; i++)
        {
            int start = (i / Rows * Rows * k) + (i % Rows);
            for (int p = 0; p < k; p++) { panels[start + (p * Rows)] = x[(i * k) + p]; }
        }
        return panels;
    }

    /// <summary>y[first + r] of one column, for <paramref name="count"/> rows that lie <paramref name="stride"/> apart.</summary>
    private static void Column(double[] panels, ReadOnlySpan<double> weights, double bias, int first, Span<double> y, int count, int stride)
    {
        Vector256<double> a = Vector256.Create(bias), b = a, c = a, d = a;
        ref double x = ref MemoryMarshal.GetReference(panels.AsSpan(first * weights.Length, Rows * weights.Length));
        for (int p = 0; p < weights.Length; p++)
        {
            Vector256<double> weight = Vector256.Create(weights[p]);
            a += Vector256.LoadUnsafe(ref x) * weight;
            b += Vector256.LoadUnsafe(ref x, 4) * weight;
            c += Vector256.LoadUnsafe(ref x, 8) * weight;
            d += Vector256.LoadUnsafe(ref x, 12) * weight;
            x = ref Unsafe.Add(ref x, Rows);
        }
        Span<double> sums = stackalloc double[Rows];
        a.CopyTo(sums);
        b.CopyTo(sums[4..]);
        c.CopyTo(sums[8..]);
        d.CopyTo(sums[12..]);
        for (int r = 0; r < count; r++) { y[(first + r) * stride] = sums[r]; }
    }
}
