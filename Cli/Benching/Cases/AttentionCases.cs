using System.Numerics;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

/// <summary>Rows [B·T, 3·H·D] of q, k and v, as a fused projection leaves them.</summary>
internal readonly record struct HeadRows(int Batch, int Time, int Heads, int Size)
{
    public int Width => Heads * Size;

    public int Rows => Batch * Time;

    public string Text => $"{Batch}×{Time}×{Heads}×{Size}";

    /// <summary>The causal half alone, multiplications and additions: two products forward, five backward.</summary>
    public double Operations(int products) => 1.0 * products * Batch * Heads * Time * (Time + 1) * Size;

    public AttentionShape Attention => new(Batch, Time, Time, Heads, Heads, Size, 3 * Width, 3 * Width, 3 * Width, Width, Time, true, 0, 1 / MathF.Sqrt(Size));

    public RotaryShape Rotary => new(Batch, Time, 3 * Heads, 2 * Heads, Size, Size, 0, false);

    /// <summary>One head of row i: part 0 is q, 1 is k, 2 is v.</summary>
    public Span<T> Part<T>(T[] qkv, int head, int i, int part) => qkv.AsSpan((((head / Heads * Time) + i) * 3 * Width) + (part * Width) + (head % Heads * Size), Size);

    /// <summary>One head of row i of an output.</summary>
    public Span<T> Output<T>(T[] y, int head, int i) => y.AsSpan((((head / Heads * Time) + i) * Width) + (head % Heads * Size), Size);

    public static T Dot<T>(Span<T> a, Span<T> b) where T : struct, IFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int d = 0; d < a.Length; d++) { sum += a[d] * b[d]; }
        return sum;
    }

    public static void Add<T>(T scale, Span<T> x, Span<T> into) where T : struct, IFloatingPointIeee754<T>
    {
        for (int d = 0; d < x.Length; d++) { into[d] += scale * x[d]; }
    }
}

internal sealed class AttentionCase(HeadRows rows)
    : KernelCase("attention", nameof(Backend.Attention), rows.Text, rows.Operations(2), new(rows.Rows * 3 * rows.Width), KernelBuffer.Output(rows.Rows * rows.Width), KernelBuffer.Output(rows.Rows * rows.Heads))
{
    public override void Run(Backend backend, View[] b) => backend.Attention(b[0], b[0].Slice(rows.Width), b[0].Slice(2 * rows.Width), b[1], b[2], rows.Attention);

    public override void Textbook<T>(T[][] b)
    {
        T scale = T.CreateChecked(rows.Attention.Scale);
        T[] weights = new T[rows.Time];
        for (int head = 0; head < rows.Batch * rows.Heads; head++)
        {
            for (int i = 0; i < rows.Time; i++)
            {
                T largest = T.NegativeInfinity, sum = T.Zero;
                for (int j = 0; j <= i; j++) { largest = T.Max(largest, weights[j] = scale * HeadRows.Dot(rows.Part(b[0], head, i, 0), rows.Part(b[0], head, j, 1))); }
                for (int j = 0; j <= i; j++) { sum += weights[j] = T.Exp(weights[j] - largest); }
                Span<T> y = rows.Output(b[1], head, i);
                y.Clear();
                for (int j = 0; j <= i; j++) { HeadRows.Add(weights[j] / sum, rows.Part(b[0], head, j, 2), y); }
                b[2][(head * rows.Time) + i] = largest + T.Log(sum);
            }
        }
    }
}

internal sealed class AttentionBackwardCase(HeadRows rows)
    : KernelCase("attention.backward", nameof(Backend.AttentionBackward), rows.Text, rows.Operations(5), new(rows.Rows * 3 * rows.Width), new(rows.Rows * rows.Width), new(rows.Rows * rows.Heads), new(rows.Rows * rows.Width), KernelBuffer.Updated(rows.Rows * 3 * rows.Width))
{
    public override void Prepare(double[][] b) => new AttentionCase(rows).Textbook([b[0], b[1], b[2]]);

    public override void Run(Backend backend, View[] b) => backend.AttentionBackward(
        b[0], b[0].Slice(rows.Width), b[0].Slice(2 * rows.Width), b[1], b[2], b[3], b[4], b[4].Slice(rows.Width), b[4].Slice(2 * rows.Width), rows.Attention);

    public override void Textbook<T>(T[][] b)
    {
        (T[] x, T[] dx) = (b[0], b[4]);
        T scale = T.CreateChecked(rows.Attention.Scale);
        for (int head = 0; head < rows.Batch * rows.Heads; head++)
        {
            for (int i = 0; i < rows.Time; i++)
            {
                Span<T> dy = rows.Output(b[3], head, i);
                T total = HeadRows.Dot(dy, rows.Output(b[1], head, i));
                for (int j = 0; j <= i; j++)
                {
                    T p = T.Exp((scale * HeadRows.Dot(rows.Part(x, head, i, 0), rows.Part(x, head, j, 1))) - b[2][(head * rows.Time) + i]);
                    T dscore = scale * p * (HeadRows.Dot(dy, rows.Part(x, head, j, 2)) - total);
                    HeadRows.Add(dscore, rows.Part(x, head, j, 1), rows.Part(dx, head, i, 0));
                    HeadRows.Add(dscore, rows.Part(x, head, i, 0), rows.Part(dx, head, j, 1));
                    HeadRows.Add(p, dy, rows.Part(dx, head, j, 2));
                }
            }
        }
    }
}

internal sealed class RotaryCase(HeadRows rows)
    : KernelCase("rotary", nameof(Backend.Rotary), rows.Text, 0, new(rows.Rows * 3 * rows.Width), new(rows.Time * rows.Size), KernelBuffer.Output(rows.Rows * 3 * rows.Width))
{
    public override void Prepare(double[][] b) => Angles(rows, b[1]);

    public override void Run(Backend backend, View[] b) => backend.Rotary(b[0], b[1], b[2], rows.Rotary);

    public override void Textbook<T>(T[][] b) => Rotate(rows, b[0], b[1], b[2], T.One, adds: false);

    /// <summary>Cosines, then sines, of the angles of each position.</summary>
    internal static void Angles(HeadRows rows, double[] table)
    {
        int half = rows.Size / 2;
        for (int i = 0; i < rows.Time * half; i++)
        {
            double angle = (i / half) * Math.Pow(10000, -(double)(i % half) / half);
            (table[(i / half * rows.Size) + (i % half)], table[(i / half * rows.Size) + half + (i % half)]) = (Math.Cos(angle), Math.Sin(angle));
        }
    }

    /// <summary>Rotates by the angles times <paramref name="direction"/>; v is copied.</summary>
    internal static void Rotate<T>(HeadRows rows, T[] from, T[] table, T[] into, T direction, bool adds) where T : struct, IFloatingPointIeee754<T>
    {
        int half = rows.Size / 2, heads = 3 * rows.Heads;
        for (int head = 0; head < rows.Rows * heads; head++)
        {
            Span<T> x = from.AsSpan(head * rows.Size, rows.Size), y = into.AsSpan(head * rows.Size, rows.Size), angles = table.AsSpan(head / heads % rows.Time * rows.Size, rows.Size);
            bool rotated = head % heads < 2 * rows.Heads;
            if (!adds) { y.Clear(); }
            for (int d = 0; d < half; d++)
            {
                T cosine = rotated ? angles[d] : T.One, sine = rotated ? direction * angles[half + d] : T.Zero;
                y[d] += (x[d] * cosine) - (x[half + d] * sine);
                y[half + d] += (x[half + d] * cosine) + (x[d] * sine);
            }
        }
    }
}

internal sealed class RotaryBackwardCase(HeadRows rows)
    : KernelCase("rotary.backward", nameof(Backend.RotaryBackward), rows.Text, 0, new(rows.Rows * 3 * rows.Width), new(rows.Time * rows.Size), KernelBuffer.Updated(rows.Rows * 3 * rows.Width))
{
    public override void Prepare(double[][] b) => RotaryCase.Angles(rows, b[1]);

    public override void Run(Backend backend, View[] b) => backend.RotaryBackward(b[0], b[1], b[2], rows.Rotary);

    public override void Textbook<T>(T[][] b) => RotaryCase.Rotate(rows, b[0], b[1], b[2], -T.One, adds: true);
}
