using System.Diagnostics;
using System.Text.Json.Nodes;
using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training;

/// <summary>A real process that is killed by the operating system, again and again, in the middle of whatever it does.</summary>
[Explicit("takes a minute"), Category("Slow")]
public class KillTests
{
    [Test]
    public void A_run_that_is_killed_again_and_again_ends_with_the_uninterrupted_runs_bits()
    {
        string[] overrides = ["train.budget=400 steps", "checkpoint.every=2 steps", "checkpoint.keep=2", "eval.every=100 steps", "run.name=test"];
        using var whole = new TestRun(overrides);
        string expected = whole.Train().WeightsSha256!;
        using var killed = new TestRun(overrides);
        string root = Path.GetDirectoryName(killed.Folder)!, toml = Path.Combine(root, "test.toml");
        File.WriteAllText(toml, killed.Config.ToToml());
        int kills = 0, seed = 1;
        for (bool isDone = false; !isDone; kills += isDone ? 0 : 1)
        {
            using Process process = RunFolder.IsRun(Path.Combine(root, "runs", "test")) ? Start(root, "train", "--resume", "runs/test", "--plain") : Start(root, "train", toml, "--plain");
            // Long enough to load, short enough to hit steps and saves: 0.3 to 1.1 seconds.
            seed = (seed * 1103515245) + 12345;
            isDone = process.WaitForExit(300 + (Math.Abs(seed / 65536) % 800));
            if (isDone)
            {
                Assert.That(process.ExitCode, Is.Zero, process.StandardError.ReadToEnd());
                continue;
            }
            process.Kill();
            process.WaitForExit();
            Assert.That(kills, Is.LessThan(500), "the run does not come to an end");
        }
        TestContext.Out.WriteLine($"killed {kills} times");
        Assert.That(kills, Is.GreaterThan(3));
        JsonNode result = JsonNode.Parse(File.ReadAllText(Path.Combine(root, "runs", "test", "result.json")))!;
        Assert.That((string)result["weights_sha256"]!, Is.EqualTo(expected));
        Assert.That(File.ReadAllLines(Path.Combine(root, "runs", "test", "metrics.jsonl")).Select(Untimed), Is.EqualTo(whole.MetricsLines().Select(Untimed)));
        Assert.That(Directory.GetDirectories(Path.Combine(root, "runs", "test", "checkpoints")).Select(folder => Path.GetFileName(folder)), Has.All.StartWith("step-"));
    }

    private static Process Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "pure-llm.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    private static string Untimed(string line)
    {
        JsonObject json = JsonNode.Parse(line)!.AsObject();
        json.Remove("seconds");
        json.Remove("tokens_per_second");
        return json.ToJsonString();
    }
}
