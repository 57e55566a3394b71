using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

/// <summary>The processor's kernels on memory that the host cannot see, as on a GPU: whoever looks into a buffer itself, instead of through Read and Write, gets an exception.</summary>
internal sealed class BlindBackend(int threads = 1) : Backend
{
    private readonly CpuBackend inner = new(threads);

    public override string Name => "blind";

    /// <summary>Times that the host waited for the device.</summary>
    public int Reads { get; private set; }

    /// <summary>Numbers that were sent for by a <see cref="Readback"/>, and those that nobody took.</summary>
    public int Sent { get; private set; }

    public int Lost { get; private set; }

    /// <summary>What was reserved last, and how many buffers found no place in it.</summary>
    public MemoryNeeds? Reserved { get; private set; }

    public int Outside { get; private set; }

    /// <summary>The places of the buffers in what was reserved.</summary>
    public RangeAllocator? Places { get; private set; }

    public override bool ReservesMemory => true;

    public override IDisposable? Reserve(MemoryNeeds needs)
    {
        (Reserved, Places) = (needs, new RangeAllocator(needs.Bytes));
        return null;
    }

    public override TensorBuffer Allocate(int length, StorageFormat format = StorageFormat.Float32)
    {
        var buffer = new BlindBuffer(length, format);
        if (Places is { } places)
        {
            long start = places.Take(buffer.Bytes);
            if (start < 0) { Outside++; }
            else { buffer.Released = () => places.Give(start, buffer.Bytes); }
        }
        return buffer;
    }

    public override void Dispose() => inner.Dispose();

    public override void Write(ReadOnlySpan<float> source, View destination) => inner.Write(source, Open(destination));
    public override void Read(View source, Span<float> destination)
    {
        Reads++;
        inner.Read(Open(source), destination);
    }

    /// <summary>Numbers that arrive when they are waited for, and not before.</summary>
    public override Readback CreateReadback(int length) => new LateReadback(this, length);

    public override void WriteTokens(ReadOnlySpan<int> source, View destination) => inner.WriteTokens(source, Open(destination));
    public override void ReadTokens(View source, Span<int> destination)
    {
        Reads++;
        inner.ReadTokens(Open(source), destination);
    }

    public override void Narrow(View x, View y, StorageFormat format) => inner.Narrow(Open(x), Open(y), format);
    public override void Widen(View x, View y, StorageFormat format) => inner.Widen(Open(x), Open(y), format);
    public override void Fill(View x, float value) => inner.Fill(Open(x), value);
    public override void Copy(View x, View y) => inner.Copy(Open(x), Open(y));
    public override void Add(View a, View b, View y) => inner.Add(Open(a), Open(b), Open(y));
    public override void Accumulate(View x, View into, float scale = 1f) => inner.Accumulate(Open(x), Open(into), scale);
    public override void Scale(View x, View y, float scale) => inner.Scale(Open(x), Open(y), scale);
    public override void Normalize(View x, View sumOfSquares, double epsilon) => inner.Normalize(Open(x), Open(sumOfSquares), epsilon);
    public override void Multiply(View a, View b, View y) => inner.Multiply(Open(a), Open(b), Open(y));
    public override void MultiplyBackward(View a, View b, View dy, View da, View db) => inner.MultiplyBackward(Open(a), Open(b), Open(dy), Open(da), Open(db));
    public override void AddRows(View x, View b, View y, int rows, int columns, int period) => inner.AddRows(Open(x), Open(b), Open(y), rows, columns, period);
    public override void AddRowsBackward(View dy, View db, int rows, int columns, int period) => inner.AddRowsBackward(Open(dy), Open(db), rows, columns, period);
    public override void Map<TFunction>(View x, View y) => inner.Map<TFunction>(Open(x), Open(y));
    public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true) => inner.MapBackward<TFunction>(Open(x), Open(dy), Open(dx), accumulate);
    public override void Gate<TFunction>(View gate, View up, View y) => inner.Gate<TFunction>(Open(gate), Open(up), Open(y));
    public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true) => inner.GateBackward<TFunction>(Open(gate), Open(up), Open(dy), Open(dgate), Open(dup), accumulate);
    public override void Dropout(View x, View y, float rate, RandomStream stream) => inner.Dropout(Open(x), Open(y), rate, stream);
    public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true) => inner.DropoutBackward(Open(dy), Open(dx), rate, stream, accumulate);
    public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default) => inner.MatMul(layout, Open(a), Open(b), Open(c), m, n, k, accumulate, Open(bias));
    public override void RmsNorm(View x, View w, View y, View r, int rows, int columns, float epsilon) => inner.RmsNorm(Open(x), Open(w), Open(y), Open(r), rows, columns, epsilon);
    public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns) => inner.RmsNormBackward(Open(x), Open(w), Open(r), Open(dy), Open(dx), Open(dw), rows, columns);
    public override void LayerNorm(View x, View w, View b, View y, View mean, View r, int rows, int columns, float epsilon) => inner.LayerNorm(Open(x), Open(w), Open(b), Open(y), Open(mean), Open(r), rows, columns, epsilon);
    public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns) => inner.LayerNormBackward(Open(x), Open(w), Open(mean), Open(r), Open(dy), Open(dx), Open(dw), Open(db), rows, columns);
    public override void HeadNorm(View x, View wq, View wk, View y, View r, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize, float epsilon) => inner.HeadNorm(Open(x), Open(wq), Open(wk), Open(y), Open(r), rows, totalHeads, queryHeads, keyHeads, headSize, epsilon);
    public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize) => inner.HeadNormBackward(Open(x), Open(wq), Open(wk), Open(r), Open(dy), Open(dx), Open(dwq), Open(dwk), rows, totalHeads, queryHeads, keyHeads, headSize);
    public override void Softmax(View x, View y, int rows, int columns) => inner.Softmax(Open(x), Open(y), rows, columns);
    public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns) => inner.SoftmaxBackward(Open(y), Open(dy), Open(dx), rows, columns);
    public override void Rotary(View x, View table, View y, in RotaryShape shape) => inner.Rotary(Open(x), Open(table), Open(y), in shape);
    public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) => inner.RotaryBackward(Open(dy), Open(table), Open(dx), in shape, accumulate);
    public override void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape) => inner.Attention(Open(q), Open(k), Open(v), Open(y), Open(logSumExp), in shape);
    public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape) => inner.AttentionBackward(Open(q), Open(k), Open(v), Open(y), Open(logSumExp), Open(dy), Open(dq), Open(dk), Open(dv), in shape);
    public override void Embedding(View tokens, View table, View y, int rows, int columns) => inner.Embedding(Open(tokens), Open(table), Open(y), rows, columns);
    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns) => inner.EmbeddingBackward(Open(tokens), Open(dy), Open(dtable), rows, columns);
    public override void CrossEntropy(View logits, View targets, View losses, View logSumExp, int rows, int columns, int ignoreIndex) => inner.CrossEntropy(Open(logits), Open(targets), Open(losses), Open(logSumExp), rows, columns, ignoreIndex);
    public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default) => inner.CrossEntropyBackward(Open(logits), Open(targets), Open(logSumExp), Open(dlogits), rows, columns, ignoreIndex, scale, Open(upstream));
    public override void Sum(View x, View result) => inner.Sum(Open(x), Open(result));
    public override void SumOfSquares(View x, View result) => inner.SumOfSquares(Open(x), Open(result));
    public override void ClipFactor(View sumsOfSquares, View factor, double maximum, double unit) => inner.ClipFactor(Open(sumsOfSquares), Open(factor), maximum, unit);
    public override void AdamW(View w, View g, View m, View v, in AdamWStep step) => inner.AdamW(Open(w), Open(g), Open(m), Open(v), step with { GradientScale = Open(step.GradientScale) });
    public override void Momentum(View g, View m, View update, float momentum, bool nesterov, GradientScale scale) => inner.Momentum(Open(g), Open(m), Open(update), momentum, nesterov, Open(scale));
    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, GradientScale scale) => inner.Sgd(Open(w), Open(g), Open(m), learningRate, momentum, weightDecay, nesterov, Open(scale));

    private static GradientScale Open(GradientScale scale) => scale with { OnDevice = Open(scale.OnDevice) };

    private static View Open(View view) => view.IsEmpty ? default : new View(((BlindBuffer)view.Buffer).Memory, view.Offset, view.Length);

    /// <summary>The device copies the numbers in its order; the host has NaN until it waits.</summary>
    private sealed class LateReadback(BlindBackend backend, int length) : Readback(length)
    {
        private readonly float[] sent = new float[length], here = new float[length];

        private bool isTaken = true;

        public override bool HasArrived => false;

        public override void Queue(View source)
        {
            Check(source);
            backend.Sent++;
            if (!isTaken) { backend.Lost++; }
            isTaken = false;
            backend.inner.Read(Open(source), sent);
            here.AsSpan().Fill(float.NaN);
        }

        public override ReadOnlySpan<float> Take()
        {
            backend.Reads++;
            isTaken = true;
            sent.CopyTo(here, 0);
            return here;
        }

        public override void Dispose()
        {
        }
    }

    private sealed class BlindBuffer(int length, StorageFormat format) : TensorBuffer(length, format)
    {
        public CpuBuffer Memory { get; } = new(length, format);

        public override RandomStream Rounding
        {
            get => Memory.Rounding;
            set => Memory.Rounding = value;
        }

        public override Span<float> Span => throw new NotSupportedException("The host cannot see this memory.");

        /// <summary>Gives its place back, once.</summary>
        public Action? Released { get; set; }

        public override void Dispose()
        {
            Released?.Invoke();
            Released = null;
            Memory.Dispose();
        }
    }
}
