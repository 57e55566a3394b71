using System.Runtime.InteropServices;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

/// <summary>A kernel call on arrays, compared with its textbook loop, across widths and threads, and watched for allocations and stray writes.</summary>
internal static class KernelCheck
{
    private const float Guard = 12345.678f;
    private const int Margin = 19;

    private static readonly PlainBackend s_textbook = new();
    private static readonly CpuBackend[] s_backends =
    [
        .. from width in (SimdWidth[])[SimdWidth.Vector256, SimdWidth.Vector512, SimdWidth.Scalar]
           from threads in (int[])[1, 2, 3, 7]
           select new CpuBackend(threads, width),
    ];

    /// <summary>Lengths around every vector boundary: 1 to 256, thinned out above 68.</summary>
    public static IEnumerable<int> Lengths => Enumerable.Range(1, 256).Where(n => n <= 68 || n % 16 is 15 or 0 or 1 || n % 29 == 0);

    /// <summary>A backend of one thread.</summary>
    public static CpuBackend OneThread => s_backends[0];

    /// <summary>Numbers in [−size, size).</summary>
    public static float[] Random(int length, int seed = 1, float size = 2f)
        => [.. Enumerable.Range(0, length).Select(i => size * ((2 * CounterRandom.Uniform(new RandomStream(7, (ulong)seed), (ulong)i)) - 1))];

    /// <summary>Token ids in [0, n) as the words of a view.</summary>
    public static float[] Tokens(int length, int n, int seed = 1)
        => Words([.. Enumerable.Range(0, length).Select(i => CounterRandom.Below(new RandomStream(8, (ulong)seed), (ulong)i, n))]);

    /// <summary>Token ids as the words of a view.</summary>
    public static float[] Words(int[] ids) => MemoryMarshal.Cast<int, float>(ids).ToArray();

    /// <summary>The arrays after the call on one backend; each lies between guards that must stay untouched.</summary>
    public static float[][] Run(Backend backend, Action<Backend, View[]> call, params float[][] arrays)
    {
        TensorBuffer[] buffers = [.. arrays.Select(a => backend.Allocate(a.Length + (2 * Margin)))];
        try
        {
            View[] views = [.. buffers.Select((b, i) => new View(b, Margin, arrays[i].Length))];
            for (int i = 0; i < arrays.Length; i++)
            {
                buffers[i].Span.Fill(Guard);
                arrays[i].CopyTo(views[i].Span);
            }
            call(backend, views);
            foreach (TensorBuffer buffer in buffers)
            {
                if (buffer.Span[..Margin].ContainsAnyExcept(Guard) || buffer.Span[^Margin..].ContainsAnyExcept(Guard))
                {
                    Assert.Fail("The kernel wrote outside its view.");
                }
            }
            return [.. views.Select(v => v.Span.ToArray())];
        }
        finally
        {
            foreach (TensorBuffer buffer in buffers)
            {
                buffer.Dispose();
            }
        }
    }

    /// <summary>The call gives what the textbook loop gives, and the same bits on other widths and numbers of threads; all of them if asked.</summary>
    public static void Matches(double tolerance, Action<Backend, View[]> call, bool everywhere, params float[][] arrays)
    {
        float[][] actual = SameBits(call, everywhere, arrays);
        Near(actual, Run(s_textbook, call, arrays), tolerance);
    }

    /// <summary>The call gives the same bits on every width and number of threads; returns the result.</summary>
    public static float[][] SameBits(Action<Backend, View[]> call, bool everywhere, params float[][] arrays)
    {
        float[][] actual = Run(s_backends[0], call, arrays);
        foreach (CpuBackend backend in everywhere ? s_backends[1..] : [s_backends[4], s_backends[8]])
        {
            float[][] other = Run(backend, call, arrays);
            for (int a = 0; a < actual.Length; a++)
            {
                for (int i = 0; i < actual[a].Length; i++)
                {
                    if (BitConverter.SingleToInt32Bits(actual[a][i]) != BitConverter.SingleToInt32Bits(other[a][i]) && !(float.IsNaN(actual[a][i]) && float.IsNaN(other[a][i])))
                    {
                        Assert.Fail($"array {a}, element {i} of {actual[a].Length}: {actual[a][i]:r} on one thread with 256 bits, {other[a][i]:r} on {backend.Threads} with {backend.Width}");
                    }
                }
            }
        }
        return actual;
    }

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
                    Assert.Fail($"array {a}, element {i} of {expected[a].Length}: {x:r}, but the textbook says {y:r}");
                }
            }
        }
    }

    /// <summary>After a first call, the call allocates nothing.</summary>
    public static void AllocatesNothing(Action<Backend, View[]> call, params float[][] arrays)
    {
        foreach (CpuBackend backend in s_backends[..2])
        {
            long allocated = 0;
            Run(backend, (b, views) =>
            {
                call(b, views);

                // A collection that another test causes meanwhile counts the rest of this thread's allocation window: the least of three calls.
                allocated = Enumerable.Range(0, 3).Min(_ =>
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    call(b, views);
                    return GC.GetAllocatedBytesForCurrentThread() - before;
                });
            }, arrays);
            Assert.That(allocated, Is.Zero, $"bytes on {backend.Threads} threads");
        }
    }
}
