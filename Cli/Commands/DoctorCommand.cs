using System.CommandLine;
using PureLlm.Cli.Devices;
using PureLlm.Cli.Rendering;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>doctor</c>: is this machine ready, and how fast is it.</summary>
public sealed class DoctorCommand : CliCommand
{
    private readonly Option<bool> noSpeed = new("--no-speed") { Description = "do not measure (the measurement takes about a second)" };

    public DoctorCommand() : base("doctor", "is this machine ready: CPU, threads, memory, speed") => Options.Add(noSpeed);

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm doctor", "a report for people"), ("pure-llm doctor --json", "the same for scripts")];

    public override int Run(CommandContext context)
    {
        SpeedProbe? speed = context.Get(noSpeed) ? null : SpeedProbe.Measure(context.CreateCpuBackend());
        string? writeError = WriteError(context.Folder);
        DeviceSurvey devices = context.Devices.SurveyWithProducts;
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        int threads = context.Threads ?? Environment.ProcessorCount;
        if (context.Json)
        {
            context.WriteJson("doctor", json =>
            {
                json.WriteString("version", ProductVersion.Number);
                json.WriteString("commit", ProductVersion.Commit);
                json.WriteString("runtime", ProductVersion.Runtime);
                json.WriteString("platform", ProductVersion.Platform);
                json.WriteNumber("logical_cpus", Environment.ProcessorCount);
                json.WriteNumber("threads", threads);
                json.WriteNumber("vector_bits", (int)CpuFeatures.Width);
                json.WriteString("cpu", CpuFeatures.Description);
                json.WriteNumber("memory_bytes", memory.TotalAvailableMemoryBytes);
                json.WriteBoolean("terminal", context.Host.OutIsTerminal);
                json.WriteBoolean("can_write", writeError is null);
                if (speed is { } measured)
                {
                    json.WriteNumber("matmul_gflops", Math.Round(measured.GigaflopsPerSecond, 1));
                    json.WriteNumber("memory_gigabytes_per_second", Math.Round(measured.GigabytesPerSecond, 1));
                }
                devices.WriteJson(json);
                json.WriteBoolean("ready", writeError is null);
            });
            return writeError is null ? ExitCode.Ok : ExitCode.CheckFailed;
        }
        TextStyle style = context.Style;
        void Line(string name, string text) => context.Out.WriteLine(style.Plain($" {style.Bold(name.PadRight(9))}{text}"));
        context.Out.WriteLine(style.Plain(ProductVersion.Line));
        Line("cpu", CpuFeatures.Description);
        Line("threads", $"{threads} of {Environment.ProcessorCount} logical CPUs{(context.Threads is null ? "" : " (--threads)")}");
        Line("memory", $"{memory.TotalAvailableMemoryBytes / 1e9:0.0} GB for this process, {(memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes) / 1e9:0.0} GB free");
        if (speed is { } probe)
        {
            Line("speed", $"matmul {probe.GigaflopsPerSecond:0.0} GFLOP/s · memory {probe.GigabytesPerSecond:0.0} GB/s   (best of a short run)");
        }
        string title = "devices";
        foreach (string line in devices.Lines())
        {
            Line(title, line);
            title = "";
        }
        ScreenSize size = context.Host.Size();
        Line("terminal", context.Host.OutIsTerminal ? $"{size.Columns} × {size.Rows}, {(context.Modes.ColorOut ? "colour" : "no colour")}, {(context.Modes.Live ? "live screen" : "plain lines")}" : "none: plain lines");
        Line("folder", writeError is null ? $"{context.Folder} can be written" : style.Red($"{context.Folder}: {writeError}"));
        Line("ready", writeError is null ? $"{style.Green("yes")}   next: pure-llm new tiny && pure-llm train tiny.toml" : $"{style.Red("no")}    go to a folder that you may write, or use --cwd");
        return writeError is null ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    /// <summary>Why runs cannot be written under this folder, or null.</summary>
    private static string? WriteError(string folder)
    {
        string path = Path.Combine(folder, $".pure-llm-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(path, "");
            File.Delete(path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
