using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats.Gguf;

namespace PureLlm.Tests.Tokenizer.Formats.Gguf;

public class GgufFileTests
{
    private static GgufFile Read(byte[] bytes) => GgufReader.Read(new MemoryStream(bytes), "x.gguf");

    private static GgufFile Example()
    {
        var file = new GgufFile { Tensors = [new GgufTensor("w", [4, 2], 0, 0), new GgufTensor("b", [3], 1, 32)] };
        file.Add("general.architecture", GgufValue.Of("test"));
        file.Add("u8", GgufValue.Of((byte)200));
        file.Add("i8", GgufValue.Of((sbyte)-3));
        file.Add("u16", GgufValue.Of((ushort)60000));
        file.Add("i16", GgufValue.Of((short)-300));
        file.Add("u32", GgufValue.Of(4_000_000_000u));
        file.Add("i32", GgufValue.Of(-5));
        file.Add("f32", GgufValue.Of(1.5f));
        file.Add("flag", GgufValue.Of(true));
        file.Add("u64", GgufValue.Of(ulong.MaxValue));
        file.Add("i64", GgufValue.Of(long.MinValue));
        file.Add("f64", GgufValue.Of(0.1));
        file.Add("texts", GgufValue.ListOf([Encoding.UTF8.GetBytes("é"), []]));
        file.Add("numbers", GgufValue.ListOf<float>([1, -2.5f]));
        file.Add("nested", GgufValue.ListOf([GgufValue.ListOf<int>([1, 2]), GgufValue.ListOf([GgufValue.ListOf<byte>([7])])]));
        file.Add("none", GgufValue.ListOf<int>([]));
        return file;
    }

    [Test]
    public void The_bytes_are_those_of_the_format()
    {
        var file = new GgufFile { Tensors = [new GgufTensor("w", [2], 0, 0)] };
        file.Add("general.alignment", GgufValue.Of(8u));
        file.Add("a", GgufValue.ListOf<ushort>([513]));
        string expected = "47475546" + "03000000" + "0100000000000000" + "0200000000000000"
            + "1100000000000000" + Convert.ToHexString("general.alignment"u8) + "04000000" + "08000000"
            + "0100000000000000" + "61" + "09000000" + "02000000" + "0100000000000000" + "0102"
            + "0100000000000000" + "77" + "01000000" + "0200000000000000" + "00000000" + "0000000000000000";
        string written = Convert.ToHexString(GgufWriter.ToBytes(file));
        Assert.That(written, Does.StartWith(expected));
        Assert.That(written[expected.Length..].Trim('0'), Is.Empty);
        Assert.That(written.Length / 2 % 8, Is.Zero);
    }

    [Test]
    public void Every_type_comes_back_and_the_tensors_begin_where_the_writer_says()
    {
        GgufFile file = Example();
        var stream = new MemoryStream();
        long start = GgufWriter.Write(stream, file);
        stream.Write(new byte[100]);
        GgufFile back = Read(stream.ToArray());
        Assert.That((back.TensorStart, start % 32), Is.EqualTo((start, 0L)));
        Assert.That(GgufWriter.ToBytes(back), Is.EqualTo(GgufWriter.ToBytes(file)));
        Assert.That(back.Tensors.Select(t => $"{t.Name} {string.Join('x', t.Shape)} {t.Type} {t.Offset}"), Is.EqualTo(new[] { "w 4x2 0 0", "b 3 1 32" }));
        Assert.That((back.Text("general.architecture"), back.Flag("flag"), back.Whole("u16", 65535)), Is.EqualTo(("test", (bool?)true, (int?)60000)));
    }

    [Test]
    public void Values_are_asked_for_with_their_type()
    {
        GgufFile file = Read(GgufWriter.ToBytes(Example()));
        Assert.That((file.Text("missing"), file.Flag("missing"), file.Whole("missing", 1), file.List("missing", GgufType.Text)), Is.EqualTo(((string?)null, (bool?)null, (int?)null, (GgufValue?)null)));
        Assert.That((file.Whole("u8", 255), file.Whole("u16", 60000)), Is.EqualTo(((int?)200, (int?)60000)));
        Assert.That(Message(() => file.Text("u8")), Does.Contain("x.gguf: u8 is of the type UInt8, not a text"));
        Assert.That(Message(() => file.Flag("u8")), Does.Contain("not a flag"));
        Assert.That(Message(() => file.Whole("i32", 10)), Does.Contain("i32 is -5, not a whole number from 0 to 10"));
        Assert.That(Message(() => file.Whole("u64", 10)), Does.Contain("UInt64"));
        Assert.That(Message(() => file.List("numbers", GgufType.Text)), Does.Contain("is a list of Float32, not of Text"));
        Assert.That(Message(() => file.Add("u8", GgufValue.Of(1))), Does.Contain("u8 is there twice"));
        Assert.That(file.List("none", GgufType.Text)!.Count, Is.Zero, "an empty list is of any type");
    }

    [TestCase("", "x.gguf: at byte 0: the magic number")]
    [TestCase("00112233", "is not \"GGUF\"")]
    [TestCase("4747554600000003", "big-endian")]
    [TestCase("4747554601000000", "is 1; this version reads 2 and 3")]
    [TestCase("4747554603000000FFFFFFFFFFFFFFFF0000000000000000", "the tensor count claims 18446744073709551615 entries, but at most")]
    [TestCase("4747554603000000000000000000000000000000000000FF", "the metadata count claims")]
    [TestCase("474755460300000000000000000000000100000000000000FFFFFFFFFFFFFF7F0000000000", "key 0 claims a text of 9223372036854775807 bytes")]
    [TestCase("474755460300000000000000000000000100000000000000010000000000000061 0D000000", "a is of a type that the format does not have")]
    [TestCase("474755460300000000000000000000000100000000000000010000000000000061 09000000 00000000 0000000000000001", "a claims 72057594037927936 entries")]
    [TestCase("474755460300000000000000000000000100000000000000010000000000000061 07000000 02", "neither 0 nor 1")]
    [TestCase("474755460300000000000000000000000100000000000000010000000000000061 08000000 0100000000000000 FF", "not UTF-8")]
    [TestCase("474755460300000000000000000000000100000000000000010000000000000061 04000000 01", "claims 4 bytes, but only 1 are left")]
    [TestCase("4747554603000000", "the tensor count is cut off")]
    [TestCase("4747554603000000000000000000000001000000000000000000000000000000 07000000 01", "is no key")]
    public void A_damaged_file_is_refused_with_place_and_key(string hex, string message)
    {
        Assert.That(Message(() => Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)))), Does.Contain(message));
    }

    [Test]
    public void Lists_within_lists_end_somewhere()
    {
        GgufValue value = GgufValue.ListOf<int>([1]);
        for (int depth = 0; depth < 20; depth++)
        {
            value = GgufValue.ListOf([value]);
        }
        var file = new GgufFile();
        file.Add("deep", value);
        Assert.That(Message(() => Read(GgufWriter.ToBytes(file))), Does.Contain("deep is a list within 8 others"));
    }

    [Test]
    public void Every_cut_and_random_damage_is_an_error_or_another_file_and_never_a_crash()
    {
        byte[] bytes = GgufWriter.ToBytes(Example());
        var random = new Random(9);
        for (int round = 0; round < bytes.Length + 3_000; round++)
        {
            byte[] damaged = bytes[..Math.Min(round, bytes.Length)];
            for (int i = round < bytes.Length ? 0 : random.Next(1, 5); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            try
            {
                Read(damaged);
            }
            catch (TokenizerException error)
            {
                Assert.That(error.Message, Does.StartWith("x.gguf: "));
            }
        }
    }

    private static string Message(Func<object?> action) => Assert.Throws<TokenizerException>(() => action())!.Message;

    private static string Message(Action action) => Assert.Throws<TokenizerException>(() => action())!.Message;
}
