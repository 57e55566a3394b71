using System.Runtime.InteropServices;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;
using PureLlm.Tests.Kernels;

namespace PureLlm.Tests.Gpu;

/// <summary>A call on arrays, on the emulating processor in groups of two warps of 8 threads, compared with the textbook loop and watched for stray writes.</summary>
internal static class GpuCheck
{
    private const float Guard = 12345.678f;
    private const int Margin = 19;

    /// <summary>Lengths around the boundaries of a group of 16.</summary>
    public static readonly int[] Lengths = [1, 2, 3, 15, 16, 17, 31, 33, 48, 67];

    private static readonly PlainBackend s_textbook = new();

    /// <summary>The emulating processor.</summary>
    public static GpuBackend Gpu { get; } = IlgpuPlugin.OpenEmulator(new DeviceOptions());

    /// <summary>Numbers in [−size, size).</summary>
    public static float[] Random(int length, int seed = 1, float size = 2f)
        => [.. Enumerable.Range(0, length).Select(i => size * ((2 * CounterRandom.Uniform(new RandomStream(7, (ulong)seed), (ulong)i)) - 1))];

    /// <summary>Token ids in [0, n) as the words of a view.</summary>
    public static float[] Tokens(int length, int n, int seed = 1)
        => Words([.. Enumerable.Range(0, length).Select(i => CounterRandom.Below(new RandomStream(8, (ulong)seed), (ulong)i, n))]);

    /// <summary>Token ids as the words of a view.</summary>
    public static float[] Words(int[] ids) => MemoryMarshal.Cast<int, float>(ids).ToArray();

    /// <summary>The arrays after the call; each lies between guards that must stay untouched.</summary>
    /// <param name="formats">How each array is kept; all float32 if not given.</param>
    public static float[][] Run(Backend backend, Action<Backend, View[]> call, float[][] arrays, StorageFormat[]? formats = null)
    {
        TensorBuffer[] buffers = [.. arrays.Select((a, i) => backend.Allocate(a.Length + (2 * Margin), formats?[i] ?? StorageFormat.Float32))];
        try
        {
            View[] views = [.. buffers.Select((b, i) => new View(b, Margin, arrays[i].Length))];
            for (int i = 0; i < arrays.Length; i++)
            {
                backend.Fill(new View(buffers[i], 0, buffers[i].Length), Guard);
                backend.Write(arrays[i], views[i]);
            }
            call(backend, views);
            foreach (TensorBuffer buffer in buffers)
            {
                float[] all = Read(backend, new View(buffer, 0, buffer.Length));
                float expected = buffer.Format == StorageFormat.Float32 ? Guard : all[0];
                Assert.That(all[..Margin].Concat(all[^Margin..]), Is.All.EqualTo(expected), "The kernel wrote outside its view.");
            }
            return [.. views.Select(view => Read(backend, view))];
        }
        finally
        {
            foreach (TensorBuffer buffer in buffers) { buffer.Dispose(); }
        }
    }

    /// <summary>The call gives what the textbook loop gives, and the same bits a second time.</summary>
    public static void Matches(double tolerance, Action<Backend, View[]> call, params float[][] arrays)
    {
        float[][] actual = Run(Gpu, call, arrays);
        Near(actual, Run(s_textbook, call, arrays), tolerance);
        Near(Run(Gpu, call, arrays), actual, 0);
    }

    /// <summary>The same against the processor's kernels, for arrays in other formats.</summary>
    public static void Matches(double tolerance, Action<Backend, View[]> call, StorageFormat[] formats, params float[][] arrays)
    {
        using var cpu = new CpuBackend(1);
        Near(Run(Gpu, call, arrays, formats), Run(cpu, call, arrays, formats), tolerance);
    }

    /// <summary>The call on all but the first element of each view, which then start at multiples of 16 bytes; an array of one element stays whole.</summary>
    public static Action<Backend, View[]> OnFours(Action<Backend, View[]> call) => (b, v) => call(b, [.. v.Select(x => x.Length > 1 ? x.Slice(1) : x)]);

    /// <summary>Every element within the tolerance, relative above 1 and absolute below; not-a-number and infinity alike.</summary>
    public static void Near(float[][] actual, float[][] expected, double tolerance)
    {
        for (int a = 0; a < expected.Length; a++)
        {
            for (int i = 0; i < expected[a].Length; i++)
            {
                float x = actual[a][i], y = expected[a][i];
                if (!x.Equals(y) && !(Math.Abs((double)x - y) <= tolerance * Math.Max(1, Math.Abs(y))))
                {
                    Assert.Fail($"array {a}, element {i} of {expected[a].Length}: {x:r}, but expected is {y:r}");
                }
            }
        }
    }

    private static float[] Read(Backend backend, View view)
    {
        float[] values = new float[view.Length];
        backend.Read(view, values);
        return values;
    }
}
