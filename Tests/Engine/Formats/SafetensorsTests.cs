using System.Buffers.Binary;
using System.Text;
using PureLlm.Engine.Formats;
using PureLlm.Kernels;

namespace PureLlm.Tests.Engine.Formats;

public class SafetensorsTests
{
    private static byte[] File(string header, int dataBytes, ulong? headerLength = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength ?? (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }

    private static SafetensorsReader Open(TemporaryFolder folder, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(folder.At("x.safetensors"), bytes);
        return new SafetensorsReader(folder.At("x.safetensors"));
    }

    [Test]
    public void What_was_written_is_read_bit_for_bit_with_names_shapes_and_metadata()
    {
        using TemporaryFolder folder = new();
        float[] large = [.. Enumerable.Range(0, 200_000).Select(i => BitConverter.Int32BitsToSingle(i * 7919))];
        SafetensorsWriter.Save(folder.At("a.safetensors"),
        [
            new TensorSource("b", [400, 500], (first, piece) => large.AsSpan((int)first, piece.Length).CopyTo(piece)),
            new TensorSource("a \"quoted\" é", [3], (_, piece) => piece.Fill(-0f)),
            new TensorSource("empty", [0, 4], (_, _) => Assert.Fail("nothing to read")),
            new TensorSource("scalar", [], (_, piece) => piece[0] = 5),
        ], new Dictionary<string, string> { ["step"] = "7" });
        using SafetensorsReader reader = new(folder.At("a.safetensors"));
        Assert.That(reader.Metadata["step"], Is.EqualTo("7"));
        Assert.That(reader.Tensors.Select(tensor => $"{tensor.Name} {tensor.ShapeText}"), Is.EqualTo(new[] { "b [400, 500]", "a \"quoted\" é [3]", "empty [0, 4]", "scalar []" }));
        Assert.That(Bits(reader.Read(reader.Find("b")!)), Is.EqualTo(Bits(large)));
        Assert.That(Bits(reader.Read(reader.Find("a \"quoted\" é")!)), Is.All.EqualTo(int.MinValue));
        Assert.That(reader.Read(reader.Find("scalar")!), Is.EqualTo(new[] { 5f }));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1), "no temporary file is left");

        static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
    }

    [TestCase("F16", new byte[] { 0x00, 0x3E, 0x00, 0xFC }, new[] { 1.5f, float.NegativeInfinity })]
    [TestCase("BF16", new byte[] { 0xC0, 0x3F, 0x80, 0xFF }, new[] { 1.5f, float.NegativeInfinity })]
    [TestCase("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0xF0, 0xFF }, new[] { 1.5f, float.NegativeInfinity })]
    public void Other_floating_point_types_are_widened_or_rounded(string type, byte[] data, float[] expected)
    {
        using TemporaryFolder folder = new();
        byte[] file = File($$$"""{"w":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,{{{data.Length}}}]}}""", data.Length);
        data.CopyTo(file, file.Length - data.Length);
        using SafetensorsReader reader = Open(folder, file);
        Assert.That(reader.Read(reader.Find("w")!), Is.EqualTo(expected));
    }

    [Test]
    public void Whole_numbers_are_no_weights()
    {
        using TemporaryFolder folder = new();
        using SafetensorsReader reader = Open(folder, File("""{"w":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}""", 8));
        Assert.That(() => reader.Read(reader.Find("w")!), Throws.TypeOf<ModelFileException>().With.Message.Contains("'w' is I32"));
    }

    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "'w' ends at byte 8")]
    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes")]
    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets")]
    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "data_offsets")]
    [TestCase("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "'w'.shape[0]")]
    [TestCase("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", 8, "'w'.shape[0]")]
    [TestCase("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "overflows")]
    [TestCase("""{"w":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8, "F33")]
    [TestCase("""{"w":{"shape":[2],"data_offsets":[0,8]}}""", 8, "no dtype")]
    [TestCase("""{"w":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "shape")]
    [TestCase("""{"w":[]}""", 0, "'w' is not an object")]
    [TestCase("""[]""", 0, "not a JSON object")]
    [TestCase("""{"w":""", 0, "not valid JSON")]
    [TestCase("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'w' twice")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "inside the tensor before it")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "belong to no tensor")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 12, "the tensors end at byte 4")]
    [TestCase("""{"__metadata__":{"x":1}}""", 0, "'__metadata__.x'")]
    public void A_damaged_header_is_refused_by_field(string header, int dataBytes, string expected)
    {
        using TemporaryFolder folder = new();
        Assert.That(() => Open(folder, File(header, dataBytes)), Throws.TypeOf<ModelFileException>().With.Message.Contains(expected).And.Message.Contains("x.safetensors"));
    }

    [TestCase(ulong.MaxValue)]
    [TestCase(1UL << 40)]
    [TestCase(100UL)]
    public void A_header_length_beyond_the_file_is_refused_before_memory_is_taken(ulong length)
    {
        using TemporaryFolder folder = new();
        byte[] file = File("{}", 4, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Open(folder, file), Throws.TypeOf<ModelFileException>().With.Message.Contains("header of"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Any_damaged_file_is_read_or_refused_and_never_breaks_the_reader()
    {
        using TemporaryFolder folder = new();
        byte[] good = File("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}""", 32);
        int refused = 0;
        for (int round = 0; round < 1500; round++)
        {
            byte[] file = (byte[])good.Clone();
            RandomStream stream = new(1, (ulong)round);
            for (int i = 0; i <= round % 3; i++) { file[CounterRandom.Below(stream, (ulong)(2 * i), round % 2 == 0 ? 12 : file.Length)] = (byte)CounterRandom.At(stream, (ulong)((2 * i) + 100)); }
            if (round % 5 == 0) { file = file[..CounterRandom.Below(stream, 50, file.Length)]; }
            try
            {
                using SafetensorsReader reader = Open(folder, file);
                foreach (SafetensorsEntry tensor in reader.Tensors) { reader.Read(tensor); }
            }
            catch (ModelFileException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.InRange(800, 1499));
    }
}
