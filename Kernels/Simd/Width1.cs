using System.Runtime.CompilerServices;

namespace PureLlm.Kernels;

/// <summary>One float at a time: any CPU, and the check that the vector code has the same bits.</summary>
internal readonly unsafe struct Width1 : IVectorWidth<float>
{
    public static int Lanes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* p) => *p;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float v, float* p) => *p = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadFirst(float* p, int count) => count > 0 ? *p : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(float v, float* p, int count)
    {
        if (count > 0)
        {
            *p = v;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaskFirst(int count) => Mask(count > 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float a, float b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float NegateMultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(-a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float a) => MathF.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Abs(float a) => MathF.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Negate(float a) => -a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(float a, float b) => a < b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float a, float b) => a > b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LessThan(float a, float b) => Mask(a < b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LessThanOrEqual(float a, float b) => Mask(a <= b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Equal(float a, float b) => Mask(a == b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Select(float mask, float a, float b) => Bits(mask) != 0 ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float And(float a, float b) => Float(Bits(a) & Bits(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float AndNot(float a, float mask) => Float(Bits(a) & ~Bits(mask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Or(float a, float b) => Float(Bits(a) | Bits(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Xor(float a, float b) => Float(Bits(a) ^ Bits(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float AddBits(float a, float b) => Float(Bits(a) + Bits(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SubtractBits(float a, float b) => Float(Bits(a) - Bits(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyBits(float a, float b) => Float(Bits(a) * Bits(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ShiftRightLogical(float a, int bits) => Float(Bits(a) >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Count(uint first) => Float((int)first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ShiftLeft(float a, int bits) => Float(Bits(a) << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ShiftRight(float a, int bits) => Float(Bits(a) >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SwapPairs(float a) => throw new NotSupportedException("A vector of one float has no pairs.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadTwice(float* p) => throw new NotSupportedException("A vector of one float has no pairs.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float NegateFirsts(float a) => throw new NotSupportedException("A vector of one float has no pairs.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float BitsToFloat(float a) => Bits(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Invoke<TFunction>(float x) where TFunction : struct, IUnaryFunction => TFunction.Invoke(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative<TFunction>(float x) where TFunction : struct, IUnaryFunction => TFunction.Derivative(x);

    private static float Mask(bool isSet) => Float(isSet ? -1 : 0);

    private static int Bits(float a) => BitConverter.SingleToInt32Bits(a);

    private static float Float(int bits) => BitConverter.Int32BitsToSingle(bits);
}
