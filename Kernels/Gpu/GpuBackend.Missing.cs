namespace PureLlm.Kernels.Gpu;

/// <content>Operations that no kernel computes yet.</content>
internal sealed partial class GpuBackend
{
    public override void Narrow(View x, View y, StorageFormat format) => throw new NotSupportedException(Name);
    public override void Widen(View x, View y, StorageFormat format) => throw new NotSupportedException(Name);
    public override void Add(View a, View b, View y) => throw new NotSupportedException(Name);
    public override void Accumulate(View x, View into, float scale = 1f) => throw new NotSupportedException(Name);
    public override void Scale(View x, View y, float scale) => throw new NotSupportedException(Name);
    public override void Normalize(View x, View sumOfSquares, double epsilon) => throw new NotSupportedException(Name);
    public override void Multiply(View a, View b, View y) => throw new NotSupportedException(Name);
    public override void MultiplyBackward(View a, View b, View dy, View da, View db) => throw new NotSupportedException(Name);
    public override void AddRows(View x, View b, View y, int rows, int columns, int period) => throw new NotSupportedException(Name);
    public override void AddRowsBackward(View dy, View db, int rows, int columns, int period) => throw new NotSupportedException(Name);
    public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true) => throw new NotSupportedException(Name);
    public override void Gate<TFunction>(View gate, View up, View y) => throw new NotSupportedException(Name);
    public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true) => throw new NotSupportedException(Name);
    public override void Dropout(View x, View y, float rate, RandomStream stream) => throw new NotSupportedException(Name);
    public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true) => throw new NotSupportedException(Name);
    public override void RmsNorm(View x, View w, View y, View r, int rows, int columns, float epsilon) => throw new NotSupportedException(Name);
    public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns) => throw new NotSupportedException(Name);
    public override void LayerNorm(View x, View w, View b, View y, View mean, View r, int rows, int columns, float epsilon) => throw new NotSupportedException(Name);
    public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns) => throw new NotSupportedException(Name);
    public override void HeadNorm(View x, View wq, View wk, View y, View r, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize, float epsilon) => throw new NotSupportedException(Name);
    public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize) => throw new NotSupportedException(Name);
    public override void Softmax(View x, View y, int rows, int columns) => throw new NotSupportedException(Name);
    public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns) => throw new NotSupportedException(Name);
    public override void Rotary(View x, View table, View y, in RotaryShape shape) => throw new NotSupportedException(Name);
    public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) => throw new NotSupportedException(Name);
    public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape) => throw new NotSupportedException(Name);
    public override void Embedding(View tokens, View table, View y, int rows, int columns) => throw new NotSupportedException(Name);
    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns) => throw new NotSupportedException(Name);
    public override void CrossEntropy(View logits, View targets, View losses, View logSumExp, int rows, int columns, int ignoreIndex) => throw new NotSupportedException(Name);
    public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default) => throw new NotSupportedException(Name);
    public override void Sum(View x, View result) => throw new NotSupportedException(Name);
    public override void SumOfSquares(View x, View result) => throw new NotSupportedException(Name);
    public override void AdamW(View w, View g, View m, View v, in AdamWStep step) => throw new NotSupportedException(Name);
    public override void Momentum(View g, View m, View update, float momentum, bool nesterov, float gradientScale, bool clearGradient = false) => throw new NotSupportedException(Name);
    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, float gradientScale, bool clearGradient = false) => throw new NotSupportedException(Name);
}
