using System.CommandLine;
using PureLlm.Kernels.Devices;

namespace PureLlm.Cli;

/// <summary>The options that every command has.</summary>
public sealed class GlobalOptions
{
    private static readonly Dictionary<string, DeviceGemm> s_gemms = new() { ["auto"] = DeviceGemm.Auto, ["cublas"] = DeviceGemm.Cublas, ["ilgpu"] = DeviceGemm.Ilgpu };

    private static readonly Dictionary<string, DevicePrecision> s_precisions = new() { ["float32"] = DevicePrecision.Float32, ["tf32"] = DevicePrecision.TensorFloat32, ["bf16"] = DevicePrecision.BFloat16 };

    public Option<string?> Help { get; } = new("--help", "-h", "-?") { Description = "this help; --help all shows every option", HelpName = "all", Arity = ArgumentArity.ZeroOrOne };

    public Option<bool> Version { get; } = new("--version") { Description = "version, commit, platform and vector width" };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "results and errors only" };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "more detail; stack traces of errors" };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "no colour (the variable NO_COLOR: no escape sequence at all)" };

    public Option<bool> Ascii { get; } = new("--ascii") { Description = "only ASCII characters" };

    public Option<bool> Plain { get; } = new("--plain") { Description = "lines of text in place of a live screen" };

    public Option<bool> Json { get; } = new("--json") { Description = "results as JSON" };

    public Option<int?> Threads { get; } = new("--threads") { Description = "threads to compute with", HelpName = "N" };

    public Option<long?> Seed { get; } = new("--seed") { Description = "seed of everything random", HelpName = "N" };

    public Option<string?> Folder { get; } = new("--cwd") { Description = "work in this folder", HelpName = "D" };

    public Option<string?> Device { get; } = new("--device") { Description = "cpu (default), cuda, cuda:1, or auto: the best GPU, else cpu", HelpName = "D" };

    public Option<string?> GpuGemm { get; } = new("--gpu-gemm") { Description = "who multiplies matrices there: auto (default), cublas, ilgpu", HelpName = "W" };

    public Option<string?> GpuPrecision { get; } = new("--gpu-precision") { Description = "their operands there: float32 (default), tf32, bf16", HelpName = "P" };

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [Help, Version, Quiet, Verbose, NoColor, Ascii, Plain, Json, Threads, Device, GpuGemm, GpuPrecision, Seed, Folder];

    /// <summary>Adds all of them, for every command under <paramref name="root"/>.</summary>
    public void AddTo(Command root)
    {
        foreach (Option option in All)
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
        Threads.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, out int threads) || threads is < 1 or > 1024))
            {
                result.AddError($"--threads {text}: give a number from 1 to 1024");
            }
        });
        OneOf(GpuGemm, s_gemms.Keys);
        OneOf(GpuPrecision, s_precisions.Keys);
        Device.CompletionSources.Add("cpu", "cuda", "auto");
    }

    /// <summary>How a GPU computes, or null where the command line does not say.</summary>
    internal DeviceOptions? DeviceOptionsOf(ParseResult parsed) => (parsed.GetValue(GpuGemm), parsed.GetValue(GpuPrecision)) is (null, null) ? null
        : new DeviceOptions(s_gemms[parsed.GetValue(GpuGemm) ?? "auto"], s_precisions[parsed.GetValue(GpuPrecision) ?? "float32"]);

    private static void OneOf(Option<string?> option, IEnumerable<string> words)
    {
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !words.Contains(text)) { result.AddError($"{option.Name} {text}: give {string.Join(", ", words.SkipLast(1))} or {words.Last()}"); }
        });
    }
}
