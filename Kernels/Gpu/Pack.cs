using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>What a thread loads, computes and stores at once, written once for one float and for four.</summary>
/// <typeparam name="TData">float, or <see cref="Four"/> where rows start at multiples of 16 bytes and columns are multiples of four.</typeparam>
internal interface IPack<TData> where TData : unmanaged
{
    static abstract int Lanes { get; }

    /// <summary><see cref="RowKernels.KeptFloats"/> of shared memory.</summary>
    static abstract ArrayView<TData> Shared();

    /// <summary>Pack i of numbers as a computation reads them.</summary>
    static abstract TData Load<TNumbers>(ArrayView<ushort> memory, int i) where TNumbers : struct, INumbers;

    /// <summary>Pack i += x, rounded by the randomness of two keys and the number's place.</summary>
    static abstract void AddTo<TNumbers>(ArrayView<ushort> memory, int i, TData x, uint firstKey, uint secondKey) where TNumbers : struct, INumbers;

    static abstract TData Broadcast(float x);
    static abstract TData Add(TData a, TData b);
    static abstract TData Subtract(TData a, TData b);
    static abstract TData Multiply(TData a, TData b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TData MultiplyAdd(TData a, TData b, TData c);

    /// <summary>eˣ for x ≤ 0, exactly 0 below e^−69 as on the processor.</summary>
    static abstract TData Exp(TData x);

    /// <summary>The lanes added up.</summary>
    static abstract float Sum(TData x);

    /// <summary>The largest lane; a NaN may be lost.</summary>
    static abstract float Max(TData x);

    /// <summary>The numbers at even places of a and then b, and at odd ones.</summary>
    static abstract TData Evens(TData a, TData b);
    static abstract TData Odds(TData a, TData b);

    /// <summary>What <see cref="Evens"/> and <see cref="Odds"/> took apart.</summary>
    static abstract TData FirstPairs(TData evens, TData odds);
    static abstract TData LastPairs(TData evens, TData odds);
}

/// <summary>One float.</summary>
internal readonly struct OneFloat : IPack<float>
{
    // Below e^−69 ≈ 10⁻³⁰ an exponential counts as 0.
    private const float Lowest = -69f;

    public static int Lanes => 1;

    public static ArrayView<float> Shared() => SharedMemory.Allocate<float>(RowKernels.KeptFloats);

    public static float Load<TNumbers>(ArrayView<ushort> memory, int i) where TNumbers : struct, INumbers => TNumbers.Load(memory, i);

    public static void AddTo<TNumbers>(ArrayView<ushort> memory, int i, float x, uint firstKey, uint secondKey) where TNumbers : struct, INumbers
        => TNumbers.Store(memory, i, TNumbers.LoadExact(memory, i) + x, TNumbers.Rounds ? CounterRandom.Noise(firstKey, secondKey, (uint)i) : 0);

    public static float Broadcast(float x) => x;

    public static float Add(float a, float b) => a + b;

    public static float Subtract(float a, float b) => a - b;

    public static float Multiply(float a, float b) => a * b;

    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static float Exp(float x) => VectorMath.ExpNotPositive<Width1, float>(x, Lowest);

    public static float Sum(float x) => x;

    public static float Max(float x) => x;

    public static float Evens(float a, float b) => a;

    public static float Odds(float a, float b) => b;

    public static float FirstPairs(float evens, float odds) => evens;

    public static float LastPairs(float evens, float odds) => odds;
}

/// <summary>Four floats.</summary>
internal readonly struct FourFloats : IPack<Four>
{
    public static int Lanes => 4;

    public static ArrayView<Four> Shared() => SharedMemory.Allocate<Four>(RowKernels.KeptFloats / 4);

    /// <remarks>Of split numbers all bits: who wants the near half of them reads one float at a time.</remarks>
    public static Four Load<TNumbers>(ArrayView<ushort> memory, int i) where TNumbers : struct, INumbers => TNumbers.LoadFour(memory, i);

    public static void AddTo<TNumbers>(ArrayView<ushort> memory, int i, Four x, uint firstKey, uint secondKey) where TNumbers : struct, INumbers
    {
        uint noise0 = 0, noise1 = 0, noise2 = 0, noise3 = 0, place = 4 * (uint)i;
        if (TNumbers.Rounds)
        {
            noise0 = CounterRandom.Noise(firstKey, secondKey, place);
            noise1 = CounterRandom.Noise(firstKey, secondKey, place + 1);
            noise2 = CounterRandom.Noise(firstKey, secondKey, place + 2);
            noise3 = CounterRandom.Noise(firstKey, secondKey, place + 3);
        }
        TNumbers.StoreFour(memory, i, Add(TNumbers.LoadFour(memory, i), x), noise0, noise1, noise2, noise3);
    }

    public static Four Broadcast(float x) => new(x, x, x, x);

    public static Four Add(Four a, Four b) => new(a.A + b.A, a.B + b.B, a.C + b.C, a.D + b.D);

    public static Four Subtract(Four a, Four b) => new(a.A - b.A, a.B - b.B, a.C - b.C, a.D - b.D);

    public static Four Multiply(Four a, Four b) => new(a.A * b.A, a.B * b.B, a.C * b.C, a.D * b.D);

    public static Four MultiplyAdd(Four a, Four b, Four c) => new(
        MathF.FusedMultiplyAdd(a.A, b.A, c.A), MathF.FusedMultiplyAdd(a.B, b.B, c.B), MathF.FusedMultiplyAdd(a.C, b.C, c.C), MathF.FusedMultiplyAdd(a.D, b.D, c.D));

    public static Four Exp(Four x) => new(OneFloat.Exp(x.A), OneFloat.Exp(x.B), OneFloat.Exp(x.C), OneFloat.Exp(x.D));

    public static float Sum(Four x) => (x.A + x.B) + (x.C + x.D);

    public static float Max(Four x) => MathF.Max(MathF.Max(x.A, x.B), MathF.Max(x.C, x.D));

    public static Four Evens(Four a, Four b) => new(a.A, a.C, b.A, b.C);

    public static Four Odds(Four a, Four b) => new(a.B, a.D, b.B, b.D);

    public static Four FirstPairs(Four evens, Four odds) => new(evens.A, odds.A, evens.B, odds.B);

    public static Four LastPairs(Four evens, Four odds) => new(evens.C, odds.C, evens.D, odds.D);
}
