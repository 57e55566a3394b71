using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Rotary positions: each pair (a, b) of a head becomes (a·cos − b·sin, b·cos + a·sin); the gradient turns the other way.</summary>
internal static class RotaryKernels
{
    /// <summary>Sizes of <see cref="RotaryShape"/> in floats; Half is the number of pairs of a head.</summary>
    public readonly record struct Rows(int Time, int Columns, int RotatedHeads, int HeadSize, int Half, int FirstPosition, int Interleaved);

    /// <summary>A group a row, a thread a pair or a number that is passed on; x and y may be the same memory.</summary>
    /// <param name="direction">1, or −1 for the gradient.</param>
    /// <param name="passes">0 where what is not rotated already stands in y.</param>
    public static void Rotate<TPack, TData>(ArrayView<float> x, ArrayView<float> table, ArrayView<float> y, Rows rows, float direction, int adds, int passes)
        where TPack : struct, IPack<TData> where TData : unmanaged
    {
        ArrayView<TData> from = x.Cast<TData>(), angles = table.Cast<TData>(), to = y.Cast<TData>();
        int row = Grid.IdxX, columns = rows.Columns / TPack.Lanes, size = rows.HeadSize / TPack.Lanes, half = rows.Half / TPack.Lanes, start = row * columns;
        int cos = (rows.FirstPosition + (row % rows.Time)) * 2 * half, rotated = rows.RotatedHeads * size, units = size - half;
        TData sign = TPack.Broadcast(direction), minus = TPack.Broadcast(-1f);

        // The units of a rotated head: its pairs, then what lies behind them.
        for (int i = Group.IdxX; i < rows.RotatedHeads * units; i += Group.DimX)
        {
            int head = i / units, unit = i - (head * units), at = start + (head * size);
            if (unit >= half)
            {
                if (passes != 0) { Pass<TPack, TData>(from, to, at + half + unit, adds); }
                continue;
            }
            bool neighbours = rows.Interleaved != 0;
            int first = neighbours ? at + (2 * unit) : at + unit, second = neighbours ? first + 1 : first + half;
            TData p = from[first], q = from[second], a = neighbours ? TPack.Evens(p, q) : p, b = neighbours ? TPack.Odds(p, q) : q;
            TData c = angles[cos + unit], s = TPack.Multiply(angles[cos + half + unit], sign);
            TData u = TPack.MultiplyAdd(TPack.Multiply(b, minus), s, TPack.Multiply(a, c)), v = TPack.MultiplyAdd(a, s, TPack.Multiply(b, c));
            p = neighbours ? TPack.FirstPairs(u, v) : u;
            q = neighbours ? TPack.LastPairs(u, v) : v;
            to[first] = adds != 0 ? TPack.Add(p, to[first]) : p;
            to[second] = adds != 0 ? TPack.Add(q, to[second]) : q;
        }
        if (passes != 0)
        {
            for (int i = rotated + Group.IdxX; i < columns; i += Group.DimX) { Pass<TPack, TData>(from, to, start + i, adds); }
        }
    }

    private static void Pass<TPack, TData>(ArrayView<TData> from, ArrayView<TData> to, int i, int adds) where TPack : struct, IPack<TData> where TData : unmanaged
    {
        TData v = from[i];
        to[i] = adds != 0 ? TPack.Add(to[i], v) : v;
    }
}
