namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void ClipFactor(View sumsOfSquares, View factor, double maximum, double unit)
    {
        int n = Length(sumsOfSquares);
        float* sums = Pointer(sumsOfSquares, n, "ClipFactor", nameof(sumsOfSquares));
        double total = 0;
        for (int i = 0; i < n; i++) { total += sums[i]; }
        *Pointer(factor, 1, "ClipFactor", nameof(factor)) = (float)(Clipping.Factor(Clipping.Norm(total, unit), maximum) / unit);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public override void AdamW(View w, View g, View m, View v, in AdamWStep step)
    {
        const string operation = "AdamW";
        ArgumentOutOfRangeException.ThrowIfLessThan(step.Step, 1);
        int n = Length(w);
        RequireFormat(v, m.Buffer.Format, operation, nameof(v));
        var update = new AdamWUpdate(
            this, Stored(w, n, operation, nameof(w)), Stored(g, n, operation, nameof(g)), Stored(m, n, operation, nameof(m)), Stored(v, n, operation, nameof(v)),
            step with { GradientScale = Number(step.GradientScale, operation) }, m.Buffer.NextRounding(), n);
        Choose(update, w.Buffer.Format, g.Buffer.Format, m.Buffer.Format, operation);
    }

    /// <inheritdoc/>
    /// <remarks>An empty m stands for zeros; only without momentum.</remarks>
    /// <exception cref="ArgumentException">Momentum without m.</exception>
    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, GradientScale scale)
    {
        const string operation = "Sgd";
        int n = Length(w);
        if (m.IsEmpty && momentum != 0f)
        {
            throw new ArgumentException($"{operation}: momentum {momentum} needs a buffer of {n} floats for 'm'.");
        }
        StoredPointer pm = m.IsEmpty ? default : Stored(m, n, operation, nameof(m));
        var update = new SgdUpdate(
            this, Stored(w, n, operation, nameof(w)), Stored(g, n, operation, nameof(g)), pm, null, learningRate, momentum, weightDecay, nesterov, Number(scale, operation),
            m.IsEmpty ? default : m.Buffer.NextRounding(), n);
        Choose(update, w.Buffer.Format, g.Buffer.Format, m.IsEmpty ? StorageFormat.Float32 : m.Buffer.Format, operation);
    }

    /// <inheritdoc/>
    public override void Momentum(View g, View m, View update, float momentum, bool nesterov, GradientScale scale)
    {
        const string operation = "Momentum";
        int n = Length(m);
        var move = new SgdUpdate(
            this, default, Stored(g, n, operation, nameof(g)), Stored(m, n, operation, nameof(m)), Pointer(update, n, operation, nameof(update)), 0, momentum, 0, nesterov, Number(scale, operation), m.Buffer.NextRounding(), n);
        Choose(move, StorageFormat.Float32, g.Buffer.Format, m.Buffer.Format, operation);
    }

    private static float Number(GradientScale scale, string operation) => scale.OnDevice.IsEmpty ? scale.Number : *Pointer(scale.OnDevice, 1, operation, nameof(scale));

    /// <summary>An update that is compiled for each combination of formats.</summary>
    private interface IStoredUpdate
    {
        void Run<TWeight, TGradient, TMoment>() where TWeight : struct, IStored where TGradient : struct, IStored where TMoment : struct, IStored;
    }

    private static void Choose<TUpdate>(TUpdate update, StorageFormat weight, StorageFormat gradient, StorageFormat moment, string operation) where TUpdate : struct, IStoredUpdate
    {
        switch (weight)
        {
            case StorageFormat.Float32: ChooseGradient<TUpdate, StoredFloat32>(update, gradient, moment, operation); break;
            case StorageFormat.SplitFloat32: ChooseGradient<TUpdate, StoredSplit>(update, gradient, moment, operation); break;
            default: throw new ArgumentException($"{operation}: weights in {weight} would lose small updates; keep them in {StorageFormat.Float32} or {StorageFormat.SplitFloat32}.");
        }
    }

    private static void ChooseGradient<TUpdate, TWeight>(TUpdate update, StorageFormat gradient, StorageFormat moment, string operation) where TUpdate : struct, IStoredUpdate where TWeight : struct, IStored
    {
        switch (gradient)
        {
            case StorageFormat.Float32: ChooseMoment<TUpdate, TWeight, StoredFloat32>(update, moment, operation); break;
            case StorageFormat.BFloat16: ChooseMoment<TUpdate, TWeight, StoredBFloat16>(update, moment, operation); break;
            case StorageFormat.Float16: ChooseMoment<TUpdate, TWeight, StoredFloat16>(update, moment, operation); break;
            default: throw new ArgumentException($"{operation}: gradients in {gradient} are not supported.");
        }
    }

    private static void ChooseMoment<TUpdate, TWeight, TGradient>(TUpdate update, StorageFormat moment, string operation)
        where TUpdate : struct, IStoredUpdate where TWeight : struct, IStored where TGradient : struct, IStored
    {
        switch (moment)
        {
            case StorageFormat.Float32: update.Run<TWeight, TGradient, StoredFloat32>(); break;
            case StorageFormat.BFloat16: update.Run<TWeight, TGradient, StoredBFloat16>(); break;
            default: throw new ArgumentException($"{operation}: moments in {moment} are not supported; squares of gradients leave the range of {StorageFormat.Float16}.");
        }
    }

    private readonly struct AdamWUpdate(CpuBackend backend, StoredPointer w, StoredPointer g, StoredPointer m, StoredPointer v, AdamWStep step, RandomStream rounding, int length) : IStoredUpdate
    {
        public void Run<TWeight, TGradient, TMoment>() where TWeight : struct, IStored where TGradient : struct, IStored where TMoment : struct, IStored
            => backend.Run(new AdamWKernel<TWeight, TGradient, TMoment>(w, g, m, v, step, rounding), length);
    }

    private readonly struct SgdUpdate(
        CpuBackend backend, StoredPointer w, StoredPointer g, StoredPointer m, float* update, float learningRate, float momentum, float weightDecay, bool nesterov, float gradientScale,
        RandomStream rounding, int length) : IStoredUpdate
    {
        public void Run<TWeight, TGradient, TMoment>() where TWeight : struct, IStored where TGradient : struct, IStored where TMoment : struct, IStored
            => backend.Run(new SgdKernel<TWeight, TGradient, TMoment>(w, g, m, update, learningRate, momentum, weightDecay, nesterov, gradientScale, rounding), length);
    }
}
