namespace PureLlm.Kernels.Gpu;

/// <summary>a + b.</summary>
internal readonly struct AddFunction : IElementFunction
{
    public static bool ReadsB => true;

    public static bool ReadsY => false;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n) => a + b;
}

/// <summary>y + scale · a.</summary>
internal readonly struct AccumulateFunction : IElementFunction
{
    public static bool ReadsB => false;

    public static bool ReadsY => true;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n) => MathF.FusedMultiplyAdd(n.Scale, a, y);
}

/// <summary>scale · a.</summary>
internal readonly struct ScaleFunction : IElementFunction
{
    public static bool ReadsB => false;

    public static bool ReadsY => false;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n) => n.Scale * a;
}

/// <summary>a · b, and its gradients dy · b and dy · a.</summary>
internal readonly struct MultiplyFunction : IElementFunction, IElementSlopes
{
    public static bool ReadsB => true;

    public static bool ReadsY => false;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n) => a * b;

    public static float First(float a, float b) => b;

    public static float Second(float a, float b) => a;
}

/// <summary>f(a).</summary>
internal readonly struct MapFunction<TFunction> : IElementFunction where TFunction : struct, IUnaryFunction
{
    public static bool ReadsB => false;

    public static bool ReadsY => false;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n) => TFunction.Invoke(a);
}

/// <summary>y + b · f'(a): a is x, b is dy.</summary>
internal readonly struct MapSlopeFunction<TFunction> : IElementFunction where TFunction : struct, IUnaryFunction
{
    public static bool ReadsB => true;

    public static bool ReadsY => true;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n) => MathF.FusedMultiplyAdd(b, TFunction.Derivative(a), y);
}

/// <summary>f(a) · b, and its gradients dy · b · f'(a) and dy · f(a) (Shazeer 2020, arXiv:2002.05202).</summary>
internal readonly struct GateFunction<TFunction> : IElementFunction, IElementSlopes where TFunction : struct, IUnaryFunction
{
    public static bool ReadsB => true;

    public static bool ReadsY => false;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n) => TFunction.Invoke(a) * b;

    public static float First(float a, float b) => b * TFunction.Derivative(a);

    public static float Second(float a, float b) => TFunction.Invoke(a);
}

/// <summary>y + a under the mask of (stream, i), scaled by 1/(1 − rate).</summary>
internal readonly struct DropoutFunction : IElementFunction
{
    public static bool ReadsB => false;

    public static bool ReadsY => true;

    public static float Invoke(float a, float b, float y, int i, ElementNumbers n)
    {
        // The 24 bits of a uniform number as an integer, compared with rate·2²⁴: both exact.
        float number = (int)(CounterRandom.At(n.First, n.Second, (uint)i) >> 8);
        return y + (n.Threshold <= number ? a * n.Scale : 0f);
    }
}
