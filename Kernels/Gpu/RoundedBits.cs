using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Between float32 and the bits of 16-bit numbers, in the low half of a word; the same bits as the processor's <see cref="Cpu.StorageKernel"/> and stored numbers.</summary>
internal static class RoundedBits
{
    private const float SmallestNormalFloat16 = 6.10351562e-5f;

    // ½ as bits: its last bit counts 2⁻²⁴, the unit of subnormal float16.
    private const uint HalfBits = 0x3F000000;

    // −112 in the exponent of a float32.
    private const uint Rebias = 0xC8000000;

    /// <summary>Rounded by the low 16 bits of the noise. None for NaN, which it could turn into a number.</summary>
    public static uint BFloat16(float x, uint noise)
    {
        uint bits = Interop.FloatAsInt(x);
        return (bits + (IsNaN(bits) ? 0 : noise & 0xFFFF)) >> 16;
    }

    /// <summary>To nearest, ties to even; a NaN keeps a bit of its fraction.</summary>
    public static uint NearestBFloat16(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        return IsNaN(bits) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    }

    /// <summary>Rounded by the low 13 bits of the noise, below the normal numbers by its low 16.</summary>
    public static uint Float16(float x, uint noise)
    {
        uint bits = Interop.FloatAsInt(x), size = bits & 0x7FFFFFFF;
        float magnitude = Interop.IntAsFloat(size);
        uint normal = (size + (noise & 0x1FFF) + Rebias) >> 13;

        // In units of 2⁻²⁴: noise of −½ … ½ units, then the hardware's rounding to nearest.
        float moved = MathF.FusedMultiplyAdd((int)(noise & 0xFFFF), 9.0949470e-13f, magnitude - 2.9801868e-8f);
        uint subnormal = Interop.FloatAsInt((moved > 0f ? moved : 0f) + 0.5f) - HalfBits;
        return Float16(bits, magnitude < SmallestNormalFloat16 ? subnormal : normal, 65536f);
    }

    /// <summary>To nearest, ties to even.</summary>
    public static uint NearestFloat16(float x)
    {
        uint bits = Interop.FloatAsInt(x), size = bits & 0x7FFFFFFF;
        float magnitude = Interop.IntAsFloat(size);
        uint normal = (size + ((size >> 13) & 1) + (Rebias + 0xFFF)) >> 13;
        uint subnormal = Interop.FloatAsInt(magnitude + 0.5f) - HalfBits;
        return Float16(bits, magnitude < SmallestNormalFloat16 ? subnormal : normal, 65520f);
    }

    /// <summary>Exactly.</summary>
    public static float FromFloat16(uint bits)
    {
        // The fraction in its place; ·2¹¹² corrects the exponent, of subnormals too. The largest exponent means infinity or NaN and becomes float32's largest.
        float x = Interop.IntAsFloat((bits & 0x7FFF) << 13) * 5.19229686e33f;
        uint word = Interop.FloatAsInt(x) | (x >= 65536f ? 0x7F800000u : 0u);
        return Interop.IntAsFloat(word | ((bits & 0x8000) << 16));
    }

    private static uint Float16(uint bits, uint finite, float overflow)
    {
        uint half = Interop.IntAsFloat(bits & 0x7FFFFFFF) < overflow ? finite : 0x7C00;
        return (IsNaN(bits) ? 0x7E00 : half) | ((bits >> 16) & 0x8000);
    }

    private static bool IsNaN(uint bits) => (bits & 0x7FFFFFFF) > 0x7F800000;
}
