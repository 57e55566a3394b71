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
    public override void Embedding(View tokens, View table, View y, int rows, int columns) => throw new NotSupportedException(Name);
    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns) => throw new NotSupportedException(Name);
    public override void Sum(View x, View result) => throw new NotSupportedException(Name);
    public override void SumOfSquares(View x, View result) => throw new NotSupportedException(Name);
    public override void AdamW(View w, View g, View m, View v, in AdamWStep step) => throw new NotSupportedException(Name);
    public override void Momentum(View g, View m, View update, float momentum, bool nesterov, float gradientScale, bool clearGradient = false) => throw new NotSupportedException(Name);
    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, float gradientScale, bool clearGradient = false) => throw new NotSupportedException(Name);
}
