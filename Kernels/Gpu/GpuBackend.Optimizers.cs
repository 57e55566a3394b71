using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <content>Optimizers.</content>
internal sealed partial class GpuBackend
{
    public override void ClipFactor(View sumsOfSquares, View factor, double maximum, double unit)
    {
        int n = Length(sumsOfSquares);
        Launch(ReductionKernels.ClipFactor, Threads(1), Floats(sumsOfSquares, n, "ClipFactor", nameof(sumsOfSquares)), Floats(factor, 1, "ClipFactor", nameof(factor)), maximum, unit, n);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public override void AdamW(View w, View g, View m, View v, in AdamWStep step)
    {
        const string operation = "AdamW";
        ArgumentOutOfRangeException.ThrowIfLessThan(step.Step, 1);
        int n = Length(w);
        RequireFormat(v, FormatOf(m), operation, nameof(v));
        var update = new AdamWUpdate(
            this, Numbers(w, n, operation, nameof(w)), Numbers(g, n, operation, nameof(g)), Numbers(m, n, operation, nameof(m)), Numbers(v, n, operation, nameof(v)),
            AdamWFactors.Of(step), Optional(step.GradientScale.OnDevice, 1, operation, nameof(step.GradientScale)), step.GradientScale.OnDevice.IsEmpty ? 0 : 1, Rounded(Over(n, w, g, m, v), m.IsEmpty ? default : m.Buffer.NextRounding()));
        Choose(update, FormatOf(w), FormatOf(g), FormatOf(m), operation);
    }

    /// <inheritdoc/>
    /// <remarks>An empty m stands for zeros; only without momentum.</remarks>
    /// <exception cref="ArgumentException">Momentum without m.</exception>
    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, GradientScale scale)
    {
        const string operation = "Sgd";
        int n = Length(w);
        if (m.IsEmpty && momentum != 0f) { throw new ArgumentException($"{operation}: momentum {momentum} needs a buffer of {n} floats for 'm'."); }
        var numbers = new SgdNumbers
        {
            LearningRate = learningRate,
            Momentum = momentum,
            WeightDecay = weightDecay,
            GradientScale = scale.Number,
            IsNesterov = nesterov ? 1 : 0,
            HasMoment = m.IsEmpty ? 0 : 1,
            HasScale = scale.OnDevice.IsEmpty ? 0 : 1,
        };
        ArrayView<ushort> pw = Numbers(w, n, operation, nameof(w)), pg = Numbers(g, n, operation, nameof(g)), pm = m.IsEmpty ? default : Numbers(m, n, operation, nameof(m));
        var update = new SgdUpdate(this, pw, pg, pm, default, Optional(scale.OnDevice, 1, operation, nameof(scale)), numbers, Rounded(Over(n, w, g, m), m.IsEmpty ? default : m.Buffer.NextRounding()));
        Choose(update, FormatOf(w), FormatOf(g), FormatOf(m), operation);
    }

    public override void Momentum(View g, View m, View update, float momentum, bool nesterov, GradientScale scale)
    {
        const string operation = "Momentum";
        int n = Length(m);
        var numbers = new SgdNumbers { Momentum = momentum, GradientScale = scale.Number, IsNesterov = nesterov ? 1 : 0, HasMoment = 1, HasUpdate = 1, HasScale = scale.OnDevice.IsEmpty ? 0 : 1 };
        ArrayView<ushort> pg = Numbers(g, n, operation, nameof(g)), pm = Numbers(m, n, operation, nameof(m));
        ArrayView<float> pupdate = Floats(update, n, operation, nameof(update));
        var move = new SgdUpdate(this, default, pg, pm, pupdate, Optional(scale.OnDevice, 1, operation, nameof(scale)), numbers, Rounded(Over(n, g, m, update), m.IsEmpty ? default : m.Buffer.NextRounding()));
        Choose(move, StorageFormat.Float32, FormatOf(g), FormatOf(m), operation);
    }

    private static void RequireFormat(View view, StorageFormat format, string operation, string argument)
    {
        if (FormatOf(view) != format) { throw new ArgumentException($"{operation}: '{argument}' is kept in {FormatOf(view)}, where {format} is needed."); }
    }

    /// <summary>An update that is compiled for each combination of formats.</summary>
    private interface IUpdate
    {
        void Run<TWeight, TGradient, TMoment>() where TWeight : struct, IWeightNumbers where TGradient : struct, IGradientNumbers where TMoment : struct, IMomentNumbers;
    }

    private static void Choose<TUpdate>(TUpdate update, StorageFormat weight, StorageFormat gradient, StorageFormat moment, string operation) where TUpdate : struct, IUpdate
    {
        switch (weight)
        {
            case StorageFormat.Float32: ChooseGradient<TUpdate, Float32Numbers>(update, gradient, moment, operation); break;
            case StorageFormat.SplitFloat32: ChooseGradient<TUpdate, SplitNumbers>(update, gradient, moment, operation); break;
            default: throw new ArgumentException($"{operation}: weights in {weight} would lose small updates; keep them in {StorageFormat.Float32} or {StorageFormat.SplitFloat32}.");
        }
    }

    private static void ChooseGradient<TUpdate, TWeight>(TUpdate update, StorageFormat gradient, StorageFormat moment, string operation) where TUpdate : struct, IUpdate where TWeight : struct, IWeightNumbers
    {
        switch (gradient)
        {
            case StorageFormat.Float32: ChooseMoment<TUpdate, TWeight, Float32Numbers>(update, moment, operation); break;
            case StorageFormat.BFloat16: ChooseMoment<TUpdate, TWeight, BFloat16Numbers>(update, moment, operation); break;
            case StorageFormat.Float16: ChooseMoment<TUpdate, TWeight, Float16Numbers>(update, moment, operation); break;
            default: throw new ArgumentException($"{operation}: gradients in {gradient} are not supported.");
        }
    }

    private static void ChooseMoment<TUpdate, TWeight, TGradient>(TUpdate update, StorageFormat moment, string operation)
        where TUpdate : struct, IUpdate where TWeight : struct, IWeightNumbers where TGradient : struct, IGradientNumbers
    {
        switch (moment)
        {
            case StorageFormat.Float32: update.Run<TWeight, TGradient, Float32Numbers>(); break;
            case StorageFormat.BFloat16: update.Run<TWeight, TGradient, BFloat16Numbers>(); break;
            default: throw new ArgumentException($"{operation}: moments in {moment} are not supported; squares of gradients leave the range of {StorageFormat.Float16}.");
        }
    }

    private readonly struct AdamWUpdate(
        GpuBackend backend, ArrayView<ushort> w, ArrayView<ushort> g, ArrayView<ushort> m, ArrayView<ushort> v, AdamWFactors factors, ArrayView<float> scale, int hasScale, ElementNumbers n) : IUpdate
    {
        public void Run<TWeight, TGradient, TMoment>() where TWeight : struct, IWeightNumbers where TGradient : struct, IGradientNumbers where TMoment : struct, IMomentNumbers
            => backend.Launch(AdamWKernels.Run<TWeight, TGradient, TMoment>, backend.Threads(ElementwiseKernels.Threads(n.Length)), w, g, m, v, factors, scale, hasScale, n);
    }

    private readonly struct SgdUpdate(GpuBackend backend, ArrayView<ushort> w, ArrayView<ushort> g, ArrayView<ushort> m, ArrayView<float> update, ArrayView<float> scale, SgdNumbers numbers, ElementNumbers n) : IUpdate
    {
        public void Run<TWeight, TGradient, TMoment>() where TWeight : struct, IWeightNumbers where TGradient : struct, IGradientNumbers where TMoment : struct, IMomentNumbers
            => backend.Launch(SgdKernels.Run<TWeight, TGradient, TMoment>, backend.Threads(ElementwiseKernels.Threads(n.Length)), w, g, m, update, scale, numbers, n);
    }
}
