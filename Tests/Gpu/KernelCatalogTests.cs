using System.Text.RegularExpressions;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

/// <summary>Every kernel as PTX, without a GPU.</summary>
public sealed partial class KernelCatalogTests
{
    /// <summary>Kernels that keep local memory, each with the reason why that costs nothing.</summary>
    private static readonly Dictionary<string, string> s_local = [];

    private static readonly Dictionary<string, KernelCode[]> s_compiled = [];

    [TestCase("sm_80")]
    [TestCase("sm_90")]
    public void Every_kernel_is_compiled_and_needs_no_function_that_is_not_there(string architecture)
    {
        KernelCode[] all = Compiled(architecture);
        Assert.That(all.Select(kernel => kernel.Name), Is.Unique.And.Some.EqualTo("ElementwiseKernels.Run<MapFunction<Silu>>").And.Some.EqualTo("ElementwiseKernels.Fill"));
        Assert.That(all.Where(kernel => !kernel.Text.Contains(".entry", StringComparison.Ordinal)).Select(kernel => kernel.Name), Is.Empty);
        Assert.That(all.Where(kernel => kernel.Text.Contains(".extern .func", StringComparison.Ordinal)).Select(kernel => kernel.Name), Is.Empty, "calls that no one resolves");
    }

    [TestCase("sm_80")]
    [TestCase("sm_90")]
    public void No_kernel_keeps_an_array_in_local_memory(string architecture) =>
        Assert.That(Compiled(architecture).Where(kernel => kernel.Text.Contains(".local", StringComparison.Ordinal) && !s_local.ContainsKey(kernel.Name.Split('<')[0])).Select(kernel => kernel.Name), Is.Empty);

    [Test]
    public void Shared_memory_fits_every_device_without_being_asked_for()
    {
        foreach (KernelCode kernel in Compiled("sm_80"))
        {
            int bytes = SharedBytes().Matches(kernel.Text).Sum(match => int.Parse(match.Groups["bytes"].Value, System.Globalization.CultureInfo.InvariantCulture));
            Assert.That(bytes, Is.LessThanOrEqualTo(48 << 10), kernel.Name);
        }
    }

    [Test]
    public void No_kernel_is_left_out() =>
        Assert.That(KernelCatalog.Definitions.Except(KernelCatalog.All.Select(kernel => kernel.Method.IsGenericMethod ? kernel.Method.GetGenericMethodDefinition() : kernel.Method)).Select(method => $"{method.DeclaringType!.Name}.{method.Name}"), Is.Empty,
            "its constraints must name interfaces of our structs");

    [Test]
    public void A_type_that_only_another_ones_interface_names_follows_from_that_one() =>
        Assert.That(KernelCatalog.All.Select(kernel => kernel.Name).Where(name => name.StartsWith("RotaryKernels.Rotate<", StringComparison.Ordinal)), Is.SupersetOf(new[] { "RotaryKernels.Rotate<FourFloats, Four>", "RotaryKernels.Rotate<OneFloat, Single>" }));

    [Test]
    public void The_fused_multiply_add_is_one_instruction() =>
        Assert.That(Compiled("sm_80").Single(kernel => kernel.Name == "ElementwiseKernels.Run<MapFunction<Exp>>").Text, Does.Contain("fma.rn.f32"));

    [Test]
    public void Each_kernel_is_written_for_every_function_and_format()
    {
        string[] names = [.. KernelCatalog.All.Select(kernel => kernel.Name)];
        Assert.That(names.Count(name => name.StartsWith("ElementwiseKernels.Run<MapFunction<", StringComparison.Ordinal)), Is.EqualTo(typeof(PureLlm.Kernels.Backend).Assembly.GetTypes().Count(type => type.IsValueType && type.IsAssignableTo(typeof(PureLlm.Kernels.IUnaryFunction)))));
    }

    [Test]
    public void A_kernel_over_packs_is_written_for_one_float_and_for_four() => Assert.That(
        KernelCatalog.All.Select(kernel => kernel.Name).Where(name => name.StartsWith("RowKernels.Run<SoftmaxKernels.Forward, WarpTeam", StringComparison.Ordinal)),
        Is.EqualTo((string[])["RowKernels.Run<SoftmaxKernels.Forward, WarpTeam, FourFloats, Four>", "RowKernels.Run<SoftmaxKernels.Forward, WarpTeam, OneFloat, Single>"]));

    [TestCase("sm_x")]
    [TestCase("90")]
    [TestCase("sm_9")]
    public void An_architecture_that_is_none_is_refused(string architecture) =>
        Assert.That(() => KernelCatalog.Compile(architecture).Count(), Throws.TypeOf<DeviceException>().With.Message.Contain(architecture));

    internal static KernelCode[] Compiled(string architecture)
    {
        lock (s_compiled)
        {
            return s_compiled.TryGetValue(architecture, out KernelCode[]? known) ? known : s_compiled[architecture] = [.. KernelCatalog.Compile(architecture)];
        }
    }

    [GeneratedRegex(@"\.shared\s+\.align\s+\d+\s+\.b8\s+\w+\[(?<bytes>\d+)\]")]
    private static partial Regex SharedBytes();
}
