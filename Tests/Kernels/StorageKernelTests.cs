using System.Runtime.InteropServices;
using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class StorageKernelTests
{
    private static readonly StorageFormat[] s_formats = [StorageFormat.BFloat16, StorageFormat.Float16];

    [TestCaseSource(nameof(s_formats))]
    public void Narrowing_rounds_as_the_textbook_at_every_length(StorageFormat format)
    {
        foreach (int n in Lengths) { Check(Random(n, n, 70_000f), format, everywhere: n is 31 or 256); }
        Check(Random(50_003), format, everywhere: true);
    }

    [TestCaseSource(nameof(s_formats))]
    public void Ties_subnormals_infinities_and_not_a_numbers_round_as_the_textbook(StorageFormat format)
    {
        List<uint> words = [];
        for (uint high = 0; high < 0x10000; high += 37)
        {
            foreach (uint low in (uint[])[0, 1, 0x7FFF, 0x8000, 0x8001, 0x0FFF, 0x1000, 0x1001, 0x3000, 0xFFFF]) { words.Add((high << 16) | low); }
        }
        foreach (float x in (float[])[0f, -0f, 65504f, 65519.9f, 65520f, -65520f, 6.1035156e-5f, 6.1e-5f, 5.97e-8f, 2.98e-8f, 2.99e-8f, float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            words.Add(BitConverter.SingleToUInt32Bits(x));
        }
        Check(MemoryMarshal.Cast<uint, float>(words.ToArray()).ToArray(), format, everywhere: true);
    }

    [TestCaseSource(nameof(s_formats))]
    public void Every_16_bit_number_widens_exactly_and_narrows_back_to_itself(StorageFormat format)
    {
        float[] all = MemoryMarshal.Cast<ushort, float>(Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray()).ToArray();
        Action<Backend, View[]> call = (b, v) => { b.Widen(v[0], v[1], format); b.Narrow(v[1], v[2], format); };
        float[][] actual = Run(OneThread, call, all, new float[65536], new float[32768]);
        float[][] expected = Run(new PlainBackend(), call, all, new float[65536], new float[32768]);
        Assert.That(Shown(actual[1]), Is.EqualTo(Shown(expected[1])));
        ushort[] back = MemoryMarshal.Cast<float, ushort>(actual[2]).ToArray();
        for (int i = 0; i < back.Length; i++)
        {
            if (!float.IsNaN(actual[1][i])) { Assert.That(back[i], Is.EqualTo(i)); }
        }
    }

    [TestCaseSource(nameof(s_formats))]
    public void Allocates_nothing(StorageFormat format) =>
        AllocatesNothing((b, v) => { b.Narrow(v[0], v[1], format); b.Widen(v[1], v[0], format); }, Random(40_001), new float[20_001]);

    [Test]
    public void Two_numbers_share_a_word_and_an_odd_one_has_its_own()
    {
        float[][] after = Run(OneThread, (b, v) => b.Narrow(v[0], v[1], StorageFormat.BFloat16), [1f, -2f, 3f], new float[2]);
        Assert.That(Shown(after[1]), Is.EqualTo(new[] { "C0003F80", "00004040" }));
        Assert.That(Backend.StoredLength(3, StorageFormat.Float16), Is.EqualTo(2));
        Assert.That(Backend.StoredLength(3, StorageFormat.Float32), Is.EqualTo(3));
    }

    [Test]
    public void A_format_of_32_bits_and_a_wrong_length_are_refused()
    {
        Assert.That(() => Run(OneThread, (b, v) => b.Narrow(v[0], v[1], StorageFormat.Float32), new float[4], new float[4]), Throws.ArgumentException.With.Message.Contains("16 bits"));
        Assert.That(() => Run(OneThread, (b, v) => b.Widen(v[0], v[1], StorageFormat.Float16), new float[3], new float[4]),
            Throws.ArgumentException.With.Message.EqualTo("Widen: 'x' holds 3 floats, but the sizes ask for 2."));
    }

    private static void Check(float[] x, StorageFormat format, bool everywhere)
    {
        float[] y = new float[Backend.StoredLength(x.Length, format)];
        Action<Backend, View[]> call = (b, v) => b.Narrow(v[0], v[1], format);
        float[][] actual = SameBits(call, everywhere, x, y), expected = Run(new PlainBackend(), call, x, y);
        ushort[] a = MemoryMarshal.Cast<float, ushort>(actual[1]).ToArray(), e = MemoryMarshal.Cast<float, ushort>(expected[1]).ToArray();
        for (int i = 0; i < a.Length; i++)
        {
            bool isNaN = i < x.Length && float.IsNaN(x[i]);
            if (a[i] != e[i] && !(isNaN && (a[i] & 0x7FFF) > (format == StorageFormat.Float16 ? 0x7C00 : 0x7F80)))
            {
                Assert.Fail($"{format} of {x[i]:R} ({BitConverter.SingleToUInt32Bits(x[i]):X8}) is {a[i]:X4}, not {e[i]:X4}.");
            }
        }
    }

    private static string[] Shown(float[] words) => [.. words.Select(x => float.IsNaN(x) ? "NaN" : $"{BitConverter.SingleToUInt32Bits(x):X8}")];
}
