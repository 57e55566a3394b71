using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Cases;

internal sealed class NarrowCase(int n) : KernelCase("narrow.bf16", nameof(Backend.Narrow), $"{n}", 0, new(n), KernelBuffer.Output((n + 1) / 2))
{
    public override void Run(Backend backend, View[] b) => backend.Narrow(b[0], b[1], StorageFormat.BFloat16);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i += 2) { b[1][i / 2] = T.CreateChecked(Word(float.CreateChecked(b[0][i]), i + 1 < n ? float.CreateChecked(b[0][i + 1]) : 0f)); }
    }

    /// <summary>Two numbers rounded to bfloat16 in one word, the first in its low half.</summary>
    public static float Word(float low, float high) => BitConverter.UInt32BitsToSingle(Rounded(low) | (Rounded(high) << 16));

    private static uint Rounded(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    }
}

internal sealed class WidenCase(int n) : KernelCase("widen.bf16", nameof(Backend.Widen), $"{n}", 0, new((n + 1) / 2), KernelBuffer.Output(n))
{
    public override void Prepare(double[][] b)
    {
        for (int i = 0; i < b[0].Length; i++) { b[0][i] = NarrowCase.Word((float)b[0][i], (float)b[0][i] / 3); }
    }

    public override void Run(Backend backend, View[] b) => backend.Widen(b[0], b[1], StorageFormat.BFloat16);

    public override void Textbook<T>(T[][] b)
    {
        for (int i = 0; i < n; i++)
        {
            uint word = BitConverter.SingleToUInt32Bits(float.CreateChecked(b[0][i / 2]));
            b[1][i] = T.CreateChecked(BitConverter.UInt32BitsToSingle(i % 2 == 0 ? word << 16 : word & 0xFFFF0000));
        }
    }
}
