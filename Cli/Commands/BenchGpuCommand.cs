using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PureLlm.Autograd.Inspection;
using PureLlm.Cli.Benching;
using PureLlm.Cli.Benching.Gpu;
using PureLlm.Cli.Devices;
using PureLlm.Cli.Rendering;
using PureLlm.Kernels.Devices;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench gpu</c>: is this GPU computed on rightly, and how fast; one command for the first time on a machine.</summary>
public sealed class BenchGpuCommand : CliCommand
{
    private readonly BenchOptions options = new();
    private readonly Option<string?> only = new("--only") { Description = $"some parts: {string.Join(", ", GpuChecklist.Parts.Select(part => part.Name))}", HelpName = "P,…" };
    private readonly Option<string?> filter = new("--filter") { Description = "of the operations, those whose name holds this", HelpName = "G" };
    private readonly Option<int> steps = new("--steps") { Description = "training steps beside the CPU's (30)", HelpName = "N" };
    private readonly Option<string> output = new("--out") { Description = "folder for the kernels' PTX (gpu-check)", HelpName = "F", DefaultValueFactory = _ => "gpu-check" };
    private readonly Option<bool> emulated = new("--emulated") { Description = "tiny, on the emulator: its times mean nothing" };
    private readonly Option<string> architecture = new("--arch") { Description = "architecture of the PTX (sm_90)", HelpName = "A", DefaultValueFactory = _ => "sm_90" };

    public BenchGpuCommand() : base("gpu", "a GPU: is it right, how fast is it")
    {
        foreach (Option option in new Option[] { only, filter, steps, output, architecture, emulated }) { Options.Add(option); }
        options.AddTo(this);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm bench gpu", "everything, on the best GPU: under ten minutes"),
        ("pure-llm bench gpu --emulated --quick", "tried out without a GPU"),
    ];

    public override IReadOnlyList<string> Notes => ["Ends with 6 where a result is wrong or a part fails."];

    public override int Run(CommandContext context)
    {
        BenchFormat format = options.Format(context);
        string[] names = [.. GpuChecklist.Parts.Select(part => part.Name)], parts = context.Get(only)?.Split(',', StringSplitOptions.TrimEntries) ?? names;
        if (parts.Except(names).FirstOrDefault() is { } unknown) { throw new CliException(ExitCode.Usage, $"bench gpu --only {unknown}: the parts are {string.Join(", ", names)}"); }
        if (context.Get(steps) < 0) { throw new CliException(ExitCode.Usage, "bench gpu --steps: 1 or more"); }
        DeviceInfo device = Device(context);
        GpuChecklist checklist = new(context.Devices, device, options.Budget(context), parts, context.Note) { Steps = context.Get(steps), Filter = context.Get(filter) ?? "", TimesEmulation = context.Get(emulated) };
        checklist.Run(context.Get(architecture)!, Path.Combine(context.FullPath(context.Get(output)!), context.Get(architecture)!));
        if (format == BenchFormat.Json)
        {
            context.WriteJson(BenchReport.Schema, json => WriteJson(json, context.Devices.SurveyWithProducts, device, checklist));
        }
        else
        {
            WriteText(context, format, device, checklist);
        }
        return checklist.Failures.Count == 0 ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    /// <summary>The device that is asked for; with --emulated the one that is none.</summary>
    private DeviceInfo Device(CommandContext context)
    {
        if (!context.Get(emulated)) { return context.Devices.Gpu(); }
        DeviceInfo device = context.Devices.Wanted is DeviceChoice.Cpu or DeviceChoice.Auto && context.Devices.Survey.Devices.FirstOrDefault(item => item.IsEmulated) is { } emulator ? emulator : context.Devices.Gpu();
        return device.IsEmulated ? device : throw new CliException(ExitCode.Usage, $"bench gpu --emulated tries the checklist without a GPU, and {device.Id} is one", "leave --emulated out to measure it");
    }

    private void WriteText(CommandContext context, BenchFormat format, DeviceInfo device, GpuChecklist checklist)
    {
        void Line(string text) => context.Out.WriteLine(context.Style.Plain(text));
        foreach (string line in context.Devices.SurveyWithProducts.Lines()) { Line(line); }
        Line($"measured here: {device.Id}");
        if (checklist.Kernels is { } kernels)
        {
            string name = context.Get(architecture)!, folder = context.ShownPath(kernels.Folder);
            Line($"\n{kernels.Count} kernels, {Numbers.Bytes(kernels.Bytes)} of PTX for {name} in {folder}; {kernels.Unresolved.Count} with unresolved calls, {kernels.Local.Count} with local memory{(kernels.Local.Count > 0 ? $": {string.Join(", ", kernels.Local)}" : "")}");
            Line($"registers and spills: for f in {folder}/*.ptx; do echo $f; ptxas -arch={name} -v $f -o /dev/null; done");
        }
        if (checklist.Operations.Count > 0)
        {
            context.Out.WriteLine();
            Operations(checklist).Write(context, format);
        }
        if (checklist.Rows.Count > 0)
        {
            context.Out.WriteLine();
            Times(checklist.Rows).Write(context, format);
            if (device.IsEmulated) { Line("these times are those of an emulation and mean nothing"); }
        }
        if (checklist.Losses is { } losses)
        {
            context.Out.WriteLine();
            Losses(losses).Write(context, format);
        }
        context.Out.WriteLine();
        foreach (string skipped in checklist.Skipped) { Line($"skipped  {skipped}"); }
        foreach (string failure in checklist.Failures) { Line(context.Style.Red($"failed   {failure}")); }
        if (checklist.Failures.Count == 0) { Line($"all that was checked on {device.Id} holds"); }
    }

    private static BenchTable Operations(GpuChecklist checklist)
    {
        BenchTable table = new(("operation", false), ("numbers", true), ("worst at", true), ("device", true), ("cpu", true), ("rel. error", true), ("ok", false));
        foreach (GpuOperation item in checklist.Operations)
        {
            if (item.Result is { } result) { table.Add(item.Name, Numbers.Count(result.Elements), $"{result.WorstElement}", Value(result.Actual, "0.0000e+00"), Value(result.Expected, "0.0000e+00"), Value(result.RelativeError, "0.0e+00"), item.IsOk ? "✓" : "✗"); }
            else { table.Add(item.Name, "–", "–", "–", "–", "–", $"✗ {item.Failure}"); }
        }
        return table;
    }

    private static BenchTable Times(IReadOnlyList<BenchRow> rows)
    {
        BenchTable table = new(("measured", false), ("by", false), ("shape", false), ("median", true), ("CV", true), ("TFLOP/s", true), ("GB/s", true), ("of copy", true), ("tokens/s", true), ("max rel err", true), ("ok", false));
        foreach (BenchRow row in rows)
        {
            table.Add(row.Name, row.Variant, row.Shape, BenchTable.Time(row.Median), BenchTable.Percent(row.Variation), BenchTable.Digits(row.Operations / row.Median / 1e12), BenchTable.Digits(row.Bytes / row.Median / 1e9),
                BenchTable.Percent(row.Share, "0"), row.Tokens > 0 ? Numbers.Count((long)(row.Tokens / row.Median)) : "–", Value(row.Error, "0.0e+00"), double.IsNaN(row.Error) ? "–" : row.IsCorrect ? "✓" : "✗");
        }
        return table;
    }

    private static BenchTable Losses(LossComparison losses)
    {
        BenchTable table = new(("step", true), ("loss on the device", true), ("on the CPU", true), ("difference", true));
        for (int i = 0; i < losses.Device.Count; i++)
        {
            if (i < LossComparison.HeldSteps || i % 10 == 9 || i == losses.Device.Count - 1) { table.Add($"{i + 1}", Value(losses.Device[i], "0.000000"), Value(losses.Cpu[i], "0.000000"), Value(losses.Device[i] - losses.Cpu[i], "0.0e+00")); }
        }
        return table;
    }

    private static string Value(double value, string format) => double.IsNaN(value) ? "–" : value.ToString(format, CultureInfo.InvariantCulture);

    private static void WriteJson(Utf8JsonWriter json, DeviceSurvey survey, DeviceInfo device, GpuChecklist checklist)
    {
        new BenchReport("gpu", checklist.Rows).WriteJson(json);
        survey.WriteJson(json);
        json.WriteString("device", device.Id);
        json.WriteBoolean("emulated", device.IsEmulated);
        json.WriteBoolean("ok", checklist.Failures.Count == 0);
        Texts("failures", checklist.Failures);
        Texts("skipped", checklist.Skipped);
        if (checklist.Kernels is { } kernels)
        {
            json.WriteStartObject("kernels");
            json.WriteString("folder", kernels.Folder);
            json.WriteNumber("count", kernels.Count);
            json.WriteNumber("bytes", kernels.Bytes);
            Texts("unresolved", kernels.Unresolved);
            Texts("local", kernels.Local);
            json.WriteEndObject();
        }
        json.WriteNumber("tolerance", OpConformance.Tolerance);
        json.WriteStartArray("operations");
        foreach (GpuOperation item in checklist.Operations)
        {
            json.WriteStartObject();
            json.WriteString("operation", item.Name);
            json.WriteBoolean("ok", item.IsOk);
            if (item.Result is { } result && double.IsFinite(result.RelativeError)) { json.WriteNumber("relative_error", result.RelativeError); }
            if (item.Failure.Length > 0) { json.WriteString("failure", item.Failure); }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("losses");
        foreach ((float ours, float cpu) in checklist.Losses is { } losses ? losses.Device.Zip(losses.Cpu) : [])
        {
            json.WriteStartArray();
            json.WriteRawValue(float.IsFinite(ours) ? ours.ToString("r", CultureInfo.InvariantCulture) : "null");
            json.WriteRawValue(float.IsFinite(cpu) ? cpu.ToString("r", CultureInfo.InvariantCulture) : "null");
            json.WriteEndArray();
        }
        json.WriteEndArray();

        void Texts(string name, IReadOnlyList<string> texts)
        {
            json.WriteStartArray(name);
            foreach (string text in texts) { json.WriteStringValue(text); }
            json.WriteEndArray();
        }
    }
}
