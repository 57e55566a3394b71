using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime.CPU;
using PureLlm.Kernels;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>Products on tensor cores, emulated lane by lane: no device has run them.</summary>
[NonParallelizable]
public sealed class TensorKernelsTests
{
    private readonly Dictionary<DevicePrecision, GpuBackend> opened = [];

    [OneTimeTearDown]
    public void Close()
    {
        foreach (GpuBackend gpu in opened.Values) { gpu.Dispose(); }
    }

    /// <summary>The tables of the PTX manual for mma.m16n8k8 with .tf32 and mma.m16n8k16 with .bf16, written out: element i of a lane's fragment.</summary>
    [Test]
    public void Each_lane_holds_what_the_manual_says()
    {
        for (int lane = 0; lane < 32; lane++)
        {
            int group = lane / 4, inGroup = lane % 4, row = TensorLanes.Row(lane), word = TensorLanes.Word(lane);
            for (int i = 0; i < 4; i++)
            {
                // A of tf32: row = groupID for a0 and a2, + 8 for a1 and a3; column = threadID_in_group for a0 and a1, + 4 for a2 and a3.
                Assert.That((row + (8 * (i & 1)), word + (4 * (i >> 1))), Is.EqualTo((i is 0 or 2 ? group : group + 8, i is 0 or 1 ? inGroup : inGroup + 4)));
                // C: row = groupID for c0 and c1, + 8 for c2 and c3; column = threadID_in_group * 2 + (i & 1).
                Assert.That((row + (i >> 1) * 8, TensorLanes.Column(lane) + (i & 1)), Is.EqualTo((i < 2 ? group : group + 8, (inGroup * 2) + (i & 1))));
            }
            for (int i = 0; i < 8; i++)
            {
                // A of bf16: row = groupID for i = 0, 1, 4, 5, else + 8; column = threadID_in_group * 2 + (i & 1) for i < 4, else + 8. Two make a register.
                int register = i / 2, k = (2 * (word + (4 * (register >> 1)))) + (i & 1);
                Assert.That((row + (8 * (register & 1)), k), Is.EqualTo((i is 0 or 1 or 4 or 5 ? group : group + 8, (inGroup * 2) + (i & 1) + (i < 4 ? 0 : 8))));
            }
            for (int i = 0; i < 4; i++)
            {
                // B of bf16: row = threadID_in_group * 2 + (i & 1) for i < 2, else + 8; column = groupID. B of tf32: row = threadID_in_group for b0, + 4 for b1; column = groupID.
                Assert.That(((2 * (word + (4 * (i / 2)))) + (i & 1), row), Is.EqualTo(((inGroup * 2) + (i & 1) + (i < 2 ? 0 : 8), group)));
            }
            for (int w = 0; w < 8; w++) { Assert.That(TensorLanes.LaneOf(row, w), Is.EqualTo((group * 4) + (w % 4))); }
        }
    }

    [Test]
    public void Large_tiles_multiply_what_the_precision_leaves_of_the_operands(
        [Values(DevicePrecision.TensorFloat32, DevicePrecision.BFloat16)] DevicePrecision precision, [Values] MatMulLayout layout, [Values(0, 1, 2)] int size)
    {
        // Less than a tile number by number; more than one along every edge, in fours; parts along k.
        (int m, int n, int k, int parts) = size switch { 0 => (5, 7, 11, 1), 1 => (68, 36, 20, 1), _ => (20, 12, 52, 2) };
        float[][] arrays = [Random(m * k, 1), Random(k * n, 2), Random(m * n, 3), Random(n, 4)];
        GpuBackend gpu = Open(precision);
        gpu.ForcedPlan = MatMulPlan.WithParts(MatMulKind.LargeTiles, parts, k, 16);
        bool accumulates = size == 2;
        float[][] actual = Run(gpu, (b, v) => b.MatMul(layout, v[0], v[1], v[2], m, n, k, accumulates, size == 0 ? default : v[3]), arrays);
        gpu.ForcedPlan = null;
        float[][] rounded = [[.. arrays[0].Select(x => Rounded(x, precision))], [.. arrays[1].Select(x => Rounded(x, precision))], arrays[2], arrays[3]];
        using var textbook = new Kernels.PlainBackend();
        Near(actual, [arrays[0], arrays[1], Run(textbook, (b, v) => b.MatMul(layout, v[0], v[1], v[2], m, n, k, accumulates, size == 0 ? default : v[3]), rounded)[2], arrays[3]], 1e-5);
    }

    [Test]
    public void The_product_that_runs_is_named()
    {
        Assert.That(Open(DevicePrecision.TensorFloat32).Products, Does.Contain("tensor cores").And.Contain("tf32").And.Contain("no device has run"));
        Assert.That(GpuCheck.Gpu.Products, Does.Contain("all matrices in float32"));
    }

    [Test]
    public void Numbers_are_rounded_to_the_nearest_tf32()
    {
        foreach ((uint bits, uint expected) in new (uint, uint)[] { (0x3F800FFF, 0x3F800000), (0x3F801000, 0x3F802000), (0xBF801000, 0xBF802000), (0x7F7FFFFF, 0x7F800000), (0x7F800000, 0x7F800000), (0, 0) })
        {
            Assert.That(Interop.FloatAsInt(Rounded(Interop.IntAsFloat(bits), DevicePrecision.TensorFloat32)), Is.EqualTo(expected));
        }
        Assert.That(Interop.IntAsFloat(TensorFloat32.Round(Interop.IntAsFloat(0x7FFFFFFF))), Is.NaN);
    }

    [TestCase("TensorFloat32", "m16n8k8", "tf32")]
    [TestCase("TensorBFloat16", "m16n8k16", "bf16")]
    public void Each_instruction_has_its_registers_and_nothing_else(string precision, string shape, string type)
    {
        KernelCode[] kernels = [.. KernelCatalogTests.Compiled("sm_80").Where(kernel => kernel.Name.StartsWith($"TensorKernels.Tiles<{precision},", StringComparison.Ordinal))];
        Assert.That(kernels, Has.Length.EqualTo(15));
        foreach (KernelCode kernel in kernels)
        {
            string[] lines = [.. kernel.Text.Split('\n').Where(line => line.Contains("mma.", StringComparison.Ordinal)).Select(line => line.Trim())];
            Assert.That(lines, Has.Length.EqualTo(16).Or.Length.EqualTo(32), "4×4 products in a step");
            Regex instruction = new($@"^mma\.sync\.aligned\.{shape}\.row\.col\.f32\.{type}\.{type}\.f32\s+\{{(%f\d+), (%f\d+), (%f\d+), (%f\d+)\}}, \{{%r\d+, %r\d+, %r\d+, %r\d+\}}, \{{%r\d+, %r\d+\}}, \{{%f\d+, %f\d+, %f\d+, %f\d+\}};$");
            Assert.That(lines.Where(line => !instruction.IsMatch(line)), Is.Empty);
            Assert.That(lines.Select(line => string.Join(' ', instruction.Match(line).Groups.Values.Skip(1).Select(group => group.Value))), Is.Unique, "each has a result of its own");
        }
    }

    private static float Rounded(float x, DevicePrecision precision) => precision == DevicePrecision.TensorFloat32
        ? Interop.IntAsFloat(TensorFloat32.Round(x)) : Interop.IntAsFloat(RoundedBits.NearestBFloat16(x) << 16);

    private GpuBackend Open(DevicePrecision precision)
    {
        if (!opened.TryGetValue(precision, out GpuBackend? gpu))
        {
            Context context = IlgpuPlugin.CreateContext(builder => builder.CPU(new CPUDevice(32, 1, 1)));
            opened[precision] = gpu = new GpuBackend(context.CreateCPUAccelerator(0), "one warp", new DeviceOptions(DeviceGemm.Ilgpu, precision));
        }
        return gpu;
    }
}
