using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PureLlm.Autograd;
using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>A range of a slab whose elements are treated alike by the optimizer.</summary>
/// <param name="Offset">First float.</param>
/// <param name="Length">Floats.</param>
/// <param name="Decays">Whether weight decay applies.</param>
public readonly record struct SlabRange(int Offset, int Length, bool Decays);

/// <summary>All parameters in one block of memory, with their gradients in a parallel one: an optimizer step, clipping, zeroing and saving are linear passes.</summary>
/// <remarks>Matrices come first, then vectors, each group in the model's order; every parameter starts on a 64-byte line. The gaps hold zeros and stay zero.</remarks>
public sealed class ParameterSlabs : IDisposable
{
    private const int Line = 16;
    private const int Piece = 1 << 16;
    private readonly TensorBuffer[] buffers;

    /// <param name="backend">Where the memory lives.</param>
    /// <param name="parameters">What to place; each gets its <see cref="Parameter.Tensor"/>.</param>
    /// <param name="training">Without training only <see cref="Values"/> exists.</param>
    /// <exception cref="ArgumentException">More floats than one buffer can hold, or a name used twice.</exception>
    public ParameterSlabs(Backend backend, IEnumerable<Parameter> parameters, bool training)
    {
        Backend = backend;
        Parameters = [.. parameters.OrderByDescending(parameter => parameter.Decays)];
        HashSet<string> names = [];
        long length = 0, decaying = 0;
        foreach (Parameter parameter in Parameters)
        {
            if (!names.Add(parameter.Name)) { throw new ArgumentException($"parameters: the name '{parameter.Name}' is used twice."); }
            length += Aligned(parameter.Shape.Length);
            decaying += parameter.Decays ? Aligned(parameter.Shape.Length) : 0;
        }
        if (length > int.MaxValue - Line) { throw new ArgumentException($"parameters: {length:N0} floats do not fit into one block of {int.MaxValue:N0}; use fewer layers or a smaller width."); }

        buffers = new TensorBuffer[training ? 2 : 1];
        for (int i = 0; i < buffers.Length; i++) { buffers[i] = backend.Allocate((int)Math.Max(length, Line)); }
        Ranges = [.. new SlabRange[] { new(0, (int)decaying, true), new((int)decaying, (int)(length - decaying), false) }.Where(range => range.Length > 0)];
        int offset = 0;
        foreach (Parameter parameter in Parameters)
        {
            int count = parameter.Shape.Length;
            View gradient = training ? Gradients.Slice(offset, count) : default;
            parameter.Tensor = new Tensor(parameter.Name, parameter.Shape, Values.Slice(offset, count), gradient);
            offset += (int)Aligned(count);
        }
    }

    /// <summary>Where the memory lives.</summary>
    public Backend Backend { get; }

    /// <summary>The parameters in the order of the slab; <c>parameter.Tensor.Data.Offset</c> is its place in every slab.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>At most two: the matrices (decaying), then the vectors.</summary>
    public IReadOnlyList<SlabRange> Ranges { get; }

    public bool IsTraining => buffers.Length == 2;

    public View Values => Slab(0);

    public View Gradients => Slab(1);

    /// <summary>Draws the initial values of every parameter.</summary>
    public void Initialize(ulong seed)
    {
        foreach (Parameter parameter in Parameters)
        {
            RandomStream stream = new(seed, StableHash.Of(parameter.Name));
            View values = parameter.Tensor.Data;
            int window = Math.Min(values.Length, 16 * Piece);
            float[] host = new float[window];
            for (int start = 0; start < values.Length; start += window)
            {
                int first = start, count = Math.Min(window, values.Length - start);
                Parallel.For(0, (count + Piece - 1) / Piece, piece =>
                {
                    int from = piece * Piece;
                    parameter.Initializer.Fill(host.AsSpan(from, Math.Min(Piece, count - from)), stream, first + from);
                });
                Backend.Write(host.AsSpan(0, count), values.Slice(start, count));
            }
        }
    }

    /// <summary>The SHA-256 of all values as little-endian floats, parameter after parameter in the order of the slab, in lower-case hexadecimal.</summary>
    public string Sha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        float[] host = new float[Piece];
        foreach (Parameter parameter in Parameters)
        {
            View values = parameter.Tensor.Data;
            for (int start = 0; start < values.Length; start += Piece)
            {
                Span<float> piece = host.AsSpan(0, Math.Min(Piece, values.Length - start));
                Backend.Read(values.Slice(start, piece.Length), piece);
                hash.AppendData(MemoryMarshal.AsBytes(piece));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        foreach (TensorBuffer buffer in buffers) { buffer.Dispose(); }
    }

    private static long Aligned(int length) => ((long)length + Line - 1) / Line * Line;

    private View Slab(int index) => index < buffers.Length
        ? new View(buffers[index], 0, buffers[index].Length)
        : throw new InvalidOperationException("These parameters were allocated for evaluation: gradients exist only with training = true.");
}
