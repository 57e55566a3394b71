using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>A tensor at a glance, from one look at all of its values: statistics, the largest elements, a histogram and a small map.</summary>
/// <remarks>The same bits on any number of threads: the values are cut into the same parts everywhere.</remarks>
public sealed class TensorSummary
{
    /// <summary>Cells of the map in each direction, at most.</summary>
    public const int MapSize = 64;

    /// <summary>Parts of the histogram.</summary>
    public const int Bins = 32;

    private const int Kept = 16, Parts = 8, Small = 1 << 18;

    private readonly (float Value, int Element)[] largest;

    private TensorSummary(Part whole, int count, int rowSize, int columnSize, int rows, int columns, float[] map, int[] histogram)
    {
        int finite = count - whole.NaNs - whole.Infinities;
        Stats = new StatsView(
            finite == 0 ? 0 : Math.Sqrt(whole.Squares / finite), finite == 0 ? 0 : Math.Max(Math.Abs((double)whole.Minimum), Math.Abs((double)whole.Maximum)),
            finite == 0 ? 0 : whole.Sum / finite, finite == 0 ? 0 : whole.Minimum, finite == 0 ? 0 : whole.Maximum, whole.Zeros, whole.NaNs, whole.Infinities, count);
        (ZeroRows, FirstZeroRow) = (whole.ZeroRows, whole.FirstZeroRow);
        (RowSize, ColumnSize, Rows, Columns, Map, Histogram, largest) = (rowSize, columnSize, rows, columns, Array.ConvertAll(map, Shorten), histogram, [.. whole.Top]);
    }

    public StatsView Stats { get; }

    public int RowSize { get; }

    public int ColumnSize { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Rows that are exactly 0.</summary>
    public int ZeroRows { get; }

    /// <summary>The first of them; −1: none.</summary>
    public int FirstZeroRow { get; }

    /// <summary>Of each cell the value with the largest magnitude, to seven digits; NaN is larger than any.</summary>
    public double[] Map { get; }

    public int[] Histogram { get; }

    /// <summary>Positions and values of the largest magnitudes, the largest first; of equals the earlier.</summary>
    public IReadOnlyList<(float Value, int Element)> Largest => largest;

    /// <summary>Looks at all values of a tensor, row-major.</summary>
    public static TensorSummary Of(ReadOnlyMemory<float> values, Shape shape)
    {
        int rows = shape.Rows, columns = shape.Columns, count = values.Length;
        int rowSize = Math.Max(1, (rows + MapSize - 1) / MapSize), columnSize = Math.Max(1, (columns + MapSize - 1) / MapSize);
        int cellRows = (rows + rowSize - 1) / rowSize, cellColumns = (columns + columnSize - 1) / columnSize;
        float[] map = new float[cellRows * cellColumns];
        Part[] parts = new Part[Math.Min(Parts, Math.Max(1, cellRows))];
        Each(parts.Length, count, part =>
        {
            int first = cellRows * part / parts.Length, last = cellRows * (part + 1) / parts.Length;
            parts[part] = new Part();
            for (int row = first * rowSize; row < Math.Min(rows, last * rowSize); row++)
            {
                parts[part].AddRow(values.Span.Slice(row * columns, columns), row * columns, columnSize, map.AsSpan(row / rowSize * cellColumns, cellColumns));
            }
        });
        Part whole = parts[0];
        for (int part = 1; part < parts.Length; part++) { whole.Add(parts[part]); }
        return new TensorSummary(whole, count, rowSize, columnSize, cellRows, cellColumns, map, Count(values, whole.Minimum, whole.Maximum));
    }

    /// <summary>A tensor of zeros, without looking at any.</summary>
    public static TensorSummary Zeros(Shape shape)
    {
        int rowSize = Math.Max(1, (shape.Rows + MapSize - 1) / MapSize), columnSize = Math.Max(1, (shape.Columns + MapSize - 1) / MapSize);
        int rows = (shape.Rows + rowSize - 1) / rowSize, columns = (shape.Columns + columnSize - 1) / columnSize;
        int[] histogram = new int[Bins];
        histogram[0] = shape.Length;
        return new TensorSummary(Part.Zero(shape), shape.Length, rowSize, columnSize, rows, columns, new float[rows * columns], histogram);
    }

    /// <summary>Seven digits of a float, as a double that is written with no more.</summary>
    private static double Shorten(float value) => Math.Abs(value) is > 1e-20f and < 1e20f ? (double)(decimal)value : value;

    private static void Each(int parts, int count, Action<int> work)
    {
        if (count >= Small && parts > 1) { Parallel.For(0, parts, work); }
        else
        {
            for (int part = 0; part < parts; part++) { work(part); }
        }
    }

    /// <summary>How many values lie in each of equal parts between the smallest and the largest finite value.</summary>
    private static int[] Count(ReadOnlyMemory<float> values, float minimum, float maximum)
    {
        int[][] counts = new int[Parts][];
        double scale = maximum > minimum ? Bins / ((double)maximum - minimum) : 0;
        Each(Parts, values.Length, part =>
        {
            int[] mine = counts[part] = new int[Bins];
            int first = (int)((long)values.Length * part / Parts), last = (int)((long)values.Length * (part + 1) / Parts);
            foreach (float value in values.Span[first..last])
            {
                if (float.IsFinite(value)) { mine[Math.Min(Bins - 1, (int)(((double)value - minimum) * scale))]++; }
            }
        });
        int[] total = new int[Bins];
        foreach (int[] mine in counts)
        {
            for (int bin = 0; bin < Bins; bin++) { total[bin] += mine[bin]; }
        }
        return total;
    }

    /// <summary>What is known of some of the rows.</summary>
    private sealed class Part
    {
        private float least = -1;

        public double Sum { get; private set; }

        public double Squares { get; private set; }

        public float Minimum { get; private set; } = float.PositiveInfinity;

        public float Maximum { get; private set; } = float.NegativeInfinity;

        public int Zeros { get; private set; }

        public int NaNs { get; private set; }

        public int Infinities { get; private set; }

        public int ZeroRows { get; private set; }

        public int FirstZeroRow { get; private set; } = -1;

        public List<(float Value, int Element)> Top { get; } = [];

        public static Part Zero(Shape shape)
        {
            var part = new Part { Minimum = 0, Maximum = 0, Zeros = shape.Length, ZeroRows = shape.Rows, FirstZeroRow = 0 };
            for (int i = 0; i < Math.Min(Kept, shape.Length); i++) { part.Top.Add((0, i)); }
            return part;
        }

        public void AddRow(ReadOnlySpan<float> row, int offset, int size, Span<float> cells)
        {
            int zeros = Zeros;
            for (int cell = 0; cell < cells.Length; cell++)
            {
                ReadOnlySpan<float> values = row.Slice(cell * size, Math.Min(size, row.Length - (cell * size)));
                float winner = cells[cell], magnitude = float.IsNaN(winner) ? float.PositiveInfinity : Math.Abs(winner), low = Minimum, high = Maximum;
                double sum = 0, squares = 0;
                for (int i = 0; i < values.Length; i++)
                {
                    float value = values[i], magnitudeHere = Math.Abs(value);
                    if (!(magnitudeHere <= float.MaxValue))
                    {
                        if (float.IsNaN(value)) { NaNs++; }
                        else { Infinities++; }
                        if (float.IsNaN(value) || !float.IsNaN(winner)) { (winner, magnitude) = (value, float.PositiveInfinity); }
                    }
                    else
                    {
                        sum += value;
                        squares += (double)value * value;
                        low = Math.Min(low, value);
                        high = Math.Max(high, value);
                        if (magnitudeHere == 0) { Zeros++; }
                        if (magnitudeHere > magnitude) { (winner, magnitude) = (value, magnitudeHere); }
                    }
                    if (!(magnitudeHere <= least)) { Keep(value, offset + (cell * size) + i); }
                }
                cells[cell] = winner;
                (Minimum, Maximum) = (low, high);
                Sum += sum;
                Squares += squares;
            }
            if (Zeros - zeros == row.Length)
            {
                ZeroRows++;
                if (FirstZeroRow < 0) { FirstZeroRow = offset / row.Length; }
            }
        }

        public void Add(Part other)
        {
            Sum += other.Sum;
            Squares += other.Squares;
            Minimum = Math.Min(Minimum, other.Minimum);
            Maximum = Math.Max(Maximum, other.Maximum);
            Zeros += other.Zeros;
            NaNs += other.NaNs;
            Infinities += other.Infinities;
            ZeroRows += other.ZeroRows;
            if (FirstZeroRow < 0) { FirstZeroRow = other.FirstZeroRow; }
            foreach ((float value, int element) in other.Top) { Keep(value, element); }
        }

        private void Keep(float value, int element)
        {
            double rank = Rank(value);
            int place = Top.Count;
            while (place > 0 && (Rank(Top[place - 1].Value) < rank || (Rank(Top[place - 1].Value) == rank && Top[place - 1].Element > element))) { place--; }
            if (place >= Kept) { return; }
            Top.Insert(place, (value, element));
            if (Top.Count > Kept) { Top.RemoveAt(Kept); }
            if (Top.Count == Kept) { least = Rank(Top[^1].Value) > float.MaxValue ? float.MaxValue : Math.Abs(Top[^1].Value); }
        }

        /// <summary>NaN before infinities, these before all others.</summary>
        private static double Rank(float value) => float.IsNaN(value) ? double.PositiveInfinity : float.IsInfinity(value) ? double.MaxValue : Math.Abs((double)value);
    }
}
