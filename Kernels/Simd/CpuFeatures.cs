using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels;

/// <summary>Which vectors the kernels compute with; the number is the width in bits.</summary>
public enum SimdWidth
{
    /// <summary>One float at a time.</summary>
    Scalar = 1,

    /// <summary>8 floats: AVX2 with FMA, or two NEON registers.</summary>
    Vector256 = 256,

    /// <summary>16 floats: AVX-512.</summary>
    Vector512 = 512,
}

/// <summary>The vector width of this process, chosen once; the environment variable PURELLM_WIDTH (512, 256 or 1) forces it.</summary>
/// <remarks>A forced width beyond the hardware still gives the right bits, slowly: the run time emulates the vectors.</remarks>
public static class CpuFeatures
{
    /// <summary>The variable that forces the width.</summary>
    public const string WidthVariable = "PURELLM_WIDTH";

    private static SimdWidth? s_width;

    /// <summary>The width that backends use when none is given.</summary>
    /// <exception cref="InvalidOperationException">PURELLM_WIDTH holds something else than 512, 256 or 1.</exception>
    public static SimdWidth Width => s_width ??= Choose(Environment.GetEnvironmentVariable(WidthVariable));

    /// <summary>The widest vectors with fused multiply-add that the hardware has.</summary>
    /// <remarks>Asks Avx512F itself: <c>Vector512.IsHardwareAccelerated</c> is false on parts that the run time lists as throttling.</remarks>
    public static SimdWidth Detected =>
        Avx512F.IsSupported ? SimdWidth.Vector512
        : (Avx2.IsSupported && Fma.IsSupported) || AdvSimd.IsSupported ? SimdWidth.Vector256
        : SimdWidth.Scalar;

    /// <summary>One line for people: the width in use, and what the hardware offers.</summary>
    public static string Description
    {
        get
        {
            string forced = Environment.GetEnvironmentVariable(WidthVariable) is { Length: > 0 } value ? $", forced by {WidthVariable}={value}" : "";
            return $"{Name(Width)} in use{forced}; hardware: {Instructions}; {Environment.ProcessorCount} logical CPUs";
        }
    }

    private static string Instructions =>
        AdvSimd.IsSupported ? "NEON"
        : string.Join(" ", new[]
        {
            (Name: "AVX2", Supported: Avx2.IsSupported),
            (Name: "FMA", Supported: Fma.IsSupported),
            (Name: "AVX-512F", Supported: Avx512F.IsSupported),
        }.Where(i => i.Supported).Select(i => i.Name).DefaultIfEmpty("no AVX2")) + (Avx512F.IsSupported && !Vector512.IsHardwareAccelerated ? " (listed as throttling, used all the same)" : "");

    internal static SimdWidth Choose(string? forced) => forced?.Trim() switch
    {
        null or "" => Detected,
        "512" => SimdWidth.Vector512,
        "256" => SimdWidth.Vector256,
        "1" => SimdWidth.Scalar,
        _ => throw new InvalidOperationException($"{WidthVariable}: '{forced}' is not a vector width; set 512, 256 or 1, or unset it to take what the CPU has."),
    };

    private static string Name(SimdWidth width) => width switch
    {
        SimdWidth.Vector512 => "512-bit vectors",
        SimdWidth.Vector256 => "256-bit vectors",
        _ => "scalar code",
    };
}
