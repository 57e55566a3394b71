using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>Copies a part of a matrix into panels, in the order in which the tile loop reads it.</summary>
/// <remarks>A lane is a row of a or a column of b. Panel p holds lanes [p·width, (p+1)·width): destination[p][k][lane] = source[lane·laneStride + k·depthStride].
/// One of the two strides is 1. Lanes past the end of the matrix hold copies or zeros; nobody reads what is computed from them.</remarks>
internal static unsafe class MatMulPacking
{
    // Panels lie a multiple of some KB apart and would push each other out of the L1 cache if each got one step at a time;
    // rows of the source lie too far apart for the processor to guess the next ones.
    private const int StepsAtOnce = 8;

    /// <summary>Packs <paramref name="lanes"/> lanes of <paramref name="depth"/> elements into ⌈lanes / width⌉ panels.</summary>
    public static void Pack(float* source, nint laneStride, nint depthStride, int lanes, int depth, int width, float* destination)
    {
        if (laneStride == 1)
        {
            if (lanes > 0)
            {
                PackSteps(source, depthStride, lanes, 0, depth, depth, width, false, destination);
            }
            return;
        }
        for (int lane = 0; lane < lanes; lane += width)
        {
            TransposePanel(source + lane * laneStride, laneStride, Math.Min(width, lanes - lane), depth, width, destination + (nint)lane * depth);
        }
    }

    /// <summary>Packs steps [<paramref name="first"/>, <paramref name="end"/>) of a block of <paramref name="depth"/>, along the source's rows, into all its panels.</summary>
    /// <param name="source">The row of step <paramref name="first"/>; lanes lie side by side.</param>
    /// <param name="isLastNarrow">The last panel is as wide as the lanes that are left.</param>
    public static void PackSteps(float* source, nint depthStride, int lanes, int first, int end, int depth, int width, bool isLastNarrow, float* destination)
    {
        int whole = lanes / width * width;
        CopyPanels(source, depthStride, whole, end - first, width, destination + (nint)first * width, (nint)width * depth);
        if (whole < lanes)
        {
            int last = isLastNarrow ? lanes - whole : width;
            CopyPartialPanel(source + whole, depthStride, lanes - whole, end - first, last, destination + (nint)whole * depth + (nint)first * last);
        }
    }

    // Along the source's rows: every cache line of the source is read once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPanels(float* source, nint depthStride, int lanes, int depth, int width, float* destination, nint panel)
    {
        for (int k = 0; k < depth; k += StepsAtOnce, source += StepsAtOnce * depthStride, destination += StepsAtOnce * width)
        {
            int steps = Math.Min(StepsAtOnce, depth - k);
            Prefetch(source + StepsAtOnce * depthStride, depthStride, lanes, Math.Min(StepsAtOnce, depth - k - steps));
            float* from = source, end = source + lanes, to = destination;
            switch (width)
            {
                case 4:
                    for (; from < end; from += 4, to += panel)
                    {
                        float* x = from, y = to;
                        for (int i = steps; i > 0; i--, x += depthStride, y += 4)
                        {
                            Vector128.Load(x).Store(y);
                        }
                    }
                    break;
                case 6:
                    for (; from < end; from += 6, to += panel)
                    {
                        float* x = from, y = to;
                        // Eight at once: two too many, which the next step overwrites.
                        for (int i = from + 8 <= end ? steps - 1 : 0; i > 0; i--, x += depthStride, y += 6)
                        {
                            Vector256.Load(x).Store(y);
                        }
                        for (; y < to + 6 * steps; x += depthStride, y += 6)
                        {
                            Vector128<float> first = Vector128.Load(x), last = Vector128.Load(x + 2);
                            first.Store(y);
                            last.Store(y + 2);
                        }
                    }
                    break;
                case 14:
                    for (; from < end; from += 14, to += panel)
                    {
                        float* x = from, y = to;
                        for (int i = steps; i > 0; i--, x += depthStride, y += 14)
                        {
                            Vector256<float> first = Vector256.Load(x), last = Vector256.Load(x + 6);
                            first.Store(y);
                            last.Store(y + 6);
                        }
                    }
                    break;
                case 16:
                    for (; from < end; from += 16, to += panel)
                    {
                        float* x = from, y = to;
                        for (int i = steps; i > 0; i--, x += depthStride, y += 16)
                        {
                            Vector256.Load(x).Store(y);
                            Vector256.Load(x + 8).Store(y + 8);
                        }
                    }
                    break;
                case 32:
                    for (; from < end; from += 32, to += panel)
                    {
                        float* x = from, y = to;
                        for (int i = steps; i > 0; i--, x += depthStride, y += 32)
                        {
                            Vector512.Load(x).Store(y);
                            Vector512.Load(x + 16).Store(y + 16);
                        }
                    }
                    break;
                default:
                    for (; from < end; from += width, to += panel)
                    {
                        float* x = from, y = to;
                        for (int step = 0; step < steps; step++, x += depthStride, y += width)
                        {
                            for (int i = 0; i < width; i++)
                            {
                                y[i] = x[i];
                            }
                        }
                    }
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* source, nint depthStride, int lanes, int steps)
    {
        if (Sse.IsSupported)
        {
            for (; steps > 0; steps--, source += depthStride)
            {
                for (int i = 0; i < lanes; i += 16)
                {
                    Sse.Prefetch0(source + i);
                }
            }
        }
    }

    private static void CopyPartialPanel(float* source, nint depthStride, int lanes, int depth, int width, float* destination)
    {
        for (int k = 0; k < depth; k++, source += depthStride, destination += width)
        {
            var row = new Span<float>(destination, width);
            new ReadOnlySpan<float>(source, lanes).CopyTo(row);
            row[lanes..].Clear();
        }
    }

    private static void TransposePanel(float* source, nint stride, int lanes, int depth, int width, float* destination)
    {
        int done = 0;
        if (Avx.IsSupported)
        {
            // Stores of 8 into a panel of fewer than 6 lanes run over more than one step: the last 8 steps are for the loop below.
            done = Math.Max(0, (depth & ~7) - (width < 6 ? 8 : 0));
            // From the last group to the first: a store of 8 may run over the group's end into lanes that are written later.
            for (int group = (width - 1) & ~7; group >= 0 && done > 0; group -= 8)
            {
                TransposeGroup(source, stride, group, lanes, done, width, destination + group);
            }
        }
        for (int lane = 0; lane < width; lane++)
        {
            float* from = source + Math.Min(lane, lanes - 1) * stride;
            float* to = destination + lane;
            for (int k = done; k < depth; k++)
            {
                to[(nint)k * width] = from[k];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeGroup(float* source, nint stride, int group, int lanes, int depth, int width, float* destination)
    {
        int last = lanes - 1;
        float* r0 = source + Math.Min(group, last) * stride, r1 = source + Math.Min(group + 1, last) * stride;
        float* r2 = source + Math.Min(group + 2, last) * stride, r3 = source + Math.Min(group + 3, last) * stride;
        float* r4 = source + Math.Min(group + 4, last) * stride, r5 = source + Math.Min(group + 5, last) * stride;
        float* r6 = source + Math.Min(group + 6, last) * stride, r7 = source + Math.Min(group + 7, last) * stride;
        bool isCut = width - group == 6;
        for (nint k = 0; k < depth; k += 8)
        {
            Vector256<float> x0 = Halves(r0 + k, r4 + k), x1 = Halves(r1 + k, r5 + k), x2 = Halves(r2 + k, r6 + k), x3 = Halves(r3 + k, r7 + k);
            Transpose4(ref x0, ref x1, ref x2, ref x3);
            x0.Store(destination);
            x1.Store(destination + width);
            x2.Store(destination + 2 * (nint)width);
            x3.Store(destination + 3 * (nint)width);
            destination += 4 * (nint)width;
            x0 = Halves(r0 + k + 4, r4 + k + 4);
            x1 = Halves(r1 + k + 4, r5 + k + 4);
            x2 = Halves(r2 + k + 4, r6 + k + 4);
            x3 = Halves(r3 + k + 4, r7 + k + 4);
            Transpose4(ref x0, ref x1, ref x2, ref x3);
            x0.Store(destination);
            x1.Store(destination + width);
            x2.Store(destination + 2 * (nint)width);
            if (isCut)
            {
                // Never past the panel, which may end the buffer or belong to another thread from there on.
                x3.GetLower().Store(destination + 3 * (nint)width);
                x3.GetUpper().GetLower().Store(destination + 3 * (nint)width + 4);
            }
            else
            {
                x3.Store(destination + 3 * (nint)width);
            }
            destination += 4 * (nint)width;
        }
    }

    /// <summary>Four floats of one row below four of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Halves(float* lower, float* upper) =>
        Avx.InsertVector128(Vector128.Load(lower).ToVector256Unsafe(), Vector128.Load(upper), 1);

    /// <summary>Rows (0,4), (1,5), (2,6), (3,7) of four columns become four columns of rows 0…7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Transpose4(ref Vector256<float> x0, ref Vector256<float> x1, ref Vector256<float> x2, ref Vector256<float> x3)
    {
        Vector256<float> low01 = Avx.UnpackLow(x0, x1), high01 = Avx.UnpackHigh(x0, x1);
        Vector256<float> low23 = Avx.UnpackLow(x2, x3), high23 = Avx.UnpackHigh(x2, x3);
        x0 = Avx.Shuffle(low01, low23, 0x44);
        x1 = Avx.Shuffle(low01, low23, 0xEE);
        x2 = Avx.Shuffle(high01, high23, 0x44);
        x3 = Avx.Shuffle(high01, high23, 0xEE);
    }
}
