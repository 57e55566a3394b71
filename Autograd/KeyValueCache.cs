using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>Keys and values of the positions decoded so far: two buffers [batch, capacity, columns].</summary>
/// <param name="backend">Where the rows live.</param>
/// <param name="batch">Sequences (B).</param>
/// <param name="capacity">Positions that fit.</param>
/// <param name="columns">Floats of a row: key and value heads × head size.</param>
public sealed class KeyValueCache(Backend backend, int batch, int capacity, int columns) : IDisposable
{
    private readonly TensorBuffer keys = backend.Allocate(checked(batch * capacity * columns)), values = backend.Allocate(checked(batch * capacity * columns));

    public int Batch => batch;

    public int Capacity => capacity;

    public int Columns => columns;

    /// <summary>Positions held.</summary>
    public int Length { get; private set; }

    public View Keys => new(keys, 0, keys.Length);

    public View Values => new(values, 0, values.Length);

    /// <summary>Forgets the positions from <paramref name="length"/> on.</summary>
    public void Truncate(int length) => Length = Math.Clamp(length, 0, Length);

    /// <summary>Adds rows of new keys and values at the end, laid out as <paramref name="shape"/> says.</summary>
    /// <exception cref="InvalidOperationException">They do not fit.</exception>
    internal void Append(Backend device, View newKeys, View newValues, in AttentionShape shape)
    {
        if (shape.Batch != batch || shape.KeyValueHeads * shape.HeadSize != columns) { throw new InvalidOperationException($"key-value cache: made for [{batch}, {capacity}, {columns}], got [{shape.Batch}, {shape.Keys}, {shape.KeyValueHeads * shape.HeadSize}]."); }
        if (Length + shape.Keys > capacity) { throw new InvalidOperationException($"key-value cache: {Length} + {shape.Keys} positions do not fit into {capacity}."); }
        for (int b = 0; b < batch; b++)
        {
            for (int t = 0; t < shape.Keys; t++)
            {
                int row = (b * shape.Keys) + t, target = ((b * capacity) + Length + t) * columns;
                device.Copy(newKeys.Slice(row * shape.KeyStride, columns), Keys.Slice(target, columns));
                device.Copy(newValues.Slice(row * shape.ValueStride, columns), Values.Slice(target, columns));
            }
        }
        Length += shape.Keys;
    }

    public void Dispose()
    {
        keys.Dispose();
        values.Dispose();
    }
}
