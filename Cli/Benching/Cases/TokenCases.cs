using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

internal sealed class EmbeddingCase(int rows, int vocabulary, int columns)
    : KernelCase("embedding", nameof(Backend.Embedding), $"{rows}×{vocabulary}×{columns}", 0, new(rows, BufferRole.Tokens, 0, vocabulary), new(vocabulary * columns), KernelBuffer.Output(rows * columns))
{
    public override double Bytes => 2.0 * sizeof(float) * rows * columns;

    public override void Run(Backend backend, View[] b) => backend.Embedding(b[0], b[1], b[2], rows, columns);

    public override void Textbook<T>(T[][] b)
    {
        for (int r = 0; r < rows; r++) { b[1].AsSpan(int.CreateTruncating(b[0][r]) * columns, columns).CopyTo(b[2].AsSpan(r * columns, columns)); }
    }
}

internal sealed class EmbeddingBackwardCase(int rows, int vocabulary, int columns)
    : KernelCase("embedding.backward", nameof(Backend.EmbeddingBackward), $"{rows}×{vocabulary}×{columns}", 0, new(rows, BufferRole.Tokens, 0, vocabulary), new(rows * columns), KernelBuffer.Updated(vocabulary * columns))
{
    public override double Bytes => 3.0 * sizeof(float) * rows * columns;

    public override void Run(Backend backend, View[] b) => backend.EmbeddingBackward(b[0], b[1], b[2], rows, columns);

    public override void Textbook<T>(T[][] b)
    {
        for (int r = 0; r < rows; r++) { HeadRows.Add(T.One, b[1].AsSpan(r * columns, columns), b[2].AsSpan(int.CreateTruncating(b[0][r]) * columns, columns)); }
    }
}

internal sealed class CrossEntropyCase(int rows, int columns)
    : KernelCase("crossentropy", nameof(Backend.CrossEntropy), $"{rows}×{columns}", 0, new(rows * columns, BufferRole.Input, -6, 6), new(rows, BufferRole.Tokens, 0, columns), KernelBuffer.Output(rows), KernelBuffer.Output(rows))
{
    public override void Run(Backend backend, View[] b) => backend.CrossEntropy(b[0], b[1], b[2], b[3], rows, columns, -1);

    public override void Textbook<T>(T[][] b)
    {
        for (int r = 0; r < rows; r++)
        {
            Span<T> logits = b[0].AsSpan(r * columns, columns);
            T largest = T.NegativeInfinity, sum = T.Zero;
            foreach (T x in logits) { largest = T.Max(largest, x); }
            foreach (T x in logits) { sum += T.Exp(x - largest); }
            b[3][r] = largest + T.Log(sum);
            b[2][r] = b[3][r] - logits[int.CreateTruncating(b[1][r])];
        }
    }
}

internal sealed class CrossEntropyBackwardCase(int rows, int columns)
    : KernelCase("crossentropy.backward", nameof(Backend.CrossEntropyBackward), $"{rows}×{columns}", 0, new(rows * columns, BufferRole.Input, -6, 6), new(rows, BufferRole.Tokens, 0, columns), new(rows), KernelBuffer.Output(rows * columns))
{
    public override void Prepare(double[][] b) => new CrossEntropyCase(rows, columns).Textbook([b[0], b[1], new double[rows], b[2]]);

    public override void Run(Backend backend, View[] b) => backend.CrossEntropyBackward(b[0], b[1], b[2], b[3], rows, columns, -1, 0.5f);

    public override void Textbook<T>(T[][] b)
    {
        T scale = T.CreateChecked(0.5);
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++) { b[3][(r * columns) + c] = scale * T.Exp(b[0][(r * columns) + c] - b[2][r]); }
            b[3][(r * columns) + int.CreateTruncating(b[1][r])] -= scale;
        }
    }
}
