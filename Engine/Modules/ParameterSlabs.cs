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

/// <summary>How the matrices of a model are kept; vectors are kept in float32 in any case.</summary>
/// <param name="Weights">Float32, or split: what a computation reads is then rounded to bfloat16.</param>
/// <param name="Gradients">Float32, or 16 bits.</param>
public readonly record struct SlabFormats(StorageFormat Weights, StorageFormat Gradients);

/// <summary>All parameters in one block of memory, with their gradients in a parallel one: an optimizer step, clipping, zeroing and saving are linear passes.</summary>
/// <remarks>Matrices come first, then vectors, each group in the model's order; every parameter starts on a 64-byte line. The gaps hold zeros and stay zero.
/// Where <see cref="SlabFormats"/> asks for 16 bits, the slab has two parts: the matrices in that format, the vectors in float32.</remarks>
public sealed class ParameterSlabs : IDisposable
{
    private const int Line = 16;
    private const int Piece = 1 << 16;
    private readonly TensorBuffer[] values, gradients;

    /// <param name="backend">Where the memory lives.</param>
    /// <param name="parameters">What to place; each gets its <see cref="Parameter.Tensor"/>.</param>
    /// <param name="training">Without training there are only values.</param>
    /// <param name="formats">How matrices and their gradients are kept.</param>
    /// <exception cref="ArgumentException">More floats than one buffer can hold, or a name used twice.</exception>
    public ParameterSlabs(Backend backend, IEnumerable<Parameter> parameters, bool training, SlabFormats formats = default)
    {
        Backend = backend;
        Formats = formats;
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

        Length = (int)Math.Max(length, Line);
        Ranges = [.. new SlabRange[] { new(0, (int)decaying, true), new((int)decaying, (int)(length - decaying), false) }.Where(range => range.Length > 0)];
        values = Allocate(formats.Weights);
        gradients = training ? Allocate(formats.Gradients) : [];
        int offset = 0;
        foreach (Parameter parameter in Parameters)
        {
            int count = parameter.Shape.Length;
            parameter.Offset = offset;
            parameter.Tensor = new Tensor(parameter.Name, parameter.Shape, ValuesOf(offset, count), training ? GradientsOf(offset, count) : default);
            offset += (int)Aligned(count);
        }
    }

    /// <summary>Where the memory lives.</summary>
    public Backend Backend { get; }

    /// <summary>The parameters in the order of the slab; <see cref="Parameter.Offset"/> is its place in every slab.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>At most two: the matrices (decaying), then the vectors.</summary>
    public IReadOnlyList<SlabRange> Ranges { get; }

    /// <summary>Numbers of each slab, gaps included.</summary>
    public int Length { get; }

    public SlabFormats Formats { get; }

    public bool IsTraining => gradients.Length > 0;

    /// <summary>Bytes of values and gradients.</summary>
    public long Bytes => values.Concat(gradients).Sum(buffer => buffer.Bytes);

    /// <summary>All values, where they are of one format.</summary>
    public View Values => Whole(values);

    /// <summary>All gradients, where they are of one format.</summary>
    public View Gradients => Whole(gradients);

    /// <summary>The parts of the gradients: one, or matrices and vectors.</summary>
    public IReadOnlyList<View> GradientParts => Array.ConvertAll(gradients, buffer => new View(buffer, 0, buffer.Length));

    /// <summary>Values of a range that lies among the matrices or among the vectors.</summary>
    public View ValuesOf(int offset, int length) => Of(values, offset, length);

    /// <summary>Gradients of such a range.</summary>
    public View GradientsOf(int offset, int length) => Of(gradients, offset, length);

    /// <summary>Sets all gradients to 0.</summary>
    public void ClearGradients()
    {
        foreach (TensorBuffer buffer in gradients) { Backend.Fill(new View(buffer, 0, buffer.Length), 0f); }
    }

    /// <summary>Chooses the randomness that rounds gradients of 16 bits in a step; the same two numbers give the same bits.</summary>
    public void SetRandomness(ulong seed, long step)
    {
        foreach (TensorBuffer buffer in gradients) { buffer.Rounding = new RandomStream(seed, StableHash.Of("gradients") + ((ulong)step << 20)); }
    }

    /// <summary>A copy of all values; the bits of any format.</summary>
    public TensorBuffer[] CopyValues() => Array.ConvertAll(values, buffer =>
    {
        TensorBuffer copy = Backend.Allocate(buffer.Length, buffer.Format);
        Backend.Copy(new View(buffer, 0, buffer.Length), new View(copy, 0, copy.Length));
        return copy;
    });

    /// <summary>Puts back what <see cref="CopyValues"/> gave.</summary>
    public void RestoreValues(TensorBuffer[] copies)
    {
        for (int i = 0; i < copies.Length; i++) { Backend.Copy(new View(copies[i], 0, copies[i].Length), new View(values[i], 0, values[i].Length)); }
    }

    /// <summary>Puts back what <see cref="CopyValues"/> gave, and leaves there what was in its place.</summary>
    public void ExchangeValues(TensorBuffer[] copies)
    {
        for (int i = 0; i < copies.Length; i++) { BufferExchange.Run(Backend, new View(copies[i], 0, copies[i].Length), new View(values[i], 0, values[i].Length)); }
    }

    /// <summary>Values of a range in what <see cref="CopyValues"/> gave.</summary>
    public View ValuesOf(TensorBuffer[] copies, int offset, int length) => Of(copies, offset, length);

    /// <summary>Draws the initial values of every parameter.</summary>
    public void Initialize(ulong seed)
    {
        const int Pieces = 4;
        float[] host = new float[Math.Min(Length, Pieces * Piece)];
        foreach (Parameter parameter in Parameters)
        {
            RandomStream stream = new(seed, StableHash.Of(parameter.Name));
            View values = parameter.Tensor.Data;
            for (int start = 0; start < values.Length; start += host.Length)
            {
                int first = start, count = Math.Min(host.Length, values.Length - start);
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
        foreach (TensorBuffer buffer in values.Concat(gradients)) { buffer.Dispose(); }
    }

    private static long Aligned(int length) => ((long)length + Line - 1) / Line * Line;

    private TensorBuffer[] Allocate(StorageFormat format) => format == StorageFormat.Float32 || !Ranges.Any(range => range.Decays)
        ? [Backend.Allocate(Length)]
        : [.. Ranges.Select(range => Backend.Allocate(range.Length, range.Decays ? format : StorageFormat.Float32))];

    private static View Whole(TensorBuffer[] parts) => parts.Length switch
    {
        1 => new View(parts[0], 0, parts[0].Length),
        0 => throw new InvalidOperationException("These parameters were allocated for evaluation: gradients exist only with training = true."),
        _ => throw new InvalidOperationException("Matrices and vectors are kept in two formats and have no slab in common; ask for the range of each."),
    };

    private View Of(TensorBuffer[] parts, int offset, int length)
    {
        if (parts.Length < 2) { return Whole(parts).Slice(offset, length); }
        int part = offset >= Ranges[^1].Offset ? parts.Length - 1 : 0;
        return new View(parts[part], 0, parts[part].Length).Slice(offset - Ranges[part].Offset, length);
    }
}
