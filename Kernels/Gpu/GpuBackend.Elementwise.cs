using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <content>Elementwise operations.</content>
internal sealed partial class GpuBackend
{
    public override void Fill(View x, float value)
    {
        StorageFormat format = FormatOf(x);
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint word = format switch
        {
            StorageFormat.BFloat16 => RoundedBits.NearestBFloat16(value) * 0x10001u,
            StorageFormat.Float16 => RoundedBits.NearestFloat16(value) * 0x10001u,
            _ => bits,
        };
        int n = Length(x), halves = format is StorageFormat.BFloat16 or StorageFormat.Float16 ? 1 : 2;
        Launch(ElementwiseKernels.Fill, Threads(ElementwiseKernels.Threads(n)), Numbers(x, n, "Fill", nameof(x)), word, halves, Over(n, x));
    }

    public override void Add(View a, View b, View y) => Run<AddFunction>(a, b, y, "Add", Over(Length(y), a, b, y));

    public override void Accumulate(View x, View into, float scale = 1f)
    {
        if (IsStored(into)) { AddTo(into, x, scale, accumulates: true, "Accumulate"); }
        else { Run<AccumulateFunction>(x, default, into, "Accumulate", Over(Length(into), x, into) with { Scale = scale, Accumulates = 1 }); }
    }

    public override void Scale(View x, View y, float scale)
    {
        if (IsStored(y)) { AddTo(y, x, scale, accumulates: false, "Scale"); }
        else { Run<ScaleFunction>(x, default, y, "Scale", Over(Length(y), x, y) with { Scale = scale }); }
    }

    public override void Normalize(View x, View sumOfSquares, double epsilon)
    {
        int n = Length(x);
        Launch(
            ElementwiseKernels.Normalize, Threads(ElementwiseKernels.Threads(n)), Floats(x, n, "Normalize", nameof(x)), Floats(sumOfSquares, 1, "Normalize", nameof(sumOfSquares)), epsilon, Over(n, x));
    }

    public override void Multiply(View a, View b, View y) => Run<MultiplyFunction>(a, b, y, "Multiply", Over(Length(y), a, b, y));

    public override void MultiplyBackward(View a, View b, View dy, View da, View db) => RunSlopes<MultiplyFunction>(a, b, dy, da, db, "MultiplyBackward", accumulate: true);

    public override void Map<TFunction>(View x, View y) => Run<MapFunction<TFunction>>(x, default, y, "Map", Over(Length(y), x, y));

    public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true)
        => Run<MapSlopeFunction<TFunction>>(x, dy, dx, "MapBackward", Over(Length(dx), x, dy, dx) with { Accumulates = accumulate ? 1 : 0 });

    public override void Gate<TFunction>(View gate, View up, View y) => Run<GateFunction<TFunction>>(gate, up, y, "Gate", Over(Length(y), gate, up, y));

    /// <inheritdoc/>
    /// <remarks>An empty dgate or dup is skipped.</remarks>
    public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true)
        => RunSlopes<GateFunction<TFunction>>(gate, up, dy, dgate, dup, "GateBackward", accumulate);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public override void Dropout(View x, View y, float rate, RandomStream stream)
        => Run<DropoutFunction>(x, default, y, "Dropout", Masked(Over(Length(y), x, y), rate, stream, "Dropout"));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true)
        => Run<DropoutFunction>(dy, default, dx, "DropoutBackward", Masked(Over(Length(dx), dy, dx) with { Accumulates = accumulate ? 1 : 0 }, rate, stream, "DropoutBackward"));

    private void Run<TFunction>(View a, View b, View y, string operation, ElementNumbers n) where TFunction : struct, IElementFunction
    {
        ArrayView<float> pa = Floats(a, n.Length, operation, "the first input"), pb = TFunction.ReadsB ? Floats(b, n.Length, operation, "the second input") : default;
        Launch(ElementwiseKernels.Run<TFunction>, Threads(ElementwiseKernels.Threads(n.Length)), pa, pb, Floats(y, n.Length, operation, "the result"), n);
    }

    private void RunSlopes<TSlopes>(View a, View b, View dy, View first, View second, string operation, bool accumulate) where TSlopes : struct, IElementSlopes
    {
        int n = Length(dy);
        ArrayView<float> pa = Floats(a, n, operation, "the first input"), pb = Floats(b, n, operation, "the second input"), pdy = Floats(dy, n, operation, nameof(dy));
        ArrayView<float> pfirst = first.IsEmpty ? default : Floats(first, n, operation, "the first gradient"), psecond = second.IsEmpty ? default : Floats(second, n, operation, "the second gradient");
        if (first.IsEmpty && second.IsEmpty) { return; }
        Launch(
            ElementwiseKernels.RunSlopes<TSlopes>, Threads(ElementwiseKernels.Threads(n)), pa, pb, pdy, pfirst, psecond, first.IsEmpty ? 0 : 1, second.IsEmpty ? 0 : 1,
            Over(n, a, b, dy, first, second) with { Accumulates = accumulate ? 1 : 0 });
    }

    /// <summary>y = scale·x, or y += scale·x, in the 16 bits of y, rounded at random.</summary>
    private void AddTo(View y, View x, float scale, bool accumulates, string operation)
    {
        int n = Length(y);
        AddTo(y, Floats(x, n, operation, nameof(x)), scale, accumulates, operation, Over(n, x, y));
    }

    private void AddTo(View y, ArrayView<float> x, float scale, bool accumulates, string operation, ElementNumbers n)
    {
        if (y.Buffer.Format == StorageFormat.SplitFloat32) { throw OtherFormat(y, operation, "the result"); }
        n = Rounded(n with { Scale = scale, Accumulates = accumulates ? 1 : 0 }, y.Buffer.NextRounding());
        NumbersChoice.Run(y.Buffer.Format, new AddCall(this, x, Numbers(y, n.Length, operation, nameof(y)), n));
    }

    /// <summary>The numbers of a launch over elements of views; an empty view is not touched.</summary>
    private static ElementNumbers Over(int length, params ReadOnlySpan<View> views)
    {
        bool aligned = true;
        foreach (View view in views) { aligned &= view.IsEmpty || view.Offset % 4 == 0; }
        return new ElementNumbers { Length = length, IsAligned = aligned ? 1 : 0 };
    }

    private static ElementNumbers Rounded(ElementNumbers n, RandomStream rounding)
    {
        (n.First, n.Second) = CounterRandom.Keys(rounding);
        return n;
    }

    private static ElementNumbers Masked(ElementNumbers n, float rate, RandomStream stream, string operation)
    {
        if (!(rate >= 0f && rate < 1f)) { throw new ArgumentOutOfRangeException(nameof(rate), $"{operation}: the rate is {rate}; it must be in [0, 1)."); }
        (n.First, n.Second) = CounterRandom.Keys(stream);
        (n.Threshold, n.Scale) = (rate * (1 << 24), 1f / (1f - rate));
        return n;
    }

    private static int Length(View view) => view.IsEmpty ? 0 : view.Length;

    private static bool IsStored(View view) => !view.IsEmpty && view.Buffer.Format != StorageFormat.Float32;

    private static ArgumentException OtherFormat(View view, string operation, string argument)
        => new($"{operation}: {argument} of {view.Length} numbers is kept in {view.Buffer.Format}, which this operation does not know.");

    private readonly struct AddCall(GpuBackend backend, ArrayView<float> x, ArrayView<ushort> y, ElementNumbers n) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => backend.Launch(StoredKernels.Add<TNumbers>, backend.Threads(ElementwiseKernels.Threads(n.Length)), x, y, n);
    }
}
