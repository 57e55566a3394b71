namespace PureLlm.Kernels;

/// <summary>The factor of all gradients, from clipping: a number, or one on the device that the host need not wait for.</summary>
/// <param name="Number">The factor, where it is known here.</param>
/// <param name="OnDevice">One float32 that takes its place unless this is empty.</param>
public readonly record struct GradientScale(float Number, View OnDevice)
{
    public static implicit operator GradientScale(double number) => new((float)number, default);

    /// <summary>The factor that will be in one float32 of the device when the optimizer runs there.</summary>
    public static GradientScale Of(View onDevice) => new(float.NaN, onDevice);
}
