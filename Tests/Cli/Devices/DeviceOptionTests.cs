using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Kernels.Devices;

namespace PureLlm.Tests.Cli.Devices;

/// <summary>--device and what follows from it, with plug-ins that are the CPU in disguise.</summary>
[NonParallelizable]
public sealed class DeviceOptionTests
{
    private static readonly string Small = SmallConfig.Text(steps: 2);

    [Test]
    public void Two_steps_on_a_plug_in_have_the_losses_of_the_CPU()
    {
        using CliRunner cli = With(typeof(FakePlugin));
        cli.Write("small.toml", Small);
        Assert.That(cli.Run("train", "small.toml", "--run", "a", "--device", "cuda", "--gpu-gemm", "cublas", "--gpu-precision", "tf32"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.Contain("device cuda: Fake H1"));
        Assert.That(FakePlugin.Opened, Is.EqualTo(new[] { ("cuda", new DeviceOptions(DeviceGemm.Cublas, DevicePrecision.TensorFloat32)) }));
        Assert.That(cli.Run("train", "small.toml", "--run", "b"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(FakePlugin.Opened, Has.Count.EqualTo(1), "the default is the CPU");
        Assert.That(Losses(cli, "a"), Has.Length.GreaterThanOrEqualTo(2).And.EqualTo(Losses(cli, "b")));
    }

    [Test]
    public void A_device_that_is_not_there_is_an_error_with_the_reasons_and_never_another_device()
    {
        using CliRunner cli = new();
        cli.Write("small.toml", Small);
        Assert.That(cli.Run("train", "small.toml", "--device", "cuda"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.StartWith("error[G001]: --device cuda: no such device here").And.Contain("no GPU plug-in").And.Contain("plugins").And.Contain("dotnet publish").And.Contain("devices of this machine: cpu"));
        Assert.That(Directory.Exists(Path.Combine(cli.Folder, "runs")), Is.False);
        using CliRunner emulating = With(typeof(EmulatingPlugin));
        Assert.That(emulating.Run("gradcheck", "relu", "--device", "cuda"), Is.EqualTo(ExitCode.Input));
        Assert.That(emulating.Error.ToString(), Does.Contain("CUDA: no NVIDIA driver").And.Contain("cpu, ilgpu-cpu"));
        using CliRunner refusing = With(typeof(RefusingPlugin));
        Assert.That(refusing.Run("gradcheck", "scale", "--device", "cuda:0"), Is.EqualTo(ExitCode.Input));
        Assert.That(refusing.Error.ToString(), Does.StartWith("error[G001]: cuda: another program holds it"));
        Assert.That(refusing.Run("gradcheck", "scale", "--device", "ilgpu-gpu"), Is.EqualTo(ExitCode.Input));
        Assert.That(refusing.Error.ToString(), Does.Contain("did you mean ilgpu-cpu?"));
    }

    [Test]
    public void A_plug_in_that_cannot_be_loaded_is_an_error_with_its_place()
    {
        using CliRunner cli = new();
        cli.With("PURELLM_GPU_PLUGIN", cli.Write("broken/PureLlm.Kernels.Gpu.dll", "garbage"));
        Assert.That(cli.Run("gradcheck", "scale", "--device", "cuda"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.StartWith("error[G002]").And.Contain("broken").And.Contain("PURELLM_GPU_PLUGIN"));
        Assert.That(cli.Run("gradcheck", "scale"), Is.EqualTo(ExitCode.Ok), "no one asked for it");
    }

    [Test]
    public void Auto_takes_the_GPU_or_says_why_it_does_not()
    {
        using CliRunner fake = With(typeof(FakePlugin));
        Assert.That(fake.Run("gradcheck", "scale", "--device", "auto"), Is.EqualTo(ExitCode.Ok), fake.Error.ToString());
        Assert.That(fake.Error.ToString(), Does.Contain("device auto: cuda, Fake H1"));
        Assert.That(FakePlugin.Opened.Select(item => item.Device), Is.EqualTo(new[] { "cuda" }));
        foreach ((CliRunner cli, string reason) in new[] { (new CliRunner(), "no GPU plug-in"), (With(typeof(EmulatingPlugin)), "CUDA: no NVIDIA driver"), (With(typeof(RefusingPlugin)), "another program holds it") })
        {
            using (cli)
            {
                Assert.That(cli.Run("gradcheck", "scale", "--device", "auto"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
                Assert.That(cli.Error.ToString(), Does.Contain("device auto: cpu, because no GPU can be used").And.Contain(reason));
                Assert.That(FakePlugin.Opened, Is.Empty, "an emulation is no GPU");
            }
        }
    }

    [Test]
    public void Generating_and_evaluating_run_on_the_device_too()
    {
        using CliRunner cli = With(typeof(FakePlugin));
        TinyModel.Write(Path.Combine(cli.Folder, "m"));
        foreach (string[] line in new[] { new[] { "generate", "m", "a", "-n", "3" }, ["bench", "model", "m", "--repetitions", "1", "--written", "2"], ["step", "--demo", "residual", "--plain", "--script", "q"] })
        {
            FakePlugin.Opened.Clear();
            Assert.That(cli.Run([.. line, "--device", "cuda"]), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
            Assert.That(FakePlugin.Opened, Has.Count.EqualTo(1), line[0]);
        }
    }

    [TestCase("--gpu-gemm mkl", "--gpu-gemm mkl: give auto, cublas or ilgpu")]
    [TestCase("--device cuda --gpu-precision fp8", "--gpu-precision fp8: give float32, tf32 or bf16")]
    [TestCase("--gpu-gemm cublas", "the device is cpu")]
    public void Options_that_make_no_sense_are_refused(string options, string expected)
    {
        using CliRunner cli = new();
        Assert.That(cli.Run(["gradcheck", "scale", .. options.Split(' ')]), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain(expected));
    }

    [TestCase("kernel")]
    [TestCase("machine")]
    [TestCase("list")]
    public void What_measures_the_CPU_says_so(string command)
    {
        using CliRunner cli = With(typeof(FakePlugin));
        Assert.That(cli.Run("bench", command, "--device", "cuda"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain($"bench {command} measures the CPU").And.Contain("pure-llm bench gpu --device cuda"));
    }

    [Test]
    public void Doctor_says_what_was_found_and_why_something_was_not()
    {
        using CliRunner cli = With(typeof(FakePlugin));
        Assert.That(cli.Run("doctor", "--no-speed"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("cuda: Fake H1, 85.9 GB; sm_00").And.Contain("not found: cuda:1 has fallen off the bus").And.Contain("fake 1.0, from"));
        Assert.That(cli.Run("doctor", "--no-speed", "--json"), Is.EqualTo(ExitCode.Ok));
        JsonElement devices = JsonDocument.Parse(cli.Out.ToString()).RootElement.GetProperty("devices");
        Assert.That(devices.GetProperty("found")[0].GetProperty("id").GetString(), Is.EqualTo("cuda"));
        Assert.That(devices.GetProperty("problems")[0].GetString(), Does.Contain("fallen off"));
        Assert.That(devices.GetProperty("found")[0].GetProperty("products").GetString(), Is.Empty, "the CPU has no choice");
        using CliRunner refusing = With(typeof(RefusingPlugin));
        Assert.That(refusing.Run("doctor", "--no-speed"), Is.EqualTo(ExitCode.Ok));
        Assert.That(refusing.Out.ToString(), Does.Contain("cuda: it cannot be opened: cuda: another program holds it"));
        using CliRunner none = new();
        Assert.That(none.Run("doctor", "--no-speed"), Is.EqualTo(ExitCode.Ok));
        Assert.That(none.Out.ToString(), Does.Contain("not found: no GPU plug-in").And.Contain("dotnet publish"));
        using CliRunner throwing = With(typeof(ThrowingPlugin));
        Assert.That(throwing.Run("doctor", "--no-speed"), Is.EqualTo(ExitCode.Ok), "a GPU is not needed");
        Assert.That(throwing.Out.ToString(), Does.Contain("the moon is full"));
    }

    private static CliRunner With(Type plugin)
    {
        FakePlugin.Opened.Clear();
        CliRunner cli = new();
        return cli.With("PURELLM_GPU_PLUGIN", Path.GetDirectoryName(EmittedAssembly.Write(Path.Combine(cli.Folder, "plugin"), DevicePlugin.Contract, [plugin]))!);
    }

    private static double[] Losses(CliRunner cli, string run) =>
        [.. cli.Read($"runs/{run}/metrics.jsonl").TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("loss", out _)).Select(line => line.GetProperty("loss").GetDouble())];
}
