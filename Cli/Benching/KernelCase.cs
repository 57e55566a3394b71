using System.Numerics;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>What a kernel does with an argument.</summary>
internal enum BufferRole
{
    /// <summary>Read.</summary>
    Input,

    /// <summary>Overwritten.</summary>
    Output,

    /// <summary>Read and written: added to, or moved.</summary>
    Updated,

    /// <summary>Token ids below <see cref="KernelBuffer.High"/>, stored as integers.</summary>
    Tokens,
}

/// <summary>An argument of a kernel: so many floats, drawn uniformly from [Low, High).</summary>
internal readonly record struct KernelBuffer(int Length, BufferRole Role = BufferRole.Input, float Low = -1, float High = 1)
{
    public static KernelBuffer Output(int length) => new(length, BufferRole.Output);

    public static KernelBuffer Updated(int length, float low = -1) => new(length, BufferRole.Updated, low);
}

/// <summary>A kernel at one size, with its textbook version: in float that is the baseline, in double the truth.</summary>
/// <param name="name">"rmsnorm.backward".</param>
/// <param name="method">The method of <see cref="Backend"/> that it calls.</param>
/// <param name="shape">"1024×768".</param>
/// <param name="operations">Floating-point operations of a call; 0 where memory is what counts.</param>
/// <param name="buffers">The arguments.</param>
internal abstract class KernelCase(string name, string method, string shape, double operations, params KernelBuffer[] buffers)
{
    public string Name => name;

    public string Method => method;

    public string Shape => shape;

    public double Operations => operations;

    public IReadOnlyList<KernelBuffer> Buffers => buffers;

    /// <summary>Bytes that a call must move: every argument once, what is updated twice.</summary>
    public virtual double Bytes => buffers.Sum(buffer => (buffer.Role == BufferRole.Updated ? 2.0 : 1.0) * sizeof(float) * buffer.Length);

    /// <summary>Fills arguments that follow from others, such as what the forward pass keeps.</summary>
    public virtual void Prepare(double[][] b)
    {
    }

    public abstract void Run(Backend backend, View[] b);

    public abstract void Textbook<T>(T[][] b) where T : struct, IFloatingPointIeee754<T>;

    /// <summary>The arguments' first values, the same for all variants: rounded to float.</summary>
    public float[][] Values()
    {
        double[][] values = new double[buffers.Length][];
        for (int i = 0; i < buffers.Length; i++)
        {
            KernelBuffer buffer = buffers[i];
            values[i] = new double[buffer.Length];
            for (int j = 0; j < buffer.Length && buffer.Role != BufferRole.Output; j++)
            {
                double x = buffer.Low + ((buffer.High - (double)buffer.Low) * CounterRandom.Uniform(new RandomStream(3, (ulong)i), (ulong)j));
                values[i][j] = buffer.Role == BufferRole.Tokens ? Math.Floor(Math.Abs(x) % buffer.High) : (float)x;
            }
        }
        Prepare(values);
        return Array.ConvertAll(values, array => Array.ConvertAll(array, x => (float)x));
    }
}
