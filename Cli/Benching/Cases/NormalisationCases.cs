using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

internal sealed class RmsNormCase(int rows, int columns)
    : KernelCase("rmsnorm", nameof(Backend.RmsNorm), $"{rows}×{columns}", 0, new(rows * columns), new(columns), KernelBuffer.Output(rows * columns), KernelBuffer.Output(rows))
{
    internal const double Epsilon = 1e-5;

    public override void Run(Backend backend, View[] b) => backend.RmsNorm(b[0], b[1], b[2], b[3], rows, columns, (float)Epsilon);

    public override void Textbook<T>(T[][] b)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<T> x = b[0].AsSpan(row * columns, columns), y = b[2].AsSpan(row * columns, columns);
            T squares = T.Zero;
            foreach (T value in x) { squares += value * value; }
            T r = b[3][row] = T.One / T.Sqrt((squares / T.CreateChecked(columns)) + T.CreateChecked(Epsilon));
            for (int c = 0; c < columns; c++) { y[c] = x[c] * r * b[1][c]; }
        }
    }
}

internal sealed class RmsNormBackwardCase(int rows, int columns)
    : KernelCase("rmsnorm.backward", nameof(Backend.RmsNormBackward), $"{rows}×{columns}", 0, new(rows * columns), new(columns), new(rows), new(rows * columns), KernelBuffer.Updated(rows * columns), KernelBuffer.Updated(columns))
{
    public override void Prepare(double[][] b) => new RmsNormCase(rows, columns).Textbook([b[0], b[1], new double[rows * columns], b[2]]);

    public override void Run(Backend backend, View[] b) => backend.RmsNormBackward(b[0], b[1], b[2], b[3], b[4], b[5], rows, columns);

    public override void Textbook<T>(T[][] b)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<T> x = b[0].AsSpan(row * columns, columns), dy = b[3].AsSpan(row * columns, columns), dx = b[4].AsSpan(row * columns, columns);
            T r = b[2][row], dot = T.Zero;
            for (int c = 0; c < columns; c++) { dot += dy[c] * b[1][c] * x[c]; }
            for (int c = 0; c < columns; c++)
            {
                dx[c] += r * ((dy[c] * b[1][c]) - (x[c] * r * r * dot / T.CreateChecked(columns)));
                b[5][c] += dy[c] * x[c] * r;
            }
        }
    }
}

internal sealed class LayerNormCase(int rows, int columns)
    : KernelCase("layernorm", nameof(Backend.LayerNorm), $"{rows}×{columns}", 0, new(rows * columns), new(columns), new(columns), KernelBuffer.Output(rows * columns), KernelBuffer.Output(rows), KernelBuffer.Output(rows))
{
    public override void Run(Backend backend, View[] b) => backend.LayerNorm(b[0], b[1], b[2], b[3], b[4], b[5], rows, columns, (float)RmsNormCase.Epsilon);

    public override void Textbook<T>(T[][] b)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<T> x = b[0].AsSpan(row * columns, columns), y = b[3].AsSpan(row * columns, columns);
            T mean = T.Zero, variance = T.Zero, n = T.CreateChecked(columns);
            foreach (T value in x) { mean += value / n; }
            foreach (T value in x) { variance += (value - mean) * (value - mean) / n; }
            T r = b[5][row] = T.One / T.Sqrt(variance + T.CreateChecked(RmsNormCase.Epsilon));
            b[4][row] = mean;
            for (int c = 0; c < columns; c++) { y[c] = ((x[c] - mean) * r * b[1][c]) + b[2][c]; }
        }
    }
}

internal sealed class LayerNormBackwardCase(int rows, int columns)
    : KernelCase("layernorm.backward", nameof(Backend.LayerNormBackward), $"{rows}×{columns}", 0, new(rows * columns), new(columns), new(rows), new(rows), new(rows * columns), KernelBuffer.Updated(rows * columns), KernelBuffer.Updated(columns), KernelBuffer.Updated(columns))
{
    public override void Prepare(double[][] b) => new LayerNormCase(rows, columns).Textbook([b[0], b[1], b[1], new double[rows * columns], b[2], b[3]]);

    public override void Run(Backend backend, View[] b) => backend.LayerNormBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], rows, columns);

    public override void Textbook<T>(T[][] b)
    {
        T n = T.CreateChecked(columns);
        for (int row = 0; row < rows; row++)
        {
            Span<T> x = b[0].AsSpan(row * columns, columns), dy = b[4].AsSpan(row * columns, columns), dx = b[5].AsSpan(row * columns, columns);
            T mean = b[2][row], r = b[3][row], sum = T.Zero, dot = T.Zero;
            for (int c = 0; c < columns; c++)
            {
                T dnormal = dy[c] * b[1][c];
                sum += dnormal;
                dot += dnormal * (x[c] - mean) * r;
            }
            for (int c = 0; c < columns; c++)
            {
                T normal = (x[c] - mean) * r;
                dx[c] += r * ((dy[c] * b[1][c]) - (sum / n) - (normal * dot / n));
                b[6][c] += dy[c] * normal;
                b[7][c] += dy[c];
            }
        }
    }
}

internal sealed class SoftmaxCase(int rows, int columns) : KernelCase("softmax", nameof(Backend.Softmax), $"{rows}×{columns}", 0, new(rows * columns, BufferRole.Input, -6, 6), KernelBuffer.Output(rows * columns))
{
    public override void Run(Backend backend, View[] b) => backend.Softmax(b[0], b[1], rows, columns);

    public override void Textbook<T>(T[][] b)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<T> x = b[0].AsSpan(row * columns, columns), y = b[1].AsSpan(row * columns, columns);
            T largest = x[0], sum = T.Zero;
            foreach (T value in x) { largest = T.Max(largest, value); }
            for (int c = 0; c < columns; c++) { sum += y[c] = T.Exp(x[c] - largest); }
            for (int c = 0; c < columns; c++) { y[c] /= sum; }
        }
    }
}

internal sealed class SoftmaxBackwardCase(int rows, int columns)
    : KernelCase("softmax.backward", nameof(Backend.SoftmaxBackward), $"{rows}×{columns}", 0, new(rows * columns, BufferRole.Input, -6, 6), new(rows * columns), KernelBuffer.Updated(rows * columns))
{
    public override void Prepare(double[][] b) => new SoftmaxCase(rows, columns).Textbook([(double[])b[0].Clone(), b[0]]);

    public override void Run(Backend backend, View[] b) => backend.SoftmaxBackward(b[0], b[1], b[2], rows, columns);

    public override void Textbook<T>(T[][] b)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<T> y = b[0].AsSpan(row * columns, columns), dy = b[1].AsSpan(row * columns, columns), dx = b[2].AsSpan(row * columns, columns);
            T dot = T.Zero;
            for (int c = 0; c < columns; c++) { dot += y[c] * dy[c]; }
            for (int c = 0; c < columns; c++) { dx[c] += y[c] * (dy[c] - dot); }
        }
    }
}

/// <summary>A row holds query, key and value heads; the first two kinds are normalised.</summary>
internal sealed class HeadNormCase(int rows, int queries, int keys, int size)
    : KernelCase("headnorm", nameof(Backend.HeadNorm), $"{rows}×{queries + (2 * keys)}×{size}", 0, new(rows * (queries + (2 * keys)) * size), new(size), new(size), KernelBuffer.Output(rows * (queries + (2 * keys)) * size), KernelBuffer.Output(rows * (queries + keys)))
{
    public override void Run(Backend backend, View[] b) => backend.HeadNorm(b[0], b[1], b[2], b[3], b[4], rows, queries + (2 * keys), queries, keys, size, (float)RmsNormCase.Epsilon);

    public override void Textbook<T>(T[][] b)
    {
        int heads = queries + (2 * keys), normal = queries + keys;
        for (int head = 0; head < rows * heads; head++)
        {
            Span<T> x = b[0].AsSpan(head * size, size), y = b[3].AsSpan(head * size, size);
            if (head % heads >= normal)
            {
                x.CopyTo(y);
                continue;
            }
            T[] w = b[head % heads < queries ? 1 : 2];
            T squares = T.Zero;
            foreach (T value in x) { squares += value * value; }
            T r = b[4][(head / heads * normal) + (head % heads)] = T.One / T.Sqrt((squares / T.CreateChecked(size)) + T.CreateChecked(RmsNormCase.Epsilon));
            for (int c = 0; c < size; c++) { y[c] = x[c] * r * w[c]; }
        }
    }
}

internal sealed class HeadNormBackwardCase(int rows, int queries, int keys, int size)
    : KernelCase("headnorm.backward", nameof(Backend.HeadNormBackward), $"{rows}×{queries + (2 * keys)}×{size}", 0, new(rows * (queries + (2 * keys)) * size), new(size), new(size), new(rows * (queries + keys)), new(rows * (queries + (2 * keys)) * size), KernelBuffer.Updated(rows * (queries + (2 * keys)) * size), KernelBuffer.Updated(size), KernelBuffer.Updated(size))
{
    public override void Prepare(double[][] b) => new HeadNormCase(rows, queries, keys, size).Textbook([b[0], b[1], b[2], new double[b[0].Length], b[3]]);

    public override void Run(Backend backend, View[] b) => backend.HeadNormBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], rows, queries + (2 * keys), queries, keys, size);

    public override void Textbook<T>(T[][] b)
    {
        int heads = queries + (2 * keys), normal = queries + keys;
        for (int head = 0; head < rows * heads; head++)
        {
            Span<T> x = b[0].AsSpan(head * size, size), dy = b[4].AsSpan(head * size, size), dx = b[5].AsSpan(head * size, size);
            if (head % heads >= normal)
            {
                for (int c = 0; c < size; c++) { dx[c] += dy[c]; }
                continue;
            }
            int kind = head % heads < queries ? 0 : 1;
            T r = b[3][(head / heads * normal) + (head % heads)], dot = T.Zero;
            for (int c = 0; c < size; c++) { dot += dy[c] * b[1 + kind][c] * x[c]; }
            for (int c = 0; c < size; c++)
            {
                dx[c] += r * ((dy[c] * b[1 + kind][c]) - (x[c] * r * r * dot / T.CreateChecked(size)));
                b[6 + kind][c] += dy[c] * x[c] * r;
            }
        }
    }
}
