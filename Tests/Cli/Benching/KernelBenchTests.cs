using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Cli.Benching;
using PureLlm.Cli.Benching.Cases;
using PureLlm.Kernels;

namespace PureLlm.Tests.Cli.Benching;

public sealed class KernelBenchTests
{
    private static readonly string[] Memory = [nameof(Backend.Allocate), nameof(Backend.Read), nameof(Backend.Write), nameof(Backend.ReadTokens), nameof(Backend.WriteTokens), nameof(Backend.Dispose)];

    private static IEnumerable<KernelCase> SmallCases()
    {
        return
        [
            .. KernelCases.Of("13x17x19"), .. KernelCases.Of("5x37"), .. KernelCases.Of("2x9x2x8"),
            new HeadNormCase(3, 2, 1, 8), new HeadNormBackwardCase(3, 2, 1, 8), new EmbeddingCase(7, 5, 9), new EmbeddingBackwardCase(7, 5, 9),
        ];
    }

    [Test]
    public void Every_kernel_of_the_backend_is_measured()
    {
        string[] all = [.. typeof(Backend).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => method.IsAbstract && !method.IsSpecialName).Select(method => method.Name).Except(Memory)];
        Assert.That(all, Has.Length.GreaterThan(30));
        Assert.That(KernelCases.All.Select(kernel => kernel.Method), Is.SupersetOf(all));
    }

    [TestCaseSource(nameof(SmallCases))]
    public void Every_kernel_and_every_textbook_agrees_with_float64(object kernel)
    {
        KernelCase one = (KernelCase)kernel;
        float[][] values = one.Values();
        double[][] expected = Array.ConvertAll(values, array => Array.ConvertAll(array, x => (double)x));
        one.Textbook(expected);
        foreach (SimdWidth? width in new SimdWidth?[] { null, SimdWidth.Scalar, SimdWidth.Vector256, SimdWidth.Vector512 })
        {
            using KernelArm arm = new(one, width, 1, values);
            Assert.That(arm.Error(expected), Is.LessThanOrEqualTo(BenchReport.Tolerance), $"{one.Name} {arm.Name}");
        }
    }

    [Test]
    public void A_wrong_result_is_seen()
    {
        FillCase kernel = new(4);
        using KernelArm arm = new(kernel, SimdWidth.Scalar, 1, kernel.Values());
        Assert.That(arm.Error([[0.5, 0.5, 0.5, 0.5]]), Is.Zero);
        Assert.That(arm.Error([[0.5, 0.5, 0.5, 1.0]]), Is.EqualTo(0.5));
    }

    [Test]
    public void A_quick_run_prints_every_variant_within_two_seconds()
    {
        using var cli = new CliRunner();
        cli.Run("bench", "list");
        Stopwatch time = Stopwatch.StartNew();
        Assert.That(cli.Run("bench", "kernel", "--filter", "rmsnorm", "--shape", "64x64", "--quick", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(time.Elapsed.TotalSeconds, Is.LessThan(4), "two seconds on a quiet machine");
        cli.Write("a.json", cli.Out.ToString());
        BenchReport report = BenchReport.Read(Path.Combine(cli.Folder, "a.json"), "a.json");
        Assert.That(report.Rows.Select(row => (row.Name, row.Variant)), Is.EqualTo(from name in new[] { "rmsnorm", "rmsnorm.backward" } from variant in KernelBench.Variants select (name, variant)));
        Assert.That(report.Peak, Is.GreaterThan(1e8));
        Assert.That(report.Rows, Has.All.Matches<BenchRow>(row => row is { Median: > 0, IsCorrect: true, Error: > 0, Share: > 0, Seconds.Length: >= 5 }));
    }

    [Test]
    public void Tables_as_Markdown_and_CSV_have_a_row_for_each_variant()
    {
        using var cli = new CliRunner();
        string[] arguments = ["bench", "kernel", "--filter", "copy", "--shape", "16x16", "--quick", "--baseline", "scalar"];
        Assert.That(cli.Run([.. arguments, "--md"]), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString().Split('\n').Where(line => line.StartsWith("| copy |", StringComparison.Ordinal)).Count(), Is.EqualTo(KernelBench.Variants.Count));
        Assert.That(cli.Out.ToString(), Does.Contain("| vs scalar |").And.Contain("noise floor (A/A)"));
        Assert.That(cli.Run([.. arguments, "--csv"]), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString().TrimEnd().Split('\n'), Has.Length.EqualTo(KernelBench.Variants.Count + 1));
    }

    [Test]
    public void List_names_kernels_with_their_shapes()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("bench", "list", "--json"), Is.EqualTo(ExitCode.Ok));
        using JsonDocument list = JsonDocument.Parse(cli.Out.ToString());
        Assert.That(list.RootElement.GetProperty("kernels").EnumerateArray().Select(kernel => kernel.GetProperty("name").GetString()), Is.EquivalentTo(KernelCases.All.Select(kernel => kernel.Name).Distinct()));
        Assert.That(cli.Run("bench", "list"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("matmul.nt").And.Contain("256×768×768").And.Contain("textbook, scalar"));
    }

    [TestCase("--shape", "12by3")]
    [TestCase("--shape", "0x3")]
    [TestCase("--filter", "matmull")]
    [TestCase("--baseline", "fastest")]
    [TestCase("--quick", "--long")]
    [TestCase("--md", "--csv")]
    public void What_cannot_be_measured_ends_with_2_and_says_why(string option, string value)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("bench", "kernel", option, value), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain(value));
    }
}
