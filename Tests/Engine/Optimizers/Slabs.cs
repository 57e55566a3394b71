using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Optimizers;

/// <summary>A few parameters with random values, and new random gradients whenever asked.</summary>
internal sealed class Slabs : IDisposable
{
    private int draws;

    public Slabs(params (string Name, int[] Sizes)[] parameters)
    {
        Parameters = new ParameterSlabs(Backend, parameters.Select(p => new Parameter(p.Name, new Shape(p.Sizes), Initializer.Normal(0.5))), training: true);
        Parameters.Initialize(seed: 3);
    }

    public CpuBackend Backend { get; } = new(threads: 2);

    public ParameterSlabs Parameters { get; }

    /// <summary>Draws gradients of the given size and returns them.</summary>
    public double[] DrawGradients(double size = 1)
    {
        var stream = new RandomStream(99, (ulong)draws++);
        float[] g = new float[Parameters.Gradients.Length];
        foreach (Parameter parameter in Parameters.Parameters)
        {
            int start = parameter.Tensor.Data.Offset;
            for (int i = 0; i < parameter.Shape.Length; i++)
            {
                g[start + i] = (float)(size * CounterRandom.Normal(stream, (ulong)(start + i)));
            }
        }
        Backend.Write(g, Parameters.Gradients);
        return [.. g.Select(x => (double)x)];
    }

    /// <summary>Values of a slab, in double.</summary>
    public static double[] Read(View slab) => [.. slab.Span.ToArray().Select(x => (double)x)];

    /// <summary>Asserts that a slab is a reference within float32 rounding of its largest element.</summary>
    public static void AssertClose(View slab, double[] expected, double tolerance = 2e-6)
    {
        double[] actual = Read(slab);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance * largest))
            {
                Assert.Fail($"element {i}: {actual[i]:R} instead of {expected[i]:R} (largest {largest:R})");
            }
        }
    }

    public void Dispose()
    {
        Parameters.Dispose();
        Backend.Dispose();
    }
}
