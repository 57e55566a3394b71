using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Cli.Devices;
using PureLlm.Kernels.Gpu;
using PureLlm.Tests.Cli;

namespace PureLlm.Tests.Gpu;

/// <summary>The checklist for a GPU with the real plug-in, on the emulating processor.</summary>
[NonParallelizable]
public sealed class BenchGpuSmokeTests
{
    [Test]
    public void Operations_and_training_steps_are_those_of_the_CPU()
    {
        using CliRunner cli = new();
        cli.With(PluginPlace.Variable, typeof(IlgpuPlugin).Assembly.Location);
        Assert.That(cli.Run("bench", "gpu", "--device", "ilgpu-cpu", "--only", "ops,losses", "--filter", "Scale", "--json"), Is.EqualTo(ExitCode.Ok), cli.Out + cli.Error.ToString());
        JsonElement json = JsonDocument.Parse(cli.Out.ToString()).RootElement;
        Assert.That(json.GetProperty("operations").EnumerateArray().Select(item => item.GetProperty("ok").GetBoolean()), Is.Not.Empty.And.All.True);
        Assert.That(json.GetProperty("losses").EnumerateArray().Select(pair => pair[0].GetDouble() - pair[1].GetDouble()), Has.Exactly(2).EqualTo(0).Within(1e-4));
    }

    [Test]
    public void Training_steps_are_timed_and_the_products_named()
    {
        using CliRunner cli = new();
        cli.With(PluginPlace.Variable, typeof(IlgpuPlugin).Assembly.Location);
        Assert.That(cli.Run("bench", "gpu", "--emulated", "--only", "speed", "--quick"), Is.EqualTo(ExitCode.Ok), cli.Out + cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Match(@"train \S+ step +ilgpu float32, emulated").And.Contain("skipped  cublas float32: cuBLAS multiplies on CUDA devices only").And.Contain("our kernels multiply all matrices in float32"));
    }

    [Test]
    public void Gradients_are_checked_on_the_plug_in()
    {
        using CliRunner cli = new();
        cli.With(PluginPlace.Variable, Path.GetDirectoryName(typeof(IlgpuPlugin).Assembly.Location)!);
        Assert.That(cli.Run("gradcheck", "scale", "--device", "ilgpu-cpu"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.Contain("device ilgpu-cpu: ILGPU's emulating processor"));
    }
}
