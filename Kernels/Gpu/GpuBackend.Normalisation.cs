using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <content>Norms and softmax.</content>
internal sealed partial class GpuBackend
{
    // Chunks of rows in the gradient of a weight: enough to fill the device, few enough that their sums are little beside the rows.
    private const int SmallestChunk = 16, MostChunks = 1024;

    public override void RmsNorm(View x, View w, View y, View r, int rows, int columns, float epsilon)
        => NormHeads(x, w, default, y, r, rows, new HeadRows(1, 1, 0, columns), epsilon, "RmsNorm", nameof(w));

    /// <inheritdoc/>
    /// <remarks>An empty dx or dw is skipped.</remarks>
    public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns)
        => NormHeadsBackward(x, w, default, r, dy, dx, dw, default, rows, new HeadRows(1, 1, 0, columns), "RmsNormBackward", nameof(w));

    /// <inheritdoc/>
    /// <remarks>An empty wq or wk is 1.</remarks>
    public override void HeadNorm(View x, View wq, View wk, View y, View r, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize, float epsilon)
        => NormHeads(x, wq, wk, y, r, rows, CheckedHeads(totalHeads, queryHeads, keyHeads, headSize, "HeadNorm"), epsilon, "HeadNorm", nameof(wq));

    /// <inheritdoc/>
    /// <remarks>An empty dx, dwq or dwk is skipped.</remarks>
    public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize)
        => NormHeadsBackward(x, wq, wk, r, dy, dx, dwq, dwk, rows, CheckedHeads(totalHeads, queryHeads, keyHeads, headSize, "HeadNormBackward"), "HeadNormBackward", nameof(wq));

    public override void LayerNorm(View x, View w, View b, View y, View mean, View r, int rows, int columns, float epsilon)
    {
        const string operation = "LayerNorm";
        long length = Elements(rows, columns, operation);
        var body = new LayerNormKernels.Forward(
            Floats(x, length, operation, nameof(x)), Optional(w, columns, operation, nameof(w)), Optional(b, columns, operation, nameof(b)), Floats(y, length, operation, nameof(y)),
            Floats(mean, rows, operation, nameof(mean)), Floats(r, rows, operation, nameof(r)), columns, w.IsEmpty ? 0 : 1, b.IsEmpty ? 0 : 1, epsilon);
        LaunchRows(body, rows, columns, Fours(columns, x, w, b, y));
    }

    /// <inheritdoc/>
    /// <remarks>An empty dx, dw or db is skipped.</remarks>
    public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns)
    {
        const string operation = "LayerNormBackward";
        long length = Elements(rows, columns, operation);
        ArrayView<float> px = Floats(x, length, operation, nameof(x)), pw = Optional(w, columns, operation, nameof(w)), pm = Floats(mean, rows, operation, nameof(mean));
        ArrayView<float> pr = Floats(r, rows, operation, nameof(r)), pdy = Floats(dy, length, operation, nameof(dy)), pdx = Optional(dx, length, operation, nameof(dx));
        ArrayView<float> pdw = Optional(dw, columns, operation, nameof(dw)), pdb = Optional(db, columns, operation, nameof(db));
        if (!dx.IsEmpty)
        {
            LaunchRows(new LayerNormKernels.Backward(px, pw, pm, pr, pdy, pdx, columns, w.IsEmpty ? 0 : 1), rows, columns, Fours(columns, x, w, dy, dx));
        }
        AddWeightGradient(px, pm, pr, pdy, pdw, pdb, new NormWeightKernels.Rows(1, 0, 1, 1, rows, 0), columns, true, Fours(columns, x, dy));
    }

    public override void Softmax(View x, View y, int rows, int columns)
    {
        long length = Elements(rows, columns, "Softmax");
        LaunchRows(new SoftmaxKernels.Forward(Floats(x, length, "Softmax", nameof(x)), Floats(y, length, "Softmax", nameof(y)), columns), rows, columns, Fours(columns, x, y));
    }

    public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns)
    {
        const string operation = "SoftmaxBackward";
        long length = Elements(rows, columns, operation);
        var body = new SoftmaxKernels.Backward(Floats(y, length, operation, nameof(y)), Floats(dy, length, operation, nameof(dy)), Floats(dx, length, operation, nameof(dx)), columns);
        LaunchRows(body, rows, columns, Fours(columns, y, dy, dx));
    }

    private void NormHeads(View x, View wq, View wk, View y, View r, int rows, HeadRows heads, float epsilon, string operation, string weight)
    {
        int size = heads.Size, headRows = checked(rows * heads.Total);
        long length = Elements(headRows, size, operation);
        var body = new RmsNormKernels.Forward(
            Floats(x, length, operation, nameof(x)), Optional(wq, size, operation, weight), Optional(wk, size, operation, nameof(wk)),
            Floats(y, length, operation, nameof(y)), Floats(r, (long)rows * heads.Normed, operation, nameof(r)), heads, wq.IsEmpty ? 0 : 1, wk.IsEmpty ? 0 : 1, epsilon);
        LaunchRows(body, headRows, size, Fours(size, x, wq, wk, y));
    }

    private void NormHeadsBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, HeadRows heads, string operation, string weight)
    {
        int size = heads.Size, headRows = checked(rows * heads.Total);
        long length = Elements(headRows, size, operation);
        ArrayView<float> px = Floats(x, length, operation, nameof(x)), pr = Floats(r, (long)rows * heads.Normed, operation, nameof(r)), pdy = Floats(dy, length, operation, nameof(dy));
        ArrayView<float> pwq = Optional(wq, size, operation, weight), pwk = Optional(wk, size, operation, nameof(wk)), pdx = Optional(dx, length, operation, nameof(dx));
        ArrayView<float> pdwq = Optional(dwq, size, operation, "d" + weight), pdwk = Optional(dwk, size, operation, nameof(dwk));
        if (!dx.IsEmpty)
        {
            LaunchRows(new RmsNormKernels.Backward(px, pwq, pwk, pr, pdy, pdx, heads, wq.IsEmpty ? 0 : 1, wk.IsEmpty ? 0 : 1), headRows, size, Fours(size, x, wq, wk, dy, dx));
        }
        bool fours = Fours(size, x, dy);
        AddWeightGradient(px, default, pr, pdy, pdwq, default, new NormWeightKernels.Rows(heads.Total, 0, heads.Queries, heads.Normed, rows * heads.Queries, 0), size, false, fours);
        AddWeightGradient(px, default, pr, pdy, pdwk, default, new NormWeightKernels.Rows(heads.Total, heads.Queries, heads.Keys, heads.Normed, rows * heads.Keys, 0), size, false, fours);
    }

    /// <summary>dw[column] += Σ dy·(x − mean)·r and db[column] += Σ dy over the rows; empty views are skipped.</summary>
    private void AddWeightGradient(
        ArrayView<float> x, ArrayView<float> mean, ArrayView<float> r, ArrayView<float> dy, ArrayView<float> dw, ArrayView<float> db, NormWeightKernels.Rows rows, int columns, bool hasMean, bool fours)
    {
        if ((dw.Length == 0 && db.Length == 0) || rows.Count == 0) { return; }
        int chunkRows = Math.Max(SmallestChunk, (rows.Count + MostChunks - 1) / MostChunks), chunks = (rows.Count + chunkRows - 1) / chunkRows;
        rows = rows with { ChunkRows = chunkRows };
        int length = checked(chunks * columns);
        ArrayView<float> sums = Workspace(2L * length), weightSums = sums.SubView(0, length), biasSums = sums.SubView(length, length);
        if (fours) { Launch(NormWeightKernels.Chunks<FourFloats, Four>, Threads(length / 4), x, mean, r, dy, weightSums, biasSums, rows, columns, chunks, hasMean ? 1 : 0, db.Length > 0 ? 1 : 0); }
        else { Launch(NormWeightKernels.Chunks<OneFloat, float>, Threads(length), x, mean, r, dy, weightSums, biasSums, rows, columns, chunks, hasMean ? 1 : 0, db.Length > 0 ? 1 : 0); }
        KernelConfig strips = Groups(NormWeightKernels.Strips(columns));
        if (dw.Length > 0) { Launch(NormWeightKernels.Add, strips, weightSums, dw, chunks, columns); }
        if (db.Length > 0) { Launch(NormWeightKernels.Add, strips, biasSums, db, chunks, columns); }
    }

    private static HeadRows CheckedHeads(int totalHeads, int queryHeads, int keyHeads, int headSize, string operation)
        => queryHeads >= 0 && keyHeads >= 0 && headSize >= 1 && queryHeads + keyHeads <= totalHeads ? new HeadRows(totalHeads, queryHeads, keyHeads, headSize)
            : throw new ArgumentException($"{operation}: {queryHeads} query and {keyHeads} key heads of {headSize} floats do not fit into {totalHeads} heads.");
}
