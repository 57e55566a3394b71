namespace PureLlm.Kernels.Cpu;

/// <content>Matrix products with weights or their gradients in 16 bits: panel by panel, each in float32 while it is in the cache.</content>
public sealed unsafe partial class CpuBackend
{
    // Numbers of a panel: large against what is packed again for each, small against a last-level cache.
    private const int PanelNumbers = 1 << 20;

    private void MultiplyStored(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate, View bias)
    {
        if (IsStored(b) && IsStored(c))
        {
            throw new ArgumentException("MatMul: 'b' and 'c' cannot both be kept in 16 bits.");
        }
        float* pa = Pointer(a, (long)m * k, "MatMul", nameof(a));
        if (IsStored(c))
        {
            MultiplyInto(layout, pa, Pointer(b, (long)k * n, "MatMul", nameof(b)), c, m, n, k, accumulate, bias.IsEmpty ? null : Pointer(bias, n, "MatMul", nameof(bias)));
        }
        else if (layout == MatMulLayout.NT)
        {
            MultiplyByRowsOf(b, pa, Pointer(c, (long)m * n, "MatMul", nameof(c)), m, n, k, accumulate, bias);
        }
        else
        {
            MultiplyAlongRowsOf(layout, b, pa, Pointer(c, (long)m * n, "MatMul", nameof(c)), m, n, k, accumulate, bias);
        }
    }

    /// <summary>A gradient dW = dYᵀ·X: rows of c.</summary>
    private void MultiplyInto(MatMulLayout layout, float* a, float* b, View c, int m, int n, int k, bool accumulate, float* bias)
    {
        int step = Panel(m, n);
        for (int row = 0; row < m; row += step)
        {
            int rows = Math.Min(step, m - row);
            View panel = Stage(rows * n);
            var job = MatMulJob.Create(layout, a + ((nint)row * (layout == MatMulLayout.TN ? 1 : k)), b, Pointer(panel), rows, n, k, false, accumulate ? null : bias);
            job.ADepth = layout == MatMulLayout.TN ? m : 1;
            Multiply(ref job);
            AddTo(c.Slice(row * n, rows * n), Pointer(panel), accumulate);
        }
    }

    /// <summary>Y = X·Wᵀ: rows of W are columns of c.</summary>
    private void MultiplyByRowsOf(View b, float* a, float* c, int m, int n, int k, bool accumulate, View bias)
    {
        int step = Math.Min(Panel(n, k), Panel(n, m));
        bool isWhole = step >= n;
        for (int column = 0; column < n; column += step)
        {
            int columns = Math.Min(step, n - column);
            View stage = Stage(columns * (isWhole ? k : k + m));
            float* panel = Pointer(stage), result = isWhole ? c : panel + ((nint)columns * k);
            Load(b.Slice(column * k, columns * k), panel, exactly: false);
            float* start = bias.IsEmpty ? null : Pointer(bias) + column;
            var job = MatMulJob.Create(MatMulLayout.NT, a, panel, result, m, columns, k, accumulate, start);
            if (!isWhole && accumulate)
            {
                CopyBlock(c + column, n, result, columns, m, columns);
            }
            Multiply(ref job);
            if (!isWhole)
            {
                CopyBlock(result, columns, c + column, n, m, columns);
            }
        }
    }

    /// <summary>dX = dY·W: rows of W are steps of k, which continue the chains of c.</summary>
    private void MultiplyAlongRowsOf(MatMulLayout layout, View b, float* a, float* c, int m, int n, int k, bool accumulate, View bias)
    {
        int step = Panel(k, n);
        for (int first = 0; first < k; first += step)
        {
            int depth = Math.Min(step, k - first);
            View panel = Stage(depth * n);
            Load(b.Slice(first * n, depth * n), Pointer(panel), exactly: false);
            var job = MatMulJob.Create(layout, a + (layout == MatMulLayout.TN ? (nint)first * m : first), Pointer(panel), c, m, n, depth, accumulate || first > 0, first > 0 || bias.IsEmpty ? null : Pointer(bias));
            job.ARow = layout == MatMulLayout.TN ? 1 : k;
            Multiply(ref job);
        }
    }

    /// <summary>Rows of so many numbers that make a panel: all of them, or a multiple of 96.</summary>
    private static int Panel(int rows, int columns) => (long)rows * columns <= PanelNumbers ? rows : Math.Min(rows, Math.Max(96, PanelNumbers / Math.Max(1, columns) / 96 * 96));

    private void CopyBlock(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            Run(new ElementwiseKernel.Copy(from + (row * fromStride), to + (row * toStride)), columns);
        }
    }
}
