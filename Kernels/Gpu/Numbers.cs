using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A <see cref="StorageFormat"/> as a kernel sees it: an empty struct, so that each format is a kernel of its own. The bits are those of the processor's kernels.</summary>
internal interface INumbers
{
    /// <summary>Whether storing rounds.</summary>
    static abstract bool Rounds { get; }

    /// <summary>Number i as a computation reads it.</summary>
    static abstract float Load(ArrayView<ushort> memory, int i);

    /// <summary>Number i, all of it.</summary>
    static abstract float LoadExact(ArrayView<ushort> memory, int i);

    /// <summary>Rounds up with a probability that is the part cut off, so that the mean of what is stored is x; the low 16 bits of the noise decide.</summary>
    static abstract void Store(ArrayView<ushort> memory, int i, float x, uint noise);

    /// <summary>Rounds to nearest, ties to even.</summary>
    static abstract void Write(ArrayView<ushort> memory, int i, float x);

    /// <summary>Numbers 4·i … 4·i + 3 as a computation reads them, in one access; the memory starts at a multiple of 16 bytes, of 8 with 16 bits a number.</summary>
    static abstract Four LoadFour(ArrayView<ushort> memory, int i);

    /// <summary>The same, all of them.</summary>
    static abstract Four LoadFourExact(ArrayView<ushort> memory, int i);

    /// <summary><see cref="Write"/> for numbers 4·i … 4·i + 3, in one access.</summary>
    static abstract void WriteFour(ArrayView<ushort> memory, int i, Four x);

    /// <summary><see cref="Store"/> for numbers 4·i … 4·i + 3, in one access.</summary>
    static abstract void StoreFour(ArrayView<ushort> memory, int i, Four x, uint noise0, uint noise1, uint noise2, uint noise3);
}

/// <summary>A format in which an optimizer keeps weights, one of gradients, and one of moments.</summary>
internal interface IWeightNumbers : INumbers;

internal interface IGradientNumbers : INumbers;

internal interface IMomentNumbers : INumbers;

/// <summary>4 bytes a number.</summary>
internal readonly struct Float32Numbers : IWeightNumbers, IGradientNumbers, IMomentNumbers
{
    public static bool Rounds => false;

    public static float Load(ArrayView<ushort> memory, int i) => memory.Cast<float>()[i];

    public static float LoadExact(ArrayView<ushort> memory, int i) => memory.Cast<float>()[i];

    public static void Store(ArrayView<ushort> memory, int i, float x, uint noise) => memory.Cast<float>()[i] = x;

    public static void Write(ArrayView<ushort> memory, int i, float x) => memory.Cast<float>()[i] = x;

    public static Four LoadFour(ArrayView<ushort> memory, int i) => memory.Cast<Four>()[i];

    public static Four LoadFourExact(ArrayView<ushort> memory, int i) => memory.Cast<Four>()[i];

    public static void WriteFour(ArrayView<ushort> memory, int i, Four x) => memory.Cast<Four>()[i] = x;

    public static void StoreFour(ArrayView<ushort> memory, int i, Four x, uint noise0, uint noise1, uint noise2, uint noise3) => memory.Cast<Four>()[i] = x;
}

/// <summary>Whole float32 here; a computation reads the nearest bfloat16, ties away from 0.</summary>
internal readonly struct SplitNumbers : IWeightNumbers
{
    public static bool Rounds => false;

    public static float Load(ArrayView<ushort> memory, int i) => Nearest(memory.Cast<float>()[i]);

    public static float LoadExact(ArrayView<ushort> memory, int i) => memory.Cast<float>()[i];

    public static void Store(ArrayView<ushort> memory, int i, float x, uint noise) => memory.Cast<float>()[i] = x;

    public static void Write(ArrayView<ushort> memory, int i, float x) => memory.Cast<float>()[i] = x;

    public static Four LoadFour(ArrayView<ushort> memory, int i)
    {
        Four x = memory.Cast<Four>()[i];
        return new Four(Nearest(x.A), Nearest(x.B), Nearest(x.C), Nearest(x.D));
    }

    public static Four LoadFourExact(ArrayView<ushort> memory, int i) => memory.Cast<Four>()[i];

    public static void WriteFour(ArrayView<ushort> memory, int i, Four x) => memory.Cast<Four>()[i] = x;

    public static void StoreFour(ArrayView<ushort> memory, int i, Four x, uint noise0, uint noise1, uint noise2, uint noise3) => memory.Cast<Four>()[i] = x;

    private static float Nearest(float x) => Interop.IntAsFloat((Interop.FloatAsInt(x) + 0x8000) & 0xFFFF0000);
}

/// <summary>2 bytes a number: the upper half of a float32.</summary>
internal readonly struct BFloat16Numbers : IGradientNumbers, IMomentNumbers
{
    public static bool Rounds => true;

    public static float Load(ArrayView<ushort> memory, int i) => Interop.IntAsFloat((uint)memory[i] << 16);

    public static float LoadExact(ArrayView<ushort> memory, int i) => Interop.IntAsFloat((uint)memory[i] << 16);

    public static void Store(ArrayView<ushort> memory, int i, float x, uint noise) => memory[i] = (ushort)RoundedBits.BFloat16(x, noise);

    public static void Write(ArrayView<ushort> memory, int i, float x) => memory[i] = (ushort)RoundedBits.NearestBFloat16(x);

    public static Four LoadFour(ArrayView<ushort> memory, int i)
    {
        TwoWords words = memory.Cast<TwoWords>()[i];
        return new Four(
            Interop.IntAsFloat(words.First << 16), Interop.IntAsFloat(words.First & 0xFFFF0000), Interop.IntAsFloat(words.Second << 16), Interop.IntAsFloat(words.Second & 0xFFFF0000));
    }

    public static Four LoadFourExact(ArrayView<ushort> memory, int i) => LoadFour(memory, i);

    public static void WriteFour(ArrayView<ushort> memory, int i, Four x)
        => memory.Cast<TwoWords>()[i] = new TwoWords(
            RoundedBits.NearestBFloat16(x.A) | (RoundedBits.NearestBFloat16(x.B) << 16), RoundedBits.NearestBFloat16(x.C) | (RoundedBits.NearestBFloat16(x.D) << 16));

    public static void StoreFour(ArrayView<ushort> memory, int i, Four x, uint noise0, uint noise1, uint noise2, uint noise3)
        => memory.Cast<TwoWords>()[i] = new TwoWords(
            RoundedBits.BFloat16(x.A, noise0) | (RoundedBits.BFloat16(x.B, noise1) << 16), RoundedBits.BFloat16(x.C, noise2) | (RoundedBits.BFloat16(x.D, noise3) << 16));
}

/// <summary>2 bytes a number: IEEE binary16.</summary>
internal readonly struct Float16Numbers : IGradientNumbers
{
    public static bool Rounds => true;

    public static float Load(ArrayView<ushort> memory, int i) => RoundedBits.FromFloat16(memory[i]);

    public static float LoadExact(ArrayView<ushort> memory, int i) => RoundedBits.FromFloat16(memory[i]);

    public static void Store(ArrayView<ushort> memory, int i, float x, uint noise) => memory[i] = (ushort)RoundedBits.Float16(x, noise);

    public static void Write(ArrayView<ushort> memory, int i, float x) => memory[i] = (ushort)RoundedBits.NearestFloat16(x);

    public static Four LoadFour(ArrayView<ushort> memory, int i)
    {
        TwoWords words = memory.Cast<TwoWords>()[i];
        return new Four(
            RoundedBits.FromFloat16(words.First & 0xFFFF), RoundedBits.FromFloat16(words.First >> 16), RoundedBits.FromFloat16(words.Second & 0xFFFF), RoundedBits.FromFloat16(words.Second >> 16));
    }

    public static Four LoadFourExact(ArrayView<ushort> memory, int i) => LoadFour(memory, i);

    public static void WriteFour(ArrayView<ushort> memory, int i, Four x)
        => memory.Cast<TwoWords>()[i] = new TwoWords(
            RoundedBits.NearestFloat16(x.A) | (RoundedBits.NearestFloat16(x.B) << 16), RoundedBits.NearestFloat16(x.C) | (RoundedBits.NearestFloat16(x.D) << 16));

    public static void StoreFour(ArrayView<ushort> memory, int i, Four x, uint noise0, uint noise1, uint noise2, uint noise3)
        => memory.Cast<TwoWords>()[i] = new TwoWords(
            RoundedBits.Float16(x.A, noise0) | (RoundedBits.Float16(x.B, noise1) << 16), RoundedBits.Float16(x.C, noise2) | (RoundedBits.Float16(x.D, noise3) << 16));
}
