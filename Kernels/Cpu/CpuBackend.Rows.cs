namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void AddRows(View x, View b, View y, int rows, int columns, int period)
    {
        const string operation = "AddRows";
        long length = Elements(rows, columns, operation);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        if (IsStored(b))
        {
            b = Staged(b);
        }
        float* px = Pointer(x, length, operation, nameof(x)), pb = Pointer(b, (long)period * columns, operation, nameof(b));
        RunRows(new AddRowsKernel(px, pb, Pointer(y, length, operation, nameof(y)), columns, period), rows, columns);
    }

    /// <inheritdoc/>
    public override void AddRowsBackward(View dy, View db, int rows, int columns, int period)
    {
        const string operation = "AddRowsBackward";
        long length = Elements(rows, columns, operation);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        if (IsStored(db))
        {
            View sum = Stage(db.Length);
            Fill(sum, 0f);
            AddRowsBackward(dy, sum, rows, columns, period);
            AddTo(db, Pointer(sum), accumulates: true);
            return;
        }
        float* px = Pointer(dy, length, operation, nameof(dy)), pb = Pointer(db, (long)period * columns, operation, nameof(db));

        // Whole periods are rows of [period·columns]; what is left adds to the first entries.
        int groups = rows / period, left = rows % period, width = checked(period * columns);
        if (width >= ColumnSumKernel.WideColumns)
        {
            ColumnSumKernel.Add(Team, Width, px, pb, groups, width);
        }
        else if (groups > 0)
        {
            int blockRows = RowJob.BlockRowsWithSums(width), blocks = RowJob.Blocks(groups, blockRows);
            float* sums = Sums(blocks, width);
            RowJob.Run(Team, Width, new ColumnSumKernel.Blocks(px, sums, width), groups, blockRows);
            ColumnSumKernel.Add(Team, Width, sums, pb, blocks, width);
        }
        Run(new ColumnSumKernel.AddTo(px + ((nint)groups * width), pb), left * columns);
    }

    /// <inheritdoc/>
    public override void Rotary(View x, View table, View y, in RotaryShape shape) => Rotate(x, table, y, shape, "Rotary", isBackward: false, accumulate: false);

    /// <inheritdoc/>
    public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) => Rotate(dy, table, dx, shape, "RotaryBackward", isBackward: true, accumulate);

    private void Rotate(View x, View table, View y, in RotaryShape shape, string operation, bool isBackward, bool accumulate)
    {
        if (shape.Dimensions < 0 || shape.Dimensions % 2 != 0 || shape.Dimensions > shape.HeadSize)
        {
            throw new ArgumentException($"{operation}: {shape.Dimensions} dimensions of a head of {shape.HeadSize} cannot be rotated; the number must be even and at most the head size.");
        }
        if (shape.RotatedHeads < 0 || shape.RotatedHeads > shape.TotalHeads)
        {
            throw new ArgumentException($"{operation}: {shape.RotatedHeads} of {shape.TotalHeads} heads cannot be rotated.");
        }
        int rows = checked(shape.Batch * shape.Time), columns = checked(shape.TotalHeads * shape.HeadSize);
        long length = Elements(rows, columns, operation), positions = (long)shape.FirstPosition + shape.Time;
        if (shape.FirstPosition < 0 || positions * shape.Dimensions > Length(table))
        {
            throw new ArgumentException($"{operation}: positions {shape.FirstPosition} … {positions - 1} leave a table of {Length(table)} floats with {shape.Dimensions} a position; raise the context length that the table was made for.");
        }
        float* px = Pointer(x, length, operation, nameof(x));
        RunRows(new RotaryKernel.Rows(px, Pointer(table), Pointer(y, length, operation, nameof(y)), shape, isBackward, accumulate), rows, columns);
    }

    private void RunRows<TBody>(TBody body, int rows, int columns) where TBody : unmanaged, IRowBody
        => RowJob.Run(Team, Width, body, rows, RowJob.BlockRows(columns));

    /// <summary>Shared working memory for partial sums [blocks, columns]; of any content.</summary>
    private float* Sums(int blocks, int columns) => Team.Scratch(0, checked(blocks * columns));

    /// <summary>rows·columns, where neither is negative.</summary>
    private static long Elements(int rows, int columns, string operation)
    {
        if (rows < 0 || columns < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), $"{operation}: rows = {rows}, columns = {columns}; sizes must not be negative.");
        }
        return (long)rows * columns;
    }
}
