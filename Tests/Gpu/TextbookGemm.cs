using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

/// <summary>What a column-major library does: C = op(A)·op(B) + β·C, with element (i, j) of a matrix at i + j·stride.</summary>
internal sealed unsafe class TextbookGemm : IGemm
{
    public string Description => "a textbook";

    /// <summary>What it was asked for.</summary>
    public List<(GemmArguments Arguments, DevicePrecision Precision)> Calls { get; } = [];

    public void Multiply(in GemmArguments arguments, nint first, nint second, nint result, DevicePrecision precision, bool accumulates)
    {
        Calls.Add((arguments, precision));
        bool isNarrow = precision == DevicePrecision.BFloat16;
        Multiply(arguments, i => At(first, i, isNarrow), i => At(second, i, isNarrow), new Span<float>((void*)result, arguments.M * arguments.N), accumulates);
    }

    public static void Multiply(GemmArguments gemm, Func<int, float> first, Func<int, float> second, Span<float> result, bool accumulates)
    {
        for (int j = 0; j < gemm.N; j++)
        {
            for (int i = 0; i < gemm.M; i++)
            {
                float sum = accumulates ? result[i + (j * gemm.ResultStride)] : 0f;
                for (int l = 0; l < gemm.K; l++)
                {
                    float left = first(gemm.TransposesFirst ? l + (i * gemm.FirstStride) : i + (l * gemm.FirstStride));
                    float right = second(gemm.TransposesSecond ? j + (l * gemm.SecondStride) : l + (j * gemm.SecondStride));
                    sum = MathF.FusedMultiplyAdd(left, right, sum);
                }
                result[i + (j * gemm.ResultStride)] = sum;
            }
        }
    }

    public void Dispose()
    {
    }

    private static float At(nint address, int i, bool isNarrow) => isNarrow ? BitConverter.UInt32BitsToSingle((uint)((ushort*)address)[i] << 16) : ((float*)address)[i];
}
