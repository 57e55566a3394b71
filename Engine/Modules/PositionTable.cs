using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>Constants that mark positions, computed in float64 and rounded once: rotary angles or sinusoids.</summary>
public sealed class PositionTable : IDisposable
{
    private readonly string name;
    private readonly Shape shape;
    private readonly Func<int, int, double> value;
    private TensorBuffer? buffer;
    private Tensor? tensor;

    private PositionTable(string name, Shape shape, Func<int, int, double> value) => (this.name, this.shape, this.value) = (name, shape, value);

    /// <summary>The table [positions, columns] on the device.</summary>
    public Tensor Tensor => tensor ?? throw new InvalidOperationException($"'{name}' {shape} has no memory yet; call Allocate on the model first.");

    /// <summary>The table of a model's rotary positions, or null where it has none: [context, R] with R/2 cosines, then R/2 sines, of position·θ^(−2i/R).</summary>
    /// <remarks>Su et al. 2021, arXiv:2104.09864.</remarks>
    public static PositionTable? Rotary(ModelConfig config)
    {
        int dimensions = config.RopeDimensions, half = dimensions / 2;
        return dimensions == 0 ? null : new PositionTable("rotary", new Shape(config.Context, dimensions), (position, column) =>
        {
            double angle = position * Math.Pow(config.RopeTheta, -2.0 * (column % half) / dimensions);
            return column < half ? Math.Cos(angle) : Math.Sin(angle);
        });
    }

    /// <summary>The table of a model's sinusoidal positions, or null where it has none: [context, C], column 2i the sine and 2i + 1 the cosine of position / 10000^(2i/C).</summary>
    /// <remarks>Vaswani et al. 2017, arXiv:1706.03762 §3.5.</remarks>
    public static PositionTable? Sinusoids(ModelConfig config) =>
        config.Position != PositionKind.Sinusoidal ? null : new PositionTable("sinusoids", new Shape(config.Context, config.Width), (position, column) =>
        {
            double angle = position * Math.Pow(10000, -(column - (column % 2)) / (double)config.Width);
            return column % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
        });

    /// <summary>Computes the table and writes it to the device.</summary>
    public void Allocate(Backend backend)
    {
        float[] host = new float[shape.Length];
        for (int i = 0; i < host.Length; i++) { host[i] = (float)value(i / shape[1], i % shape[1]); }
        buffer?.Dispose();
        buffer = backend.Allocate(host.Length);
        tensor = new Tensor(name, shape, new View(buffer, 0, host.Length));
        backend.Write(host, tensor.Data);
    }

    public void Dispose() => buffer?.Dispose();
}
