using System.Runtime.InteropServices;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching;

/// <summary>One variant of a kernel with memory of its own: the textbook, or the kernels at one vector width.</summary>
internal sealed class KernelArm : IDisposable
{
    public const string TextbookName = "textbook";

    private readonly KernelCase kernel;
    private readonly CpuBackend? backend;
    private readonly TensorBuffer[] memory = [];
    private readonly View[] views = [];
    private readonly float[][] arrays = [];

    /// <param name="kernel">What is run.</param>
    /// <param name="width">Null: the textbook.</param>
    /// <param name="threads">Threads of the kernels; the textbook has one.</param>
    /// <param name="values">First values of the arguments, copied.</param>
    public KernelArm(KernelCase kernel, SimdWidth? width, int threads, float[][] values)
    {
        this.kernel = kernel;
        Name = width is { } bits ? WidthName(bits) : TextbookName;
        if (width is null)
        {
            arrays = Array.ConvertAll(values, array => (float[])array.Clone());
            Body = () => kernel.Textbook(arrays);
            return;
        }
        CpuBackend cpu = backend = new CpuBackend(threads, width);
        memory = Array.ConvertAll(values, array => cpu.Allocate(array.Length));
        views = Array.ConvertAll(memory, buffer => new View(buffer, 0, buffer.Length));
        for (int i = 0; i < views.Length; i++)
        {
            if (kernel.Buffers[i].Role == BufferRole.Tokens) { cpu.WriteTokens(Array.ConvertAll(values[i], x => (int)x), views[i]); }
            else { cpu.Write(values[i], views[i]); }
        }
        Body = () => kernel.Run(cpu, views);
    }

    public string Name { get; }

    public Action Body { get; }

    /// <summary>As the instruction set is called: "avx512", "avx2", "neon", "scalar".</summary>
    public static string WidthName(SimdWidth width) => width switch
    {
        SimdWidth.Vector512 => "avx512",
        SimdWidth.Vector256 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "neon" : "avx2",
        _ => "scalar",
    };

    /// <summary>Runs once and compares everything it wrote with float64: largest error over largest value, of the worst argument.</summary>
    public double Error(double[][] expected)
    {
        Body();
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (kernel.Buffers[i].Role is not (BufferRole.Output or BufferRole.Updated)) { continue; }
            float[] actual = arrays.Length > 0 ? arrays[i] : Read(i);
            double error = 0, largest = 1e-30;
            for (int j = 0; j < actual.Length; j++)
            {
                double difference = Math.Abs(actual[j] - expected[i][j]);
                error = difference <= error ? error : difference;
                largest = Math.Max(largest, Math.Abs(expected[i][j]));
                if (double.IsNaN(difference)) { return double.PositiveInfinity; }
            }
            worst = Math.Max(worst, error / largest);
        }
        return worst;
    }

    public void Dispose()
    {
        foreach (TensorBuffer buffer in memory) { buffer.Dispose(); }
        backend?.Dispose();
    }

    private float[] Read(int argument)
    {
        float[] values = new float[views[argument].Length];
        backend!.Read(views[argument], values);
        return values;
    }
}
