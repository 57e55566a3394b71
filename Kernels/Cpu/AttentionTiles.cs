using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>The small matrix products and copies that attention is made of, on tiles that lie in the first two caches.</summary>
/// <remarks>Every element of a product is one chain of fused multiply-adds along the inner index, whatever the width and the tile.</remarks>
internal static unsafe class AttentionTiles
{
    /// <summary>Rows of a register tile: 6 × 2 vectors of accumulators.</summary>
    public const int Rows = 6;

    /// <summary>c[6, columns] (+)= a[6, inner] · b[inner, columns]; element (r, i) of a lies at r·aRow + i·aStep; columns is a multiple of two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TWidth, TVector>(
        float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, nint cRow, int columns, int inner, bool accumulate)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        nint n = TWidth.Lanes;
        for (float* end = c + columns; c < end; c += 2 * n, b += 2 * n)
        {
            TVector c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
            if (accumulate)
            {
                c00 = TWidth.Load(c);
                c01 = TWidth.Load(c + n);
                c10 = TWidth.Load(c + cRow);
                c11 = TWidth.Load(c + cRow + n);
                c20 = TWidth.Load(c + (2 * cRow));
                c21 = TWidth.Load(c + (2 * cRow) + n);
                c30 = TWidth.Load(c + (3 * cRow));
                c31 = TWidth.Load(c + (3 * cRow) + n);
                c40 = TWidth.Load(c + (4 * cRow));
                c41 = TWidth.Load(c + (4 * cRow) + n);
                c50 = TWidth.Load(c + (5 * cRow));
                c51 = TWidth.Load(c + (5 * cRow) + n);
            }
            else
            {
                c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = default;
            }
            float* a0 = a;
            float* a1 = a + aRow;
            float* a2 = a + (2 * aRow);
            float* a3 = a + (3 * aRow);
            float* a4 = a + (4 * aRow);
            float* a5 = a + (5 * aRow);
            float* bi = b;
            nint offset = 0;
            int i = inner;
            for (; i >= 2; i -= 2, bi += 2 * bStep, offset += 2 * aStep)
            {
                Step<TWidth, TVector>(bi, a0 + offset, a1 + offset, a2 + offset, a3 + offset, a4 + offset, a5 + offset,
                    ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                nint next = offset + aStep;
                Step<TWidth, TVector>(bi + bStep, a0 + next, a1 + next, a2 + next, a3 + next, a4 + next, a5 + next,
                    ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            }
            if (i > 0)
            {
                Step<TWidth, TVector>(bi, a0 + offset, a1 + offset, a2 + offset, a3 + offset, a4 + offset, a5 + offset,
                    ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            }
            TWidth.Store(c00, c);
            TWidth.Store(c01, c + n);
            TWidth.Store(c10, c + cRow);
            TWidth.Store(c11, c + cRow + n);
            TWidth.Store(c20, c + (2 * cRow));
            TWidth.Store(c21, c + (2 * cRow) + n);
            TWidth.Store(c30, c + (3 * cRow));
            TWidth.Store(c31, c + (3 * cRow) + n);
            TWidth.Store(c40, c + (4 * cRow));
            TWidth.Store(c41, c + (4 * cRow) + n);
            TWidth.Store(c50, c + (5 * cRow));
            TWidth.Store(c51, c + (5 * cRow) + n);
        }
    }

    // One step along the inner index.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TWidth, TVector>(float* b, float* a0, float* a1, float* a2, float* a3, float* a4, float* a5,
        ref TVector c00, ref TVector c01, ref TVector c10, ref TVector c11, ref TVector c20, ref TVector c21,
        ref TVector c30, ref TVector c31, ref TVector c40, ref TVector c41, ref TVector c50, ref TVector c51)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector b0 = TWidth.Load(b), b1 = TWidth.Load(b + TWidth.Lanes);
        TVector x = TWidth.Broadcast(*a0);
        c00 = TWidth.MultiplyAdd(x, b0, c00);
        c01 = TWidth.MultiplyAdd(x, b1, c01);
        x = TWidth.Broadcast(*a1);
        c10 = TWidth.MultiplyAdd(x, b0, c10);
        c11 = TWidth.MultiplyAdd(x, b1, c11);
        x = TWidth.Broadcast(*a2);
        c20 = TWidth.MultiplyAdd(x, b0, c20);
        c21 = TWidth.MultiplyAdd(x, b1, c21);
        x = TWidth.Broadcast(*a3);
        c30 = TWidth.MultiplyAdd(x, b0, c30);
        c31 = TWidth.MultiplyAdd(x, b1, c31);
        x = TWidth.Broadcast(*a4);
        c40 = TWidth.MultiplyAdd(x, b0, c40);
        c41 = TWidth.MultiplyAdd(x, b1, c41);
        x = TWidth.Broadcast(*a5);
        c50 = TWidth.MultiplyAdd(x, b0, c50);
        c51 = TWidth.MultiplyAdd(x, b1, c51);
    }

    /// <summary>destination[r, :columns] = scale · source[r, :], then zeros up to the padded width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows<TWidth, TVector>(float* source, nint sourceRow, float* destination, int padded, int rows, int columns, float scale)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector factor = TWidth.Broadcast(scale);
        for (int r = 0; r < rows; r++, source += sourceRow, destination += padded)
        {
            int c = 0;
            for (; c <= columns - TWidth.Lanes; c += TWidth.Lanes)
            {
                TWidth.Store(TWidth.Multiply(TWidth.Load(source + c), factor), destination + c);
            }
            for (; c < columns; c++)
            {
                destination[c] = source[c] * scale;
            }
            for (; c < padded; c++)
            {
                destination[c] = 0f;
            }
        }
    }

    /// <summary>destination[r, :] += scale · source[r, :columns].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRows<TWidth, TVector>(float* source, nint sourceRow, float* destination, nint destinationRow, int rows, int columns, float scale)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector factor = TWidth.Broadcast(scale);
        for (int r = 0; r < rows; r++, source += sourceRow, destination += destinationRow)
        {
            int c = 0;
            for (; c <= columns - TWidth.Lanes; c += TWidth.Lanes)
            {
                TWidth.Store(TWidth.MultiplyAdd(TWidth.Load(source + c), factor, TWidth.Load(destination + c)), destination + c);
            }
            for (; c < columns; c++)
            {
                destination[c] = MathF.FusedMultiplyAdd(source[c], scale, destination[c]);
            }
        }
    }

    /// <summary>destination[c, r] = source[r, c]: rows of keys become columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceRow, float* destination, nint destinationRow, int rows, int columns)
    {
        int wholeRows = 0, wholeColumns = 0;
        if (Avx.IsSupported)
        {
            (wholeRows, wholeColumns) = (rows & ~7, columns & ~7);
            for (int r = 0; r < wholeRows; r += 8)
            {
                for (int c = 0; c < wholeColumns; c += 8)
                {
                    Transpose8(source + (r * sourceRow) + c, sourceRow, destination + (c * destinationRow) + r, destinationRow);
                }
            }
        }
        for (int r = 0; r < rows; r++)
        {
            for (int c = r < wholeRows ? wholeColumns : 0; c < columns; c++)
            {
                destination[(c * destinationRow) + r] = source[(r * sourceRow) + c];
            }
        }
    }

    // Pairs of rows are interleaved, then pairs of pairs, while two halves of four columns are loaded into one register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8(float* s, nint sRow, float* d, nint dRow)
    {
        for (int half = 0; half < 8; half += 4)
        {
            Vector256<float> r0 = Vector256.Create(Vector128.Load(s + half), Vector128.Load(s + (4 * sRow) + half));
            Vector256<float> r1 = Vector256.Create(Vector128.Load(s + sRow + half), Vector128.Load(s + (5 * sRow) + half));
            Vector256<float> r2 = Vector256.Create(Vector128.Load(s + (2 * sRow) + half), Vector128.Load(s + (6 * sRow) + half));
            Vector256<float> r3 = Vector256.Create(Vector128.Load(s + (3 * sRow) + half), Vector128.Load(s + (7 * sRow) + half));
            Vector256<float> low01 = Avx.UnpackLow(r0, r1), high01 = Avx.UnpackHigh(r0, r1);
            Vector256<float> low23 = Avx.UnpackLow(r2, r3), high23 = Avx.UnpackHigh(r2, r3);
            Avx.Shuffle(low01, low23, 0b01_00_01_00).Store(d + (half * dRow));
            Avx.Shuffle(low01, low23, 0b11_10_11_10).Store(d + ((half + 1) * dRow));
            Avx.Shuffle(high01, high23, 0b01_00_01_00).Store(d + ((half + 2) * dRow));
            Avx.Shuffle(high01, high23, 0b11_10_11_10).Store(d + ((half + 3) * dRow));
        }
    }

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross<TVector>(TVector x) where TVector : struct
    {
        if (typeof(TVector) == typeof(Vector512<float>))
        {
            Vector512<float> wide = Unsafe.BitCast<TVector, Vector512<float>>(x);
            return MaxAcross(Width256.Max(wide.GetLower(), wide.GetUpper()));
        }
        if (typeof(TVector) == typeof(Vector256<float>))
        {
            Vector256<float> eight = Unsafe.BitCast<TVector, Vector256<float>>(x);
            Vector128<float> four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
            Vector128<float> two = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
            return Vector128.MaxNative(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
        }
        return Unsafe.BitCast<TVector, float>(x);
    }

    /// <summary>The larger of two scores, without a branch: nothing predicts it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Larger(float a, float b) => Vector128.MaxNative(Vector128.CreateScalarUnsafe(a), Vector128.CreateScalarUnsafe(b)).ToScalar();

    /// <summary>Asks for rows that come next, which lie too far apart for the hardware to guess.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fetch(float* source, nint sourceRow, int rows, int columns)
    {
        if (!Sse.IsSupported)
        {
            return;
        }
        for (int r = 0; r < rows; r++, source += sourceRow)
        {
            for (int c = 0; c < columns; c += 16)
            {
                Sse.Prefetch1(source + c);
            }
        }
    }

    /// <summary>x[0..count) = value.</summary>
    public static void Fill(float* x, int count, float value) => new Span<float>(x, count).Fill(value);
}
