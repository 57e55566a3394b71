using System.Text.Json;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Cli;
using PureLlm.Cli.Benching;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Cli.Benching;

public sealed class BenchCommandTests
{
    private static readonly double[] Steady = [1.00, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995];

    [Test]
    public void A_report_that_is_written_and_read_again_is_the_same()
    {
        using var cli = new CliRunner();
        BenchRow row = new("adamw", "avx2", "1048576", 2, [1e-3, 2e-3, 3e-3]) { Operations = 5, Bytes = 7, Tokens = 11, Share = 0.5, Speedup = 2, Noise = 0.01, Error = 1e-6 };
        BenchRow bare = new("dispatch", "awake", "empty loop", 2, [1e-6]);
        BenchReport read = Read(cli, "a.json", new BenchReport("kernel", [row, bare]) { Cpu = "a CPU", Peak = 3e9 });
        Assert.That(read.Cpu, Is.EqualTo("a CPU"));
        Assert.That(read.Peak, Is.EqualTo(3e9));
        Assert.That(read.Rows.Select(item => item with { Seconds = [] }), Is.EqualTo(new[] { row, bare }.Select(item => item with { Seconds = [] })).Using<BenchRow, BenchRow>(Same));
        Assert.That(read.Rows[0].Seconds, Is.EqualTo(row.Seconds));
        Assert.That(read.Rows[1].Speedup, Is.NaN);
    }

    [TestCase(1.2, null, ExitCode.Ok, "slower")]
    [TestCase(1.2, "5%", ExitCode.CheckFailed, "✗ slower")]
    [TestCase(1.2, "30%", ExitCode.Ok, "slower")]
    [TestCase(0.8, "5%", ExitCode.Ok, "faster")]
    [TestCase(1.0, "0%", ExitCode.Ok, "~")]
    public void Compare_tells_a_change_from_noise_and_gates(double factor, string? limit, int exitCode, string verdict)
    {
        using var cli = new CliRunner();
        Read(cli, "a.json", new BenchReport("kernel", [new("silu", "avx2", "64", 1, Steady)]));
        Read(cli, "b.json", new BenchReport("kernel", [new("silu", "avx2", "64", 1, Array.ConvertAll(Steady, x => factor * x)), new("extra", "avx2", "64", 1, Steady)]));
        string[] arguments = ["bench", "compare", "a.json", "b.json", .. limit is null ? Array.Empty<string>() : ["--fail-over", limit]];
        Assert.That(cli.Run(arguments), Is.EqualTo(exitCode));
        Assert.That(cli.Out.ToString().TrimEnd(), Does.EndWith($"  {verdict}"));
        Assert.That(cli.Error.ToString(), Does.Contain("1 in one file only"));
        Assert.That(cli.Run([.. arguments, "--json"]), Is.EqualTo(exitCode));
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        Assert.That(json.RootElement.GetProperty("rows")[0].GetProperty("change").GetDouble(), Is.EqualTo(factor - 1).Within(1e-9));
    }

    [Test]
    public void A_change_within_the_noise_floor_of_either_run_is_no_change()
    {
        BenchRow a = new("silu", "avx2", "64", 1, Steady) { Noise = 0.3 }, b = new("silu", "avx2", "64", 1, Array.ConvertAll(Steady, x => 1.2 * x));
        Assert.That(new RowComparison(a, b).IsSignificant, Is.False);
        Assert.That(new RowComparison(a with { Noise = 0.01 }, b).IsSignificant, Is.True);
    }

    [Test]
    public void Compare_refuses_what_it_cannot_compare()
    {
        using var cli = new CliRunner();
        Read(cli, "a.json", new BenchReport("kernel", [new("silu", "avx2", "64", 1, Steady)]));
        Read(cli, "b.json", new BenchReport("kernel", [new("gelu", "avx2", "64", 1, Steady)]));
        cli.Write("old.json", File.ReadAllText(Path.Combine(cli.Folder, "a.json")).Replace("\"sustained_flops\"", "\"unknown\""));
        Assert.That(BenchReport.Read(Path.Combine(cli.Folder, "old.json"), "old.json").Sustained, Is.Zero, "a file of an earlier version");
        cli.Write("c.json", "{ \"schema\": \"pure-llm/doctor/1\" }");
        cli.Write("d.json", "loss = 3");
        Assert.That(cli.Run("bench", "compare", "a.json", "b.json"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Run("bench", "compare", "a.json", "c.json"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("pure-llm/doctor/1"));
        Assert.That(cli.Run("bench", "compare", "a.json", "d.json"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Run("bench", "compare", "a.json", "missing.json"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Run("bench", "compare", "a.json", "a.json", "--fail-over", "much"), Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Train_times_the_phases_of_a_configuration()
    {
        using var cli = new CliRunner();
        string[] arguments = ["bench", "train", "tiny", "--set", "model.width=16", "--set", "model.context=16", "--set", "train.batch=2", "--vocab", "32", "--seconds", "0.05", "--threads", "1"];
        Assert.That(cli.Run([.. arguments, "--json"]), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        cli.Write("a.json", cli.Out.ToString());
        BenchReport report = BenchReport.Read(Path.Combine(cli.Folder, "a.json"), "a.json");
        Assert.That(report.Rows.Select(row => row.Variant), Is.EqualTo(new[] { "data", "forward", "backward", "norm", "update", "step" }));
        Assert.That(report.Rows[^1].Tokens, Is.EqualTo(32));
        Assert.That(report.Rows.SkipLast(1).Sum(row => row.Seconds[0]), Is.EqualTo(report.Rows[^1].Seconds[0]).Within(0.02 * report.Rows[^1].Seconds[0]));
        Assert.That(report.Rows[^1].Share, Is.InRange(1e-5, 1.2));
        Assert.That(report.Sustained, Is.InRange(0.01 * report.Peak, 1.2 * report.Peak));
        Assert.That(cli.Run(arguments), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("update").And.Contain("at the peak of the process").And.Contain("held by weights, gradients, moments and activations").And.Contain("of them between these steps, of which a step is"));
        Assert.That(cli.Run("bench", "train", "tiny", "--set", "model.width=0"), Is.EqualTo(ExitCode.Configuration));
    }

    [Test]
    public void Train_shows_what_each_switch_saves()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("bench", "train", "tiny", "--set", "model.width=16", "--set", "train.batch=2", "--vocab", "32", "--seconds", "0", "--threads", "1", "--switches", "--csv"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[][] rows = [.. cli.Out.ToString().TrimEnd().Split('\n').Select(line => line.Replace("gradients, moments", "both").Replace("\"", "").Split(','))];
        Assert.That(rows[1..].Select(row => row[0]), Is.EqualTo(new[] { "float32", "activations = bfloat16", "recompute = block", "both = bfloat16", "weights = bfloat16", "all but weights" }));
        double Held(int row) => double.Parse(rows[row][5], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(Held(6), Is.LessThan(Held(1)), "all of them hold less");
        Assert.That(rows[1][8], Is.EqualTo("1.00×"));
    }

    [Test]
    public void Train_runs_an_encoder_decoder_too()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("bench", "train", "reverse", "--set", "model.width=16", "--set", "train.batch=2", "--seconds", "0", "--threads", "1"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
    }

    [Test]
    public void Model_prints_the_columns_of_llama_bench()
    {
        using var cli = new CliRunner();
        TinyModel.Write(Path.Combine(cli.Folder, "m"));
        Assert.That(cli.Run("bench", "model", "m", "--md", "--repetitions", "2", "--written", "3", "--threads", "1"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] lines = cli.Out.ToString().TrimEnd().Split('\n');
        Assert.That(lines[0], Is.EqualTo("| model | size | params | backend | threads | test | t/s |"));
        Assert.That(lines[2], Does.Contain("| pp24 |").And.Match(@"\d+\.\d\d ± \d+\.\d\d"), "the context of 24 is shorter than 512");
        Assert.That(lines[3], Does.Contain("| tg3 |"));
    }

    [Test]
    public void Machine_measures_every_width_and_level()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("bench", "machine", "--quick", "--threads", "2", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        cli.Write("a.json", cli.Out.ToString());
        BenchReport report = BenchReport.Read(Path.Combine(cli.Folder, "a.json"), "a.json");
        Assert.That(report.Rows.Where(row => row.Name == "fma").Select(row => row.Variant), Is.EqualTo(MachineCeilings.Widths.Select(KernelArm.WidthName)));
        Assert.That(report.Rows.Count(row => row.Name == "read"), Is.EqualTo(4));
        Assert.That(report.Rows.Where(row => row.Name is "read" or "copy").Select(row => row.Bytes / row.Median), Has.All.InRange(1e8, 1e13));
        Assert.That(report.Rows.Where(row => row.Name == "dispatch").Select(row => row.Median), Has.Exactly(2).InRange(1e-8, 0.1));
    }

    [Test]
    public void Every_operation_has_a_size_that_its_shape_rule_takes()
    {
        using CpuBackend backend = new(1);
        string[] all = [.. OpCatalog.Examples.Select(entry => entry.Example.Op(backend).Name).Distinct()];
        Assert.That(OpCases.All.Select(item => item.Example.Op(backend).Name), Is.EquivalentTo(all));
        foreach ((OpExample example, double _) in OpCases.All)
        {
            Tensor[] inputs = [.. example.Inputs.Select((shape, i) => new Tensor($"input{i}", shape, new View(backend.Allocate(shape.Length), 0, shape.Length)))];
            Assert.That(() => example.Op(backend).OutputShape(inputs).Length, Throws.Nothing, example.Op(backend).Name);
            foreach (Tensor input in inputs) { input.Data.Buffer.Dispose(); }
        }
    }

    [Test]
    public void Op_times_both_passes_and_checks_the_result()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("bench", "op", "--filter", "rms_norm", "--quick", "--json", "--threads", "1"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        cli.Write("a.json", cli.Out.ToString());
        BenchReport report = BenchReport.Read(Path.Combine(cli.Folder, "a.json"), "a.json");
        Assert.That(report.Rows.Select(row => row.Variant), Is.EqualTo(new[] { "forward", "backward" }));
        Assert.That(report.Rows[0].Error, Is.GreaterThan(0).And.LessThan(1e-5));
        Assert.That(cli.Run("bench", "op", "--filter", "nothing"), Is.EqualTo(ExitCode.Usage));
    }

    private static BenchReport Read(CliRunner cli, string name, BenchReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("schema", "pure-llm/bench/1");
            report.WriteJson(json);
            json.WriteEndObject();
        }
        File.WriteAllBytes(Path.Combine(cli.Folder, name), stream.ToArray());
        return BenchReport.Read(Path.Combine(cli.Folder, name), name);
    }

    private static bool Same(BenchRow a, BenchRow b) => (a.Key, a.Operations, a.Bytes, a.Tokens, a.Share, a.Speedup, a.Noise, a.Error).Equals((b.Key, b.Operations, b.Bytes, b.Tokens, b.Share, b.Speedup, b.Noise, b.Error));
}
