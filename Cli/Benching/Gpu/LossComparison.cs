using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching.Gpu;

/// <summary>Training steps of one model on a device and on the CPU, side by side: same weights, same tokens.</summary>
/// <param name="Device">Losses on the device, step by step.</param>
/// <param name="Cpu">Losses on the CPU.</param>
internal sealed record LossComparison(IReadOnlyList<float> Device, IReadOnlyList<float> Cpu)
{
    /// <summary>Steps that must agree; later ones may drift apart, as rounding grows.</summary>
    public const int HeldSteps = 10;

    /// <summary>Largest difference of the first steps where everything is float32.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The largest difference of the first <see cref="HeldSteps"/>; infinite where one is not a number.</summary>
    public double Worst => Device.Zip(Cpu).Take(HeldSteps).Max(pair => float.IsFinite(pair.First - pair.Second) ? Math.Abs((double)pair.First - pair.Second) : double.PositiveInfinity);

    public static LossComparison Run(Backend device, GpuSizes sizes, int steps)
    {
        using var cpu = new CpuBackend();
        using StepRun ours = new("device", device, sizes.Compared, sizes.ComparedVocabulary) { IsLearnable = true }, theirs = new("cpu", cpu, sizes.Compared, sizes.ComparedVocabulary) { IsLearnable = true };
        float[] a = new float[steps], b = new float[steps];
        for (int i = 0; i < steps; i++)
        {
            ours.Step();
            theirs.Step();
            (a[i], b[i]) = (ours.Loss(), theirs.Loss());
        }
        return new LossComparison(a, b);
    }
}
