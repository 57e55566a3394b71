using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Cli.Benching;
using PureLlm.Kernels.Devices;
using PureLlm.Tests.Cli.Devices;

namespace PureLlm.Tests.Cli.Benching;

/// <summary>The checklist for a GPU, on plug-ins that are the CPU in disguise.</summary>
[NonParallelizable]
public sealed class BenchGpuTests
{
    [Test]
    public void Each_part_of_the_checklist_is_shown_and_written_as_JSON()
    {
        using CliRunner cli = With(typeof(FakePlugin));
        string[] line = ["bench", "gpu", "--device", "ilgpu-cpu", "--quick", "--filter", "Norm"];
        Assert.That(cli.Run([.. line, "--json"]), Is.EqualTo(ExitCode.Ok), cli.Out + cli.Error.ToString());
        JsonElement json = JsonDocument.Parse(cli.Out.ToString()).RootElement;
        Assert.That(json.GetProperty("device").GetString(), Is.EqualTo("ilgpu-cpu"));
        Assert.That(json.GetProperty("kernels").GetProperty("count").GetInt32(), Is.EqualTo(1));
        Assert.That(File.ReadAllText(Path.Combine(cli.Folder, "gpu-check", "sm_90", "FakeKernels.Nothing-T.ptx")), Does.Contain(".target sm_90"));
        Assert.That(json.GetProperty("operations").EnumerateArray().Select(item => item.GetProperty("relative_error").GetDouble()), Has.Exactly(0).Not.Zero.And.Some.Zero);
        Assert.That(json.GetProperty("losses").EnumerateArray().Select(pair => pair[0].GetDouble() - pair[1].GetDouble()), Is.EqualTo(new[] { 0.0, 0.0 }));
        cli.Write("a.json", cli.Out.ToString());
        BenchReport report = BenchReport.Read(Path.Combine(cli.Folder, "a.json"), "a.json");
        Assert.That(report.Rows.Select(row => row.Name.Split(' ')[0]).Distinct(), Is.SupersetOf(new[] { "matmul", "launch", "copy", "rms", "softmax", "adamw", "cross-entropy" }));
        Assert.That(FakePlugin.Opened.Select(item => item.Options.Gemm).Distinct(), Is.EquivalentTo(new[] { DeviceGemm.Auto, DeviceGemm.Ilgpu, DeviceGemm.Cublas }));
        Assert.That(cli.Run(line), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("measured here: ilgpu-cpu").And.Contain("1 kernels").And.Contain("ptxas -arch=sm_90").And.Contain("RmsNorm").And.Contain("loss on the device").And.Contain("skipped  speed: an emulation is not timed").And.Contain("all that was checked on ilgpu-cpu holds"));
    }

    [Test]
    public void Training_steps_of_an_emulation_are_timed_only_when_asked_and_marked()
    {
        using CliRunner cli = With(typeof(FakePlugin));
        Assert.That(cli.Run("bench", "gpu", "--emulated", "--only", "speed", "--quick"), Is.EqualTo(ExitCode.Ok), cli.Out + cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("measured here: ilgpu-cpu").And.Match(@"train \S+ step +ilgpu float32, emulated +B=1 T=8 C=16 L=1 V=17").And.Contain("these times are those of an emulation and mean nothing").And.Not.Contain("skipped"));
        Assert.That(cli.Run("bench", "gpu", "--emulated", "--device", "cuda", "--only", "speed"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("cuda is one"));
    }

    [Test]
    public void A_wrong_kernel_is_a_failed_check()
    {
        using CliRunner cli = With(typeof(WrongPlugin));
        Assert.That(cli.Run("bench", "gpu", "--device", "ilgpu-cpu", "--quick", "--only", "kernels,ops", "--filter", "Scale"), Is.EqualTo(ExitCode.CheckFailed));
        Assert.That(cli.Out.ToString(), Does.Contain("failed   kernels: 1 call functions that no one has: WrongKernels.Lost").And.Contain("failed   ops: 1 of 1 differ from the CPU or fail").And.Contain("✗ InvalidOperationException: the device has gone"));
    }

    [Test]
    public void Without_a_GPU_it_says_why_and_what_there_is()
    {
        using CliRunner cli = With(typeof(EmulatingPlugin));
        Assert.That(cli.Run("bench", "gpu"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.StartWith("error[G001]: no GPU can be used here").And.Contain("CUDA: no NVIDIA driver").And.Contain("--device ilgpu-cpu"));
        Assert.That(cli.Run("bench", "gpu", "--only", "opps"), Is.EqualTo(ExitCode.Usage));
        using CliRunner none = new();
        Assert.That(none.Run("bench", "gpu"), Is.EqualTo(ExitCode.Input));
        Assert.That(none.Error.ToString(), Does.Contain("no GPU plug-in"));
    }

    private static CliRunner With(Type plugin)
    {
        FakePlugin.Opened.Clear();
        CliRunner cli = new();
        return cli.With("PURELLM_GPU_PLUGIN", EmittedAssembly.Write(Path.Combine(cli.Folder, "plugin"), DevicePlugin.Contract, [plugin]));
    }
}

/// <summary>A device that fails, and a kernel that cannot be loaded.</summary>
public class WrongPlugin : FakePlugin
{
    public override PureLlm.Kernels.Backend Open(DeviceInfo device, DeviceOptions options) => throw new InvalidOperationException("the device has gone");

    public override IEnumerable<KernelCode> Compile(string architecture) => [new KernelCode("WrongKernels.Lost", ".extern .func lost")];
}
