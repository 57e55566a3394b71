using System.Numerics;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

/// <summary>x·σ(x), and GELU by tanh, as their formulas say.</summary>
internal static class Formulas
{
    public static T Sigmoid<T>(T x) where T : struct, IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    public static T SiluSlope<T>(T x) where T : struct, IFloatingPointIeee754<T> => Sigmoid(x) * (T.One + (x * (T.One - Sigmoid(x))));

    public static T Gelu<T>(T x) where T : struct, IFloatingPointIeee754<T> => T.CreateChecked(0.5) * x * (T.One + T.Tanh(Inner(x)));

    public static T GeluSlope<T>(T x) where T : struct, IFloatingPointIeee754<T>
    {
        T half = T.CreateChecked(0.5), tanh = T.Tanh(Inner(x)), slope = T.CreateChecked(Math.Sqrt(2 / Math.PI)) * (T.One + (T.CreateChecked(3 * 0.044715) * x * x));
        return (half * (T.One + tanh)) + (half * x * (T.One - (tanh * tanh)) * slope);
    }

    private static T Inner<T>(T x) where T : struct, IFloatingPointIeee754<T> => T.CreateChecked(Math.Sqrt(2 / Math.PI)) * (x + (T.CreateChecked(0.044715) * x * x * x));
}

internal sealed class SiluCase(int n) : KernelCase("silu", nameof(Backend.Map), $"{n}", 0, new(n, BufferRole.Input, -6, 6), KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Map<Silu>(b[0], b[1]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[1][i] = b[0][i] * Formulas.Sigmoid(b[0][i]); }
    }
}

internal sealed class SiluBackwardCase(int n) : KernelCase("silu.backward", nameof(Backend.MapBackward), $"{n}", 0, new(n, BufferRole.Input, -6, 6), new(n), KernelBuffer.Updated(n))
{
    public override void Run(Backend backend, View[] b) => backend.MapBackward<Silu>(b[0], b[1], b[2]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[2][i] += b[1][i] * Formulas.SiluSlope(b[0][i]); }
    }
}

internal sealed class GeluCase(int n) : KernelCase("gelu", nameof(Backend.Map), $"{n}", 0, new(n, BufferRole.Input, -6, 6), KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Map<GeluTanh>(b[0], b[1]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[1][i] = Formulas.Gelu(b[0][i]); }
    }
}

internal sealed class GeluBackwardCase(int n) : KernelCase("gelu.backward", nameof(Backend.MapBackward), $"{n}", 0, new(n, BufferRole.Input, -6, 6), new(n), KernelBuffer.Updated(n))
{
    public override void Run(Backend backend, View[] b) => backend.MapBackward<GeluTanh>(b[0], b[1], b[2]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[2][i] += b[1][i] * Formulas.GeluSlope(b[0][i]); }
    }
}

internal sealed class SwiGluCase(int n) : KernelCase("swiglu", nameof(Backend.Gate), $"{n}", 0, new(n, BufferRole.Input, -6, 6), new(n), KernelBuffer.Output(n))
{
    public override void Run(Backend backend, View[] b) => backend.Gate<Silu>(b[0], b[1], b[2]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++) { b[2][i] = b[0][i] * Formulas.Sigmoid(b[0][i]) * b[1][i]; }
    }
}

internal sealed class SwiGluBackwardCase(int n)
    : KernelCase("swiglu.backward", nameof(Backend.GateBackward), $"{n}", 0, new(n, BufferRole.Input, -6, 6), new(n), new(n), KernelBuffer.Updated(n), KernelBuffer.Updated(n))
{
    public override void Run(Backend backend, View[] b) => backend.GateBackward<Silu>(b[0], b[1], b[2], b[3], b[4]);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++)
        {
            T gate = b[0][i], dy = b[2][i];
            b[3][i] += dy * b[1][i] * Formulas.SiluSlope(gate);
            b[4][i] += dy * gate * Formulas.Sigmoid(gate);
        }
    }
}
