using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <content>Rotary positions.</content>
internal sealed partial class GpuBackend
{
    public override void Rotary(View x, View table, View y, in RotaryShape shape) => Rotate(x, table, y, shape, "Rotary", 1f, accumulate: false);

    public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) => Rotate(dy, table, dx, shape, "RotaryBackward", -1f, accumulate);

    private void Rotate(View x, View table, View y, in RotaryShape shape, string operation, float direction, bool accumulate)
    {
        if (shape.Dimensions < 0 || shape.Dimensions % 2 != 0 || shape.Dimensions > shape.HeadSize)
        {
            throw new ArgumentException($"{operation}: {shape.Dimensions} dimensions of a head of {shape.HeadSize} cannot be rotated; the number must be even and at most the head size.");
        }
        if (shape.RotatedHeads < 0 || shape.RotatedHeads > shape.TotalHeads)
        {
            throw new ArgumentException($"{operation}: {shape.RotatedHeads} of {shape.TotalHeads} heads cannot be rotated.");
        }
        int count = checked(shape.Batch * shape.Time), columns = checked(shape.TotalHeads * shape.HeadSize), words = table.IsEmpty ? 0 : table.Length;
        long length = Elements(count, columns, operation), positions = (long)shape.FirstPosition + shape.Time;
        if (shape.FirstPosition < 0 || positions * shape.Dimensions > words)
        {
            throw new ArgumentException($"{operation}: positions {shape.FirstPosition} … {positions - 1} leave a table of {words} floats with {shape.Dimensions} a position; raise the context length that the table was made for.");
        }
        ArrayView<float> px = Floats(x, length, operation, nameof(x)), angles = Optional(table, words, operation, nameof(table)), py = Floats(y, length, operation, nameof(y));
        var rows = new RotaryKernels.Rows(shape.Time, columns, shape.RotatedHeads, shape.HeadSize, shape.Dimensions / 2, shape.FirstPosition, shape.Interleaved ? 1 : 0);
        int adds = accumulate ? 1 : 0, passes = accumulate || x != y ? 1 : 0;
        if (Fours(shape.HeadSize, x, table, y) && rows.Half % 4 == 0) { Launch(RotaryKernels.Rotate<FourFloats, Four>, Groups(count), px, angles, py, rows, direction, adds, passes); }
        else { Launch(RotaryKernels.Rotate<OneFloat, float>, Groups(count), px, angles, py, rows, direction, adds, passes); }
    }
}
