namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public override void AdamW(View w, View g, View m, View v, in AdamWStep step)
    {
        const string operation = "AdamW";
        ArgumentOutOfRangeException.ThrowIfLessThan(step.Step, 1);
        int n = Length(w);
        float* pg = Pointer(g, n, operation, nameof(g)), pm = Pointer(m, n, operation, nameof(m)), pv = Pointer(v, n, operation, nameof(v));
        Run(new AdamWKernel(Pointer(w), pg, pm, pv, step), n);
    }

    /// <inheritdoc/>
    /// <remarks>An empty m stands for zeros; only without momentum.</remarks>
    /// <exception cref="ArgumentException">Momentum without m.</exception>
    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, float gradientScale, bool clearGradient = false)
    {
        const string operation = "Sgd";
        int n = Length(w);
        if (m.IsEmpty && momentum != 0f)
        {
            throw new ArgumentException($"{operation}: momentum {momentum} needs a buffer of {n} floats for 'm'.");
        }
        float* pg = Pointer(g, n, operation, nameof(g)), pm = Optional(m, n, operation, nameof(m));
        Run(new SgdKernel(Pointer(w), pg, pm, learningRate, momentum, weightDecay, nesterov, gradientScale, clearGradient), n);
    }
}
