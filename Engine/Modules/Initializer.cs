using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>How a parameter starts: a constant, or a distribution around 0.</summary>
/// <remarks>Value i is a pure function of (seed, parameter name, i): neither the order of allocation nor the number of threads enters.</remarks>
public readonly record struct Initializer
{
    private enum Kind { Constant, Normal, Uniform }

    private readonly Kind kind;
    private readonly double size;

    private Initializer(Kind kind, double size) => (this.kind, this.size) = (kind, size);

    public static Initializer Zeros { get; } = new(Kind.Constant, 0);

    public static Initializer Ones { get; } = new(Kind.Constant, 1);

    /// <summary>Standard deviation of the values.</summary>
    public double StandardDeviation => kind switch { Kind.Normal => size, Kind.Uniform => size / Math.Sqrt(3), _ => 0 };

    /// <summary>N(0, std²).</summary>
    public static Initializer Normal(double std) => new(Kind.Normal, std);

    /// <summary>Uniform in [−bound, bound).</summary>
    public static Initializer Uniform(double bound) => new(Kind.Uniform, bound);

    /// <summary>Writes values <paramref name="first"/>, <paramref name="first"/> + 1, … of a parameter.</summary>
    public void Fill(Span<float> values, RandomStream stream, long first)
    {
        if (kind == Kind.Constant)
        {
            values.Fill((float)size);
            return;
        }
        (uint, uint) keys = CounterRandom.Keys(stream);
        for (int i = 0; i < values.Length; i++)
        {
            ulong index = (ulong)(first + i);
            values[i] = (float)(size * (kind == Kind.Normal ? CounterRandom.Normal(keys, index) : (2.0 * CounterRandom.Uniform(stream, index)) - 1));
        }
    }
}
