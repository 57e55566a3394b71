using ILGPU;
using ILGPU.Util;

namespace PureLlm.Kernels.Gpu;

/// <summary>How an operand of a matrix product lies in memory: as its lines (rows of a, columns of b) or as the steps of k.</summary>
internal interface IOperand
{
    /// <summary>A line's numbers lie side by side, so that four of them are four steps of k of one line; else four lines at one step.</summary>
    static abstract bool RunsAlongK { get; }

    /// <summary>Four numbers from (line, k) on; 0 beyond the lines and the end of k. Nothing is read there.</summary>
    static abstract Four Load(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride);
}

/// <summary>Line after line, in accesses of four: the stride and the place of the first number are multiples of four.</summary>
internal readonly struct LinesByFour<TNumbers> : IOperand where TNumbers : struct, INumbers
{
    public static bool RunsAlongK => true;

    public static Four Load(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride)
    {
        bool inside = (line < lines) & (k < end);
        return FourMath.OrZero(inside, TNumbers.LoadFour(memory, Utilities.Select(inside, (line * (stride >> 2)) + (k >> 2), 0)));
    }
}

/// <summary>Line after line, number by number.</summary>
internal readonly struct Lines<TNumbers> : IOperand where TNumbers : struct, INumbers
{
    public static bool RunsAlongK => true;

    public static Four Load(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride)
    {
        int i = (line * stride) + k;
        bool inside = line < lines;
        return new Four(
            Operand.OrZero<TNumbers>(memory, i, inside & (k < end)), Operand.OrZero<TNumbers>(memory, i + 1, inside & (k + 1 < end)),
            Operand.OrZero<TNumbers>(memory, i + 2, inside & (k + 2 < end)), Operand.OrZero<TNumbers>(memory, i + 3, inside & (k + 3 < end)));
    }
}

/// <summary>Step of k after step of k, in accesses of four.</summary>
internal readonly struct StepsByFour<TNumbers> : IOperand where TNumbers : struct, INumbers
{
    public static bool RunsAlongK => false;

    public static Four Load(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride)
    {
        bool inside = (line < lines) & (k < end);
        return FourMath.OrZero(inside, TNumbers.LoadFour(memory, Utilities.Select(inside, (k * (stride >> 2)) + (line >> 2), 0)));
    }
}

/// <summary>Step of k after step of k, number by number.</summary>
internal readonly struct Steps<TNumbers> : IOperand where TNumbers : struct, INumbers
{
    public static bool RunsAlongK => false;

    public static Four Load(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride)
    {
        int i = (k * stride) + line;
        bool inside = k < end;
        return new Four(
            Operand.OrZero<TNumbers>(memory, i, inside & (line < lines)), Operand.OrZero<TNumbers>(memory, i + 1, inside & (line + 1 < lines)),
            Operand.OrZero<TNumbers>(memory, i + 2, inside & (line + 2 < lines)), Operand.OrZero<TNumbers>(memory, i + 3, inside & (line + 3 < lines)));
    }
}

internal static class Operand
{
    /// <summary>Number i, or 0; the memory is not empty.</summary>
    public static float OrZero<TNumbers>(ArrayView<ushort> memory, int i, bool inside) where TNumbers : struct, INumbers
        => Utilities.Select(inside, TNumbers.Load(memory, Utilities.Select(inside, i, 0)), 0f);
}
