using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

internal sealed class FillCase(int n) : KernelCase("fill", nameof(Backend.Fill), $"{n}", 0, KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Fill(b[0], 0.5f);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[0][i] = T.CreateChecked(0.5); }
    }
}

internal sealed class CopyCase(int n) : KernelCase("copy", nameof(Backend.Copy), $"{n}", 0, new(n), KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Copy(b[0], b[1]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[1][i] = b[0][i]; }
    }
}

internal sealed class AddCase(int n) : KernelCase("add", nameof(Backend.Add), $"{n}", 0, new(n), new(n), KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Add(b[0], b[1], b[2]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[2][i] = b[0][i] + b[1][i]; }
    }
}

internal sealed class AccumulateCase(int n) : KernelCase("accumulate", nameof(Backend.Accumulate), $"{n}", 0, new(n), KernelBuffer.Updated(n))
{
    public override void Run(Backend backend, View[] b) => backend.Accumulate(b[0], b[1], 0.25f);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[1][i] += T.CreateChecked(0.25) * b[0][i]; }
    }
}

internal sealed class ScaleCase(int n) : KernelCase("scale", nameof(Backend.Scale), $"{n}", 0, new(n), KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Scale(b[0], b[1], 0.25f);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[1][i] = T.CreateChecked(0.25) * b[0][i]; }
    }
}

internal sealed class NormalizeCase(int n) : KernelCase("normalize", nameof(Backend.Normalize), $"{n}", 0, KernelBuffer.Updated(n), new(1, Low: 1, High: 1))
{
    private const double Epsilon = 1e-6; // so small that many calls leave normal numbers

    public override void Run(Backend backend, View[] b) => backend.Normalize(b[0], b[1], Epsilon);

    public override void Textbook<T>(T[][] b)
    {
        T scale = T.One / (T.Sqrt(b[1][0]) + T.CreateChecked(Epsilon));
        for (int i = 0; i < n; i++) { b[0][i] *= scale; }
    }
}

internal sealed class MultiplyCase(int n) : KernelCase("multiply", nameof(Backend.Multiply), $"{n}", 0, new(n), new(n), KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Multiply(b[0], b[1], b[2]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[2][i] = b[0][i] * b[1][i]; }
    }
}

internal sealed class MultiplyBackwardCase(int n) : KernelCase("multiply.backward", nameof(Backend.MultiplyBackward), $"{n}", 0, new(n), new(n), new(n), KernelBuffer.Updated(n), KernelBuffer.Updated(n))
{
    public override void Run(Backend backend, View[] b) => backend.MultiplyBackward(b[0], b[1], b[2], b[3], b[4]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++)
        {
            b[3][i] += b[2][i] * b[1][i];
            b[4][i] += b[2][i] * b[0][i];
        }
    }
}

internal sealed class AddRowsCase(int rows, int columns) : KernelCase("bias", nameof(Backend.AddRows), $"{rows}×{columns}", 0, new(rows * columns), new(columns), KernelBuffer.Output(rows * columns))
{
    public override void Run(Backend backend, View[] b) => backend.AddRows(b[0], b[1], b[2], rows, columns, 1);

    public override void Textbook<T>(T[][] b)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++) { b[2][(r * columns) + c] = b[0][(r * columns) + c] + b[1][c]; }
        }
    }
}

internal sealed class AddRowsBackwardCase(int rows, int columns) : KernelCase("bias.backward", nameof(Backend.AddRowsBackward), $"{rows}×{columns}", 0, new(rows * columns), KernelBuffer.Updated(columns))
{
    public override void Run(Backend backend, View[] b) => backend.AddRowsBackward(b[0], b[1], rows, columns, 1);

    public override void Textbook<T>(T[][] b)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++) { b[1][c] += b[0][(r * columns) + c]; }
        }
    }
}

internal sealed class DropoutCase(int n) : KernelCase("dropout", nameof(Backend.Dropout), $"{n}", 0, new(n), KernelBuffer.Output(n))
{
    internal const float Rate = 0.25f;
    internal static readonly RandomStream Stream = new(7, 11);

    public override void Run(Backend backend, View[] b) => backend.Dropout(b[0], b[1], Rate, Stream);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[1][i] = CounterRandom.Uniform(Stream, (ulong)i) >= Rate ? b[0][i] / T.CreateChecked(1 - Rate) : T.Zero; }
    }
}

internal sealed class DropoutBackwardCase(int n) : KernelCase("dropout.backward", nameof(Backend.DropoutBackward), $"{n}", 0, new(n), KernelBuffer.Updated(n))
{
    public override void Run(Backend backend, View[] b) => backend.DropoutBackward(b[0], b[1], DropoutCase.Rate, DropoutCase.Stream);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++)
        {
            if (CounterRandom.Uniform(DropoutCase.Stream, (ulong)i) >= DropoutCase.Rate) { b[1][i] += b[0][i] / T.CreateChecked(1 - DropoutCase.Rate); }
        }
    }
}

internal sealed class SumCase(int n) : KernelCase("sum", nameof(Backend.Sum), $"{n}", 0, new(n, BufferRole.Input, 0), KernelBuffer.Output(1))
{
    public override void Run(Backend backend, View[] b) => backend.Sum(b[0], b[1]);

    public override void Textbook<T>(T[][] b)
    {
        T sum = T.Zero;
        foreach (T x in b[0]) { sum += x; }
        b[1][0] = sum;
    }
}

internal sealed class SumOfSquaresCase(int n) : KernelCase("sum.squares", nameof(Backend.SumOfSquares), $"{n}", 0, new(n), KernelBuffer.Output(1))
{
    public override void Run(Backend backend, View[] b) => backend.SumOfSquares(b[0], b[1]);

    public override void Textbook<T>(T[][] b)
    {
        T sum = T.Zero;
        foreach (T x in b[0]) { sum += x * x; }
        b[1][0] = sum;
    }
}
