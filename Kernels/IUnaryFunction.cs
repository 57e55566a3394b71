using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>A differentiable function of one variable: f and f', as scalar, 256-bit and 512-bit code that give the same bits.</summary>
/// <remarks>Implemented by empty structs, so that a loop over it is specialised and inlined. Shared by every device.
/// The float64 forms are the oracle of tests and step-through.</remarks>
public interface IUnaryFunction
{
    /// <summary>Name in the field, lower case: "silu".</summary>
    static abstract string Name { get; }

    /// <summary>Formula in Unicode: "x·σ(x)".</summary>
    static abstract string Formula { get; }

    static abstract float Invoke(float x);
    static abstract Vector256<float> Invoke(Vector256<float> x);
    static abstract Vector512<float> Invoke(Vector512<float> x);

    /// <summary>f'(x).</summary>
    static abstract float Derivative(float x);
    static abstract Vector256<float> Derivative(Vector256<float> x);
    static abstract Vector512<float> Derivative(Vector512<float> x);

    static abstract double Invoke64(double x);
    static abstract double Derivative64(double x);
}
