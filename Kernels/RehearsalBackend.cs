namespace PureLlm.Kernels;

/// <summary>A device without memory on which work is rehearsed: every operation does nothing, and what is noted is which buffers there are, and when.</summary>
/// <remarks>Numbers that are read are 0. A block of <see cref="Bytes"/> bytes holds the buffers of the same work on a device that gives them places as <see cref="RangeAllocator"/> does.</remarks>
public sealed class RehearsalBackend : Backend
{
    private readonly RangeAllocator places = new();

    public override string Name => "rehearsal";

    /// <summary>Bytes of a block that holds all buffers of the work so far.</summary>
    public long Bytes => places.Peak;

    /// <summary>The most numbers that the operands of a matrix product had.</summary>
    public long Operands { get; private set; }

    public override TensorBuffer Allocate(int length, StorageFormat format = StorageFormat.Float32) => new PhantomBuffer(places, length, format);

    public override void Read(View source, Span<float> destination) => destination.Clear();

    public override void ReadTokens(View source, Span<int> destination) => destination.Clear();

    public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default) =>
        Operands = Math.Max(Operands, ((long)m * k) + ((long)k * n));

    public override void Write(ReadOnlySpan<float> source, View destination) { }
    public override void WriteTokens(ReadOnlySpan<int> source, View destination) { }
    public override void Narrow(View x, View y, StorageFormat format) { }
    public override void Widen(View x, View y, StorageFormat format) { }
    public override void Fill(View x, float value) { }
    public override void Copy(View x, View y) { }
    public override void Add(View a, View b, View y) { }
    public override void Accumulate(View x, View into, float scale = 1f) { }
    public override void Scale(View x, View y, float scale) { }
    public override void Normalize(View x, View sumOfSquares, double epsilon) { }
    public override void Multiply(View a, View b, View y) { }
    public override void MultiplyBackward(View a, View b, View dy, View da, View db) { }
    public override void AddRows(View x, View b, View y, int rows, int columns, int period) { }
    public override void AddRowsBackward(View dy, View db, int rows, int columns, int period) { }
    public override void Map<TFunction>(View x, View y) { }
    public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true) { }
    public override void Gate<TFunction>(View gate, View up, View y) { }
    public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true) { }
    public override void Dropout(View x, View y, float rate, RandomStream stream) { }
    public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true) { }
    public override void RmsNorm(View x, View w, View y, View r, int rows, int columns, float epsilon) { }
    public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns) { }
    public override void LayerNorm(View x, View w, View b, View y, View mean, View r, int rows, int columns, float epsilon) { }
    public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns) { }
    public override void HeadNorm(View x, View wq, View wk, View y, View r, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize, float epsilon) { }
    public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize) { }
    public override void Softmax(View x, View y, int rows, int columns) { }
    public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns) { }
    public override void Rotary(View x, View table, View y, in RotaryShape shape) { }
    public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) { }
    public override void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape) { }
    public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape) { }
    public override void Embedding(View tokens, View table, View y, int rows, int columns) { }
    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns) { }
    public override void CrossEntropy(View logits, View targets, View losses, View logSumExp, int rows, int columns, int ignoreIndex) { }
    public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default) { }
    public override void Sum(View x, View result) { }
    public override void SumOfSquares(View x, View result) { }
    public override void ClipFactor(View sumsOfSquares, View factor, double maximum, double unit) { }
    public override void AdamW(View w, View g, View m, View v, in AdamWStep step) { }
    public override void Momentum(View g, View m, View update, float momentum, bool nesterov, GradientScale scale) { }
    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, GradientScale scale) { }

    public override void Dispose()
    {
    }

    /// <summary>A place, and no memory there.</summary>
    private sealed class PhantomBuffer : TensorBuffer
    {
        private readonly RangeAllocator places;
        private readonly long start;
        private bool isDisposed;

        public PhantomBuffer(RangeAllocator places, int length, StorageFormat format) : base(length, format) => (this.places, start) = (places, places.Take(Bytes));

        public override Span<float> Span => throw new NotSupportedException("A rehearsal has no memory.");

        public override void Dispose()
        {
            if (isDisposed) { return; }
            isDisposed = true;
            places.Give(start, Bytes);
        }
    }
}
