namespace PureLlm.Kernels;

/// <summary>The whole device contract. Every argument is row-major; inputs, outputs, sizes, then hyper-parameters.</summary>
/// <remarks>Gradients (d…) are added to, unless a call says that it is the first to touch them. One virtual call per operation, never per element.
/// The bits of every result are independent of the number of threads. Families: memory, elementwise, matrix product,
/// normalisation, attention, tokens and loss, optimizers.</remarks>
public abstract class Backend : IDisposable
{
    /// <summary>"cpu", "cuda", …</summary>
    public abstract string Name { get; }

    /// <summary>Who multiplies matrices, in which precision and why, where there is a choice; else empty.</summary>
    public virtual string Products => "";

    public abstract void Dispose();

    // ---- memory

    /// <summary>A buffer of <paramref name="length"/> zeros in a format.</summary>
    public abstract TensorBuffer Allocate(int length, StorageFormat format = StorageFormat.Float32);

    /// <summary>Whether buffers lie in blocks that can be reserved, so that it pays to know ahead what they take.</summary>
    public virtual bool ReservesMemory => false;

    /// <summary>Takes the memory of buffers to come in one block, before the first of them; what is not used goes with the reservation.</summary>
    /// <returns>The reservation: disposed of when the work is done.</returns>
    /// <exception cref="OutOfMemoryException">The device has not as much; the message says what is needed for what, what is free, and what makes it smaller.</exception>
    public virtual IDisposable? Reserve(MemoryNeeds needs) => null;

    /// <summary>The numbers of a host array, rounded to nearest where the view's buffer keeps 16 bits.</summary>
    public abstract void Write(ReadOnlySpan<float> source, View destination);

    /// <summary>The numbers of a view, exactly.</summary>
    public abstract void Read(View source, Span<float> destination);

    /// <summary>A way for a few numbers of a step to the host that the host need not wait on. Dispose it before the backend.</summary>
    public virtual Readback CreateReadback(int length) => new ImmediateReadback(this, length);

    /// <summary>Token ids: stored by their bits, one to a word.</summary>
    public abstract void WriteTokens(ReadOnlySpan<int> source, View destination);
    public abstract void ReadTokens(View source, Span<int> destination);

    // ---- 16-bit storage

    /// <summary>32-bit words that <paramref name="length"/> numbers take in a format.</summary>
    public static int StoredLength(int length, StorageFormat format) => format == StorageFormat.Float32 ? length : (int)(((long)length + 1) / 2);

    /// <summary>y = x in 16 bits, two numbers to a word, the first in its low half; to nearest, ties to even. y has <see cref="StoredLength"/> words.</summary>
    /// <exception cref="ArgumentException">The format has 32 bits, or y another length.</exception>
    public abstract void Narrow(View x, View y, StorageFormat format);

    /// <summary>y = x, exactly; x as <see cref="Narrow"/> wrote it.</summary>
    /// <exception cref="ArgumentException">The format has 32 bits, or x another length.</exception>
    public abstract void Widen(View x, View y, StorageFormat format);

    // ---- elementwise

    public abstract void Fill(View x, float value);
    public abstract void Copy(View x, View y);

    /// <summary>y = a + b.</summary>
    public abstract void Add(View a, View b, View y);

    /// <summary>into += scale · x.</summary>
    public abstract void Accumulate(View x, View into, float scale = 1f);

    /// <summary>y = scale · x.</summary>
    public abstract void Scale(View x, View y, float scale);

    /// <summary>x = x / (√sumOfSquares[0] + ε), the root and the quotient in float64.</summary>
    public abstract void Normalize(View x, View sumOfSquares, double epsilon);

    /// <summary>y = a ⊙ b.</summary>
    public abstract void Multiply(View a, View b, View y);

    /// <summary>da += dy ⊙ b, db += dy ⊙ a; an empty view is skipped.</summary>
    public abstract void MultiplyBackward(View a, View b, View dy, View da, View db);

    /// <summary>y[r,:] = x[r,:] + b[r mod period,:]: a bias (period 1) or learned positions (period T).</summary>
    public abstract void AddRows(View x, View b, View y, int rows, int columns, int period);

    /// <summary>db[p,:] += Σ dy[r,:] over r ≡ p (mod period).</summary>
    public abstract void AddRowsBackward(View dy, View db, int rows, int columns, int period);

    /// <summary>y = f(x).</summary>
    public abstract void Map<TFunction>(View x, View y) where TFunction : struct, IUnaryFunction;

    /// <summary>dx += dy · f'(x); without <paramref name="accumulate"/> onto zeros, whatever dx holds.</summary>
    public abstract void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true) where TFunction : struct, IUnaryFunction;

    /// <summary>y = f(gate) ⊙ up.</summary>
    public abstract void Gate<TFunction>(View gate, View up, View y) where TFunction : struct, IUnaryFunction;

    /// <summary>dgate += dy ⊙ up ⊙ f'(gate), dup += dy ⊙ f(gate); without <paramref name="accumulate"/> onto zeros.</summary>
    public abstract void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true) where TFunction : struct, IUnaryFunction;

    /// <summary>y[i] = x[i] / (1 − rate) where the random number (stream, i) is ≥ rate, else 0.</summary>
    public abstract void Dropout(View x, View y, float rate, RandomStream stream);

    /// <summary>dx += dy under the same mask; without <paramref name="accumulate"/> onto zeros.</summary>
    public abstract void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true);

    // ---- matrix product

    /// <summary>c = start + a·b, with start = c if <paramref name="accumulate"/>, else the bias of the column, else 0. Each element adds its products along k in order.</summary>
    public abstract void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default);

    // ---- normalisation

    /// <summary>y = x·r·w, r = 1/√(mean x² + ε); r [rows] is kept. An empty w is 1.</summary>
    public abstract void RmsNorm(View x, View w, View y, View r, int rows, int columns, float epsilon);
    public abstract void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns);

    /// <summary>y = (x − mean)·r·w + b, r = 1/√(variance + ε); mean and r [rows] are kept. An empty b is 0.</summary>
    public abstract void LayerNorm(View x, View w, View b, View y, View mean, View r, int rows, int columns, float epsilon);
    public abstract void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns);

    /// <summary>RMSNorm of each head of a row [TotalHeads, HeadSize]: the first <paramref name="queryHeads"/> heads by wq, the next <paramref name="keyHeads"/> by wk, the others copied; r [rows, queryHeads + keyHeads] is kept.</summary>
    public abstract void HeadNorm(View x, View wq, View wk, View y, View r, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize, float epsilon);
    public abstract void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize);

    public abstract void Softmax(View x, View y, int rows, int columns);

    /// <summary>dx += y ⊙ (dy − Σ y ⊙ dy) of each row.</summary>
    public abstract void SoftmaxBackward(View y, View dy, View dx, int rows, int columns);

    // ---- attention

    /// <summary>y = rotation of x by the angles of its position; table [positions, Dimensions] holds the cosines, then the sines, of Dimensions/2 angles.</summary>
    public abstract void Rotary(View x, View table, View y, in RotaryShape shape);

    /// <summary>dx += inverse rotation of dy; without <paramref name="accumulate"/> onto zeros.</summary>
    public abstract void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true);

    /// <summary>y = softmax(scale·q·kᵀ + mask)·v of each head; logSumExp [Batch, Heads, Queries] is kept, the T×S scores are not.</summary>
    public abstract void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape);
    public abstract void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape);

    // ---- tokens and loss

    /// <summary>y[r,:] = table[tokens[r],:].</summary>
    public abstract void Embedding(View tokens, View table, View y, int rows, int columns);
    public abstract void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns);

    /// <summary>losses[r] = logSumExp[r] − logits[r, targets[r]]; 0 where the target is <paramref name="ignoreIndex"/>.</summary>
    public abstract void CrossEntropy(View logits, View targets, View losses, View logSumExp, int rows, int columns, int ignoreIndex);

    /// <summary>dlogits = scale·upstream[0]·(softmax(logits) − onehot(target)), a row of zeros where ignored; overwrites, and may be the memory of logits. An empty upstream is 1.</summary>
    public abstract void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default);

    /// <summary>result[0] = Σ x, in fixed chunks and a fixed tree.</summary>
    public abstract void Sum(View x, View result);

    /// <summary>result[0] = Σ x².</summary>
    public abstract void SumOfSquares(View x, View result);

    // ---- optimizers: w in float32 or split, g in any format, moments in float32 or bfloat16, which is rounded by the randomness of m's buffer

    /// <summary>factor[0] = <see cref="Clipping.Factor"/>(norm, maximum) / unit with norm = <see cref="Clipping.Norm"/>(Σ sumsOfSquares, unit), all in float64.</summary>
    public abstract void ClipFactor(View sumsOfSquares, View factor, double maximum, double unit);

    /// <summary>One pass: m, v, bias correction, decay, w.</summary>
    public abstract void AdamW(View w, View g, View m, View v, in AdamWStep step);

    /// <summary>m = momentum·m + scale·g; update = nesterov ? scale·g + momentum·m : m, in float32.</summary>
    public abstract void Momentum(View g, View m, View update, float momentum, bool nesterov, GradientScale scale);

    /// <summary>m = momentum·m + scale·g + decay·w; w −= rate·(nesterov ? scale·g + decay·w + momentum·m : m).</summary>
    public abstract void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, GradientScale scale);
}
