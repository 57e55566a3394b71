using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <content>Matrix products.</content>
internal sealed partial class GpuBackend
{
    private const string MatMulName = "MatMul";

    /// <summary>Replaces the choice of a kernel, for tests and measurements.</summary>
    internal MatMulPlan? ForcedPlan { get; set; }

    /// <inheritdoc/>
    /// <remarks>The bits depend on the sizes and on the device, not on timing. Our kernels multiply in float32 whatever the precision asked for, and so the products that are too small for the vendor's library.
    /// c in 16 bits takes the finished sum, rounded by the randomness of its buffer: element i by position i of one stream.</remarks>
    /// <exception cref="ArgumentException">A view does not hold what the sizes ask for, b and c are both in another format than float32, or c shares memory with another operand.</exception>
    public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default)
    {
        if (m < 0 || n < 0 || k < 0) { throw new ArgumentOutOfRangeException(nameof(m), $"{MatMulName}: m = {m}, n = {n}, k = {k}; sizes must not be negative."); }
        StorageFormat formatB = FormatOf(b), formatC = FormatOf(c);
        CheckFormats(formatB, formatC);
        _ = Floats(a, (long)m * k, MatMulName, nameof(a));
        ArrayView<float> start = bias.IsEmpty ? default : Floats(bias, n, MatMulName, nameof(bias));
        ArrayView<ushort> numbersA = Numbers(a, (long)m * k, MatMulName, nameof(a)), numbersB = Numbers(b, (long)k * n, MatMulName, nameof(b)), numbersC = Numbers(c, (long)m * n, MatMulName, nameof(c));
        CheckApart(c, a, nameof(a));
        CheckApart(c, b, nameof(b));
        CheckApart(c, bias, nameof(bias));
        if (m == 0 || n == 0) { return; }
        (uint first, uint second) = formatC == StorageFormat.Float32 ? default : CounterRandom.Keys(c.Buffer.NextRounding());
        var sizes = new MatMulSizes
        {
            M = m,
            N = n,
            K = k,
            StrideA = layout == MatMulLayout.TN ? m : k,
            StrideB = layout == MatMulLayout.NT ? k : n,
            Start = (int)(accumulate ? MatMulStart.Result : bias.IsEmpty ? MatMulStart.Zero : MatMulStart.Bias),
            StoresFour = n % 4 == 0 && c.Offset % 4 == 0 ? 1 : 0,
            FirstKey = first,
            SecondKey = second,
        };
        bool loadsFour = (sizes.StrideA | sizes.StrideB | a.Offset | b.Offset) % 4 == 0;
        MatMulPlan plan = ForcedPlan ?? MatMulPlan.Choose(layout, m, n, k, TileSide, Accelerator.NumMultiprocessors);
        var call = new MatMulCall(layout, numbersA, numbersB, numbersC, start, formatB, formatC, loadsFour, plan, sizes);
        Multiply(TakesLibrary(call) ? call with { Plan = plan with { Parts = 1, PartDepth = k } } : call);
    }

    private static void CheckFormats(StorageFormat b, StorageFormat c)
    {
        if (b != StorageFormat.Float32 && c != StorageFormat.Float32) { throw new ArgumentException($"{MatMulName}: 'b' and 'c' cannot both be kept in 16 bits."); }
        if (c == StorageFormat.SplitFloat32) { throw new ArgumentException($"{MatMulName}: 'c' is kept in {c}, where {StorageFormat.Float32} or 16 bits are needed."); }
    }

    private static void CheckApart(View c, View other, string name)
    {
        if (!other.IsEmpty && other.Length > 0 && other.Buffer == c.Buffer && other.Offset < c.Offset + c.Length && c.Offset < other.Offset + other.Length)
        {
            throw new ArgumentException($"{MatMulName}: 'c' [{c.Offset}, {c.Offset + c.Length}) and '{name}' [{other.Offset}, {other.Offset + other.Length}) share memory; give the result a place of its own.");
        }
    }
}
