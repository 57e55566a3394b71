namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void RmsNorm(View x, View w, View y, View r, int rows, int columns, float epsilon)
    {
        const string operation = "RmsNorm";
        long length = Elements(rows, columns, operation);
        float* px = Pointer(x, length, operation, nameof(x)), pw = Optional(w, columns, operation, nameof(w));
        float* py = Pointer(y, length, operation, nameof(y)), pr = Pointer(r, rows, operation, nameof(r));
        RunRows(new RmsNormKernel.Forward(px, pw, py, pr, columns, epsilon), rows, columns);
    }

    /// <inheritdoc/>
    /// <remarks>An empty dx or dw is skipped.</remarks>
    public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns)
    {
        const string operation = "RmsNormBackward";
        long length = Elements(rows, columns, operation);
        float* px = Pointer(x, length, operation, nameof(x)), pw = Optional(w, columns, operation, nameof(w));
        float* pr = Pointer(r, rows, operation, nameof(r)), pdy = Pointer(dy, length, operation, nameof(dy));
        float* pdx = Optional(dx, length, operation, nameof(dx)), pdw = Optional(dw, columns, operation, nameof(dw));
        int blockRows = RowJob.BlockRowsWithSums(columns), blocks = RowJob.Blocks(rows, blockRows);
        float* sums = pdw == null ? null : Sums(blocks, columns);
        RowJob.Run(Team, Width, new RmsNormKernel.Backward(px, pw, pr, pdy, pdx, sums, columns), rows, blockRows);
        AddSums(sums, pdw, blocks, columns);
    }

    /// <inheritdoc/>
    public override void LayerNorm(View x, View w, View b, View y, View mean, View r, int rows, int columns, float epsilon)
    {
        const string operation = "LayerNorm";
        long length = Elements(rows, columns, operation);
        float* px = Pointer(x, length, operation, nameof(x)), py = Pointer(y, length, operation, nameof(y));
        float* pw = Optional(w, columns, operation, nameof(w)), pb = Optional(b, columns, operation, nameof(b));
        float* pm = Pointer(mean, rows, operation, nameof(mean)), pr = Pointer(r, rows, operation, nameof(r));
        RunRows(new LayerNormKernel.Forward(px, pw, pb, py, pm, pr, columns, epsilon), rows, columns);
    }

    /// <inheritdoc/>
    /// <remarks>An empty dx, dw or db is skipped.</remarks>
    public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns)
    {
        const string operation = "LayerNormBackward";
        long length = Elements(rows, columns, operation);
        float* px = Pointer(x, length, operation, nameof(x)), pw = Optional(w, columns, operation, nameof(w));
        float* pm = Pointer(mean, rows, operation, nameof(mean)), pr = Pointer(r, rows, operation, nameof(r));
        float* pdy = Pointer(dy, length, operation, nameof(dy)), pdx = Optional(dx, length, operation, nameof(dx));
        float* pdw = Optional(dw, columns, operation, nameof(dw)), pdb = Optional(db, columns, operation, nameof(db));
        int blockRows = RowJob.BlockRowsWithSums(columns), blocks = RowJob.Blocks(rows, blockRows);
        float* sums = Sums(checked(2 * blocks), columns);
        float* weightSums = pdw == null ? null : sums, biasSums = pdb == null ? null : sums + ((nint)blocks * columns);
        RowJob.Run(Team, Width, new LayerNormKernel.Backward(px, pw, pm, pr, pdy, pdx, weightSums, biasSums, columns), rows, blockRows);
        AddSums(weightSums, pdw, blocks, columns);
        AddSums(biasSums, pdb, blocks, columns);
    }

    /// <inheritdoc/>
    /// <remarks>An empty wq or wk is 1.</remarks>
    public override void HeadNorm(View x, View wq, View wk, View y, View r, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize, float epsilon)
    {
        const string operation = "HeadNorm";
        HeadNormKernel.Heads heads = CheckedHeads(totalHeads, queryHeads, keyHeads, headSize, operation);
        long length = Elements(rows, heads.Columns, operation);
        float* px = Pointer(x, length, operation, nameof(x)), py = Pointer(y, length, operation, nameof(y));
        float* pwq = Optional(wq, headSize, operation, nameof(wq)), pwk = Optional(wk, headSize, operation, nameof(wk));
        float* pr = Pointer(r, (long)rows * heads.Normed, operation, nameof(r));
        RunRows(new HeadNormKernel.Forward(px, pwq, pwk, py, pr, heads, epsilon), rows, heads.Columns);
    }

    /// <inheritdoc/>
    /// <remarks>An empty dx, dwq or dwk is skipped.</remarks>
    public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize)
    {
        const string operation = "HeadNormBackward";
        HeadNormKernel.Heads heads = CheckedHeads(totalHeads, queryHeads, keyHeads, headSize, operation);
        long length = Elements(rows, heads.Columns, operation);
        float* px = Pointer(x, length, operation, nameof(x)), pdy = Pointer(dy, length, operation, nameof(dy));
        float* pwq = Optional(wq, headSize, operation, nameof(wq)), pwk = Optional(wk, headSize, operation, nameof(wk));
        float* pr = Pointer(r, (long)rows * heads.Normed, operation, nameof(r)), pdx = Optional(dx, length, operation, nameof(dx));
        float* pdwq = Optional(dwq, headSize, operation, nameof(dwq)), pdwk = Optional(dwk, headSize, operation, nameof(dwk));

        // Sums of dwq and dwk lie side by side; the two totals follow the blocks.
        int blockRows = RowJob.BlockRows(heads.Columns), blocks = RowJob.Blocks(rows, blockRows);
        float* sums = Sums(checked(blocks + 1), 2 * headSize), total = sums + ((nint)blocks * 2 * headSize);
        RowJob.Run(Team, Width, new HeadNormKernel.Backward(px, pwq, pwk, pr, pdy, pdx, sums, heads), rows, blockRows);
        new Span<float>(total, 2 * headSize).Clear();
        AddSums(sums, total, blocks, 2 * headSize);
        Run(new ColumnSumKernel.AddTo(total, pdwq), pdwq == null ? 0 : headSize);
        Run(new ColumnSumKernel.AddTo(total + headSize, pdwk), pdwk == null ? 0 : headSize);
    }

    /// <inheritdoc/>
    public override void Softmax(View x, View y, int rows, int columns)
    {
        long length = Elements(rows, columns, "Softmax");
        float* px = Pointer(x, length, "Softmax", nameof(x));
        RunRows(new SoftmaxKernel.Forward(px, Pointer(y, length, "Softmax", nameof(y)), columns), rows, columns);
    }

    /// <inheritdoc/>
    public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns)
    {
        const string operation = "SoftmaxBackward";
        long length = Elements(rows, columns, operation);
        float* py = Pointer(y, length, operation, nameof(y)), pdy = Pointer(dy, length, operation, nameof(dy));
        RunRows(new SoftmaxKernel.Backward(py, pdy, Pointer(dx, length, operation, nameof(dx)), columns), rows, columns);
    }

    private void AddSums(float* sums, float* into, int blocks, int columns)
    {
        if (into != null)
        {
            ColumnSumKernel.Add(Team, Width, sums, into, blocks, columns);
        }
    }

    private static HeadNormKernel.Heads CheckedHeads(int totalHeads, int queryHeads, int keyHeads, int headSize, string operation)
    {
        if (queryHeads < 0 || keyHeads < 0 || headSize < 1 || queryHeads + keyHeads > totalHeads)
        {
            throw new ArgumentException($"{operation}: {queryHeads} query and {keyHeads} key heads of {headSize} floats do not fit into {totalHeads} heads.");
        }
        _ = checked(totalHeads * headSize);
        return new HeadNormKernel.Heads(totalHeads, queryHeads, keyHeads, headSize);
    }
}
