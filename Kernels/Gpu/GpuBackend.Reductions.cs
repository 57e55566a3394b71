using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Sums, and rows that are added to all others.</content>
internal sealed partial class GpuBackend
{
    // Chunks of rows that a column sum has at most, and rows that one has at least.
    private const int ColumnChunks = 256;
    private const int ColumnChunkRows = 16;

    // From this many columns on, the columns alone give every thread work.
    private const int WideColumns = 65536;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">x is not in float32.</exception>
    public override void Sum(View x, View result)
    {
        RequireFormat(x, StorageFormat.Float32, "Sum", nameof(x));
        Reduce<Float32Numbers, PlainSum>(Numbers(x, Length(x), "Sum", nameof(x)), x, result, "Sum");
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">x is split.</exception>
    public override void SumOfSquares(View x, View result)
    {
        const string operation = "SumOfSquares";
        ArrayView<ushort> numbers = Numbers(x, Length(x), operation, nameof(x));
        switch (FormatOf(x))
        {
            case StorageFormat.Float32: Reduce<Float32Numbers, SquareSum>(numbers, x, result, operation); break;
            case StorageFormat.BFloat16: Reduce<BFloat16Numbers, SquareSum>(numbers, x, result, operation); break;
            case StorageFormat.Float16: Reduce<Float16Numbers, SquareSum>(numbers, x, result, operation); break;
            default: throw OtherFormat(x, operation, "'x'");
        }
    }

    public override void AddRows(View x, View b, View y, int rows, int columns, int period)
    {
        const string operation = "AddRows";
        int n = checked((int)Elements(rows, columns, operation)), width = Width(period, columns);
        ElementNumbers numbers = columns % 4 == 0 ? Over(n, x, b, y) : new ElementNumbers { Length = n };
        NumbersChoice.Run(FormatOf(b), new AddRowsCall(
            this, Floats(x, n, operation, nameof(x)), Numbers(b, width, operation, nameof(b)), Floats(y, n, operation, nameof(y)), width, numbers));
    }

    public override void AddRowsBackward(View dy, View db, int rows, int columns, int period)
    {
        const string operation = "AddRowsBackward";
        int n = checked((int)Elements(rows, columns, operation)), width = Width(period, columns);
        ArrayView<float> pdy = Floats(dy, n, operation, nameof(dy));
        ArrayView<ushort> pdb = Numbers(db, width, operation, nameof(db));
        if (n == 0) { return; }
        if (!IsStored(db))
        {
            SumColumns(pdy, pdb.Cast<float>(), Workspace((long)ColumnChunks * Math.Min(width, WideColumns)), rows, columns, period, accumulates: true, isAligned: dy.Offset % 4 == 0 && db.Offset % 4 == 0);
            return;
        }
        // The sum first, in float32: what is stored is rounded once.
        long aligned = (width + 3L) / 4 * 4;
        ArrayView<float> workspace = Workspace(aligned + ((long)ColumnChunks * Math.Min(width, WideColumns))), sum = workspace.SubView(0, width);
        SumColumns(pdy, sum, workspace.SubView(aligned, workspace.Length - aligned), rows, columns, period, accumulates: false, isAligned: dy.Offset % 4 == 0);
        AddTo(db, sum, 1f, accumulates: true, operation, Over(width, db));
    }

    /// <summary>into[p, :] (+)= Σ x[r, :] over r ≡ p (mod period): x as rows of [period·columns], of which the last may be short.</summary>
    private void SumColumns(ArrayView<float> x, ArrayView<float> into, ArrayView<float> sums, int rows, int columns, int period, bool accumulates, bool isAligned)
    {
        int width = period * columns, groups = (int)(((long)rows + period - 1) / period);
        int chunkRows = width >= WideColumns ? groups : Math.Max(ColumnChunkRows, (groups + ColumnChunks - 1) / ColumnChunks), chunks = (groups + chunkRows - 1) / chunkRows;
        var numbers = new ElementNumbers { Length = rows * columns, IsAligned = isAligned && columns % 4 == 0 ? 1 : 0, Accumulates = chunks == 1 && accumulates ? 1 : 0 };
        int threads = chunks * (numbers.IsAligned != 0 ? width / 4 : width);
        Launch(ColumnSumKernels.Chunks, Threads(threads), x, chunks == 1 ? into : sums, width, chunkRows, chunks, numbers);
        if (chunks > 1)
        {
            int strip = ColumnSumKernels.StripColumns(GroupSize);
            Launch(ColumnSumKernels.Add, Groups((width + strip - 1) / strip), sums, into, chunks, width, accumulates ? 1 : 0);
        }
    }

    private void Reduce<TNumbers, TReduction>(ArrayView<ushort> numbers, View x, View result, string operation) where TNumbers : struct, INumbers where TReduction : struct, IReduction
    {
        ArrayView<float> total = Floats(result, 1, operation, nameof(result)), sums = Workspace(ReductionKernels.MaxChunks);
        int n = Length(x), chunk = ReductionKernels.Chunk(n, GroupSize), chunks = Math.Max(1, (int)(((long)n + chunk - 1) / chunk));
        Launch(ReductionKernels.Chunks<TNumbers, TReduction>, Groups(chunks), numbers, chunks == 1 ? total : sums, chunk, Over(n, x));
        if (chunks > 1) { Launch(ReductionKernels.Total, Groups(1), sums, total, chunks); }
    }

    private static int Width(int period, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        return checked(period * columns);
    }

    private readonly struct AddRowsCall(GpuBackend backend, ArrayView<float> x, ArrayView<ushort> b, ArrayView<float> y, int width, ElementNumbers n) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => backend.Launch(StoredKernels.AddRows<TNumbers>, backend.Threads(ElementwiseKernels.Threads(n.Length)), x, b, y, width, n);
    }
}
