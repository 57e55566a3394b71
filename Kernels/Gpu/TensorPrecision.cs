using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Four words of an operand for tensor cores.</summary>
internal readonly struct Words(uint a, uint b, uint c, uint d)
{
    public readonly uint A = a, B = b, C = c, D = d;
}

/// <summary>What tensor cores multiply.</summary>
internal interface ITensorPrecision
{
    /// <summary>Numbers along k in a word.</summary>
    static abstract int Numbers { get; }

    /// <summary>Four words, rounded to nearest: of one line from k on where the operand runs along k, else of four lines at one k.</summary>
    static abstract Words Load<T>(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride) where T : struct, IOperand;

    /// <summary>c + a·b of a warp.</summary>
    static abstract Four Multiply(Words a, uint b0, uint b1, Four c);
}

/// <summary>10 bits of fraction, a number a word; ties go away from zero, as in cvt.rna.</summary>
internal readonly struct TensorFloat32 : ITensorPrecision
{
    public static int Numbers => 1;

    public static Words Load<T>(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride) where T : struct, IOperand
    {
        Four x = T.Load(memory, line, lines, k, end, stride);
        return new Words(Round(x.A), Round(x.B), Round(x.C), Round(x.D));
    }

    public static Four Multiply(Words a, uint b0, uint b1, Four c) => TensorCore.MultiplyTensorFloat32(a.A, a.B, a.C, a.D, b0, b1, c.A, c.B, c.C, c.D);

    /// <summary>The bits to nearest; a number beyond the largest becomes infinity, a NaN stays one.</summary>
    public static uint Round(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        return (bits & 0x7FFFFFFF) > 0x7F800000 ? bits | 0x00400000 : (bits + 0x1000) & 0xFFFFE000;
    }
}

/// <summary>7 bits of fraction, two numbers a word; ties go to the even one.</summary>
internal readonly struct TensorBFloat16 : ITensorPrecision
{
    public static int Numbers => 2;

    public static Words Load<T>(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride) where T : struct, IOperand
    {
        Four x = T.Load(memory, line, lines, k, end, stride), y;
        if (T.RunsAlongK)
        {
            y = T.Load(memory, line, lines, k + 4, end, stride);
            return new Words(Pair(x.A, x.B), Pair(x.C, x.D), Pair(y.A, y.B), Pair(y.C, y.D));
        }
        y = T.Load(memory, line, lines, k + 1, end, stride);
        return new Words(Pair(x.A, y.A), Pair(x.B, y.B), Pair(x.C, y.C), Pair(x.D, y.D));
    }

    public static Four Multiply(Words a, uint b0, uint b1, Four c) => TensorCore.MultiplyBFloat16(a.A, a.B, a.C, a.D, b0, b1, c.A, c.B, c.C, c.D);

    private static uint Pair(float first, float second) => RoundedBits.NearestBFloat16(first) | (RoundedBits.NearestBFloat16(second) << 16);
}

/// <summary>The warps of a group, of which each computes 64 rows and 32 columns.</summary>
internal interface ITensorWarps
{
    static abstract int Rows { get; }

    static abstract int Columns { get; }
}

/// <summary>256 threads, a tile of 128×128.</summary>
internal readonly struct EightWarps : ITensorWarps
{
    public static int Rows => 2;

    public static int Columns => 4;
}

/// <summary>32 threads on the emulating processor, a tile of 64×32.</summary>
internal readonly struct OneWarp : ITensorWarps
{
    public static int Rows => 1;

    public static int Columns => 1;
}
