using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

internal sealed class AdamWCase(int n)
    : KernelCase("adamw", nameof(Backend.AdamW), $"{n}", 0, KernelBuffer.Updated(n), new(n), KernelBuffer.Updated(n), KernelBuffer.Updated(n, 0.01f))
{
    private static readonly AdamWStep Step = new(1e-4f, 0.9f, 0.98f, 1e-8f, 0.05f, 10, 0.5f);

    public override void Run(Backend backend, View[] b) => backend.AdamW(b[0], b[1], b[2], b[3], Step);

    public override void Textbook<T>(T[][] b)
    {
        T rate = T.CreateChecked(Step.LearningRate), beta1 = T.CreateChecked(Step.Beta1), beta2 = T.CreateChecked(Step.Beta2), epsilon = T.CreateChecked(Step.Epsilon), decay = T.CreateChecked(Step.WeightDecay), scale = T.CreateChecked(Step.GradientScale.Number);
        T correction1 = T.One - T.Pow(beta1, T.CreateChecked(Step.Step)), correction2 = T.One - T.Pow(beta2, T.CreateChecked(Step.Step));
        for (int i = 0; i < n; i++)
        {
            T g = scale * b[1][i];
            T m = b[2][i] = (beta1 * b[2][i]) + ((T.One - beta1) * g), v = b[3][i] = (beta2 * b[3][i]) + ((T.One - beta2) * g * g);
            b[0][i] -= rate * ((m / correction1 / (T.Sqrt(v / correction2) + epsilon)) + (decay * b[0][i]));
        }
    }
}

internal sealed class SgdCase(int n) : KernelCase("sgd", nameof(Backend.Sgd), $"{n}", 0, KernelBuffer.Updated(n), new(n), KernelBuffer.Updated(n))
{
    private const float Rate = 1e-3f, Momentum = 0.875f, Decay = 0.0625f;

    public override void Run(Backend backend, View[] b) => backend.Sgd(b[0], b[1], b[2], Rate, Momentum, Decay, false, 0.5f);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++)
        {
            b[2][i] = (T.CreateChecked(Momentum) * b[2][i]) + (T.CreateChecked(0.5) * b[1][i]) + (T.CreateChecked(Decay) * b[0][i]);
            b[0][i] -= T.CreateChecked(Rate) * b[2][i];
        }
    }
}

internal sealed class MomentumCase(int n) : KernelCase("momentum", nameof(Backend.Momentum), $"{n}", 0, new(n), KernelBuffer.Updated(n), KernelBuffer.Output(n))
{
    private const float Momentum = 0.875f, Scale = 0.5f;

    public override void Run(Backend backend, View[] b) => backend.Momentum(b[0], b[1], b[2], Momentum, true, Scale);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++)
        {
            T g = T.CreateChecked(Scale) * b[0][i], m = b[1][i] = (T.CreateChecked(Momentum) * b[1][i]) + g;
            b[2][i] = g + (T.CreateChecked(Momentum) * m);
        }
    }
}

/// <summary>A few parts, as a gradient has: a call's cost is what counts, not its arithmetic.</summary>
internal sealed class ClipFactorCase(int n) : KernelCase("clip.factor", nameof(Backend.ClipFactor), $"{n}", 0, new(n, Low: 0), KernelBuffer.Output(1))
{
    private const double Maximum = 1, Unit = 2;

    public override void Run(Backend backend, View[] b) => backend.ClipFactor(b[0], b[1], Maximum, Unit);

    public override void Textbook<T>(T[][] b)
    {
        T unit = T.CreateChecked(Unit), maximum = T.CreateChecked(Maximum), total = T.Zero;
        foreach (T x in b[0]) { total += x; }
        T norm = T.Sqrt(total) / unit;
        b[1][0] = (norm > maximum ? maximum / (norm + T.CreateChecked(Clipping.Epsilon)) : T.One) / unit;
    }
}
