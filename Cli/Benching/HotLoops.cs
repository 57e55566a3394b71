using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace PureLlm.Cli.Benching;

/// <summary>The machine code of a kernel's innermost loops, as the JIT compiler of this run time writes it.</summary>
/// <remarks>The compiler reads its switches when a process starts, so this program starts itself once more with them and the same options.</remarks>
internal static partial class HotLoops
{
    /// <summary>Set in the second process: run each kernel once at the widest vectors, and end.</summary>
    public const string Variable = "PURELLM_BENCH_ASM";

    /// <summary>Whether this is the second process.</summary>
    public static bool IsRequested => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>One loop of a compiled method: labels and instructions.</summary>
    internal sealed record Loop(string Method, IReadOnlyList<string> Lines)
    {
        public int Instructions => Lines.Count(line => line.StartsWith(' '));

        public int VectorInstructions => Lines.Count(line => VectorRegister().IsMatch(line));
    }

    /// <summary>The hot loop of every kernel method that these arguments compile.</summary>
    /// <param name="arguments">Those of <c>pure-llm</c>, without <c>--asm</c>.</param>
    /// <exception cref="CliException">This program has no JIT compiler, or the second process failed.</exception>
    public static IReadOnlyList<Loop> Of(IEnumerable<string> arguments)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            throw new CliException(ExitCode.Usage, "bench kernel --asm: this program was compiled ahead of time and has no JIT compiler to ask; run the one that dotnet builds");
        }
        string listing = Path.Combine(Path.GetTempPath(), $"pure-llm-{Environment.ProcessId}.asm");
        try
        {
            ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") { start.ArgumentList.Add(typeof(HotLoops).Assembly.Location); }
            foreach (string argument in arguments) { start.ArgumentList.Add(argument); }
            (string, string)[] switches = [("DOTNET_JitDisasm", "*"), ("DOTNET_JitStdOutFile", listing), ("DOTNET_TieredCompilation", "0"), (Variable, "1")];
            foreach ((string name, string value) in switches) { start.Environment[name] = value; }
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            _ = output.Result;
            return process.ExitCode == 0 && File.Exists(listing) ? Read(File.ReadLines(listing))
                : throw new CliException(ExitCode.InternalError, $"bench kernel --asm: the process that compiles the kernels ended with {process.ExitCode}: {errors.Trim()}");
        }
        finally
        {
            File.Delete(listing);
        }
    }

    /// <summary>Of every method of the kernels the innermost loop with the most vector instructions; methods without one are left out.</summary>
    internal static IReadOnlyList<Loop> Read(IEnumerable<string> listing)
    {
        List<Loop> loops = [];
        string method = "";
        List<string> lines = [];
        foreach (string line in listing.Append(Header))
        {
            if (!line.StartsWith(Header, StringComparison.Ordinal))
            {
                if (line.Length > 0 && line[0] is 'G' or ' ' && line.Trim().Length > 0) { lines.Add(line); }
                continue;
            }
            if (IsKernel(method) && Hottest(method, lines) is { } loop) { loops.Add(loop); }
            (method, lines) = (line[Header.Length..], []);
        }
        return loops;
    }

    private const string Header = "; Assembly listing for method ";

    // The backend itself only checks its arguments.
    private static bool IsKernel(string method) =>
        method.StartsWith("PureLlm.Kernels.", StringComparison.Ordinal) && !method.StartsWith("PureLlm.Kernels.Cpu.CpuBackend", StringComparison.Ordinal);

    private static Loop? Hottest(string method, List<string> lines)
    {
        Dictionary<string, int> labels = [];
        List<(int First, int Last)> loops = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i][0] == 'G') { labels[lines[i].Split(':')[0]] = i; }
            else if (JumpTarget().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int first)) { loops.Add((first, i)); }
        }
        return loops.Where(loop => !loops.Any(inner => inner != loop && inner.First >= loop.First && inner.Last <= loop.Last))
            .Select(loop => new Loop(Short(method), [.. lines[loop.First..(loop.Last + 1)].Select(line => line.Split(";;")[0].TrimEnd())]))
            .Where(loop => loop.VectorInstructions > 0).MaxBy(loop => loop.VectorInstructions);
    }

    /// <summary>Without namespaces: "ElementwiseKernel:RunChunk[Width256,Vector256`1[float],MapKernel`1+Forward[Silu]](ptr,int,int)".</summary>
    private static string Short(string method) => Namespace().Replace(method, "");

    [GeneratedRegex(@"\b[yz]mm\d+|\bv\d+\.(4s|16b|2d)")]
    private static partial Regex VectorRegister();

    [GeneratedRegex(@"^\s+(?:j[a-z]+|b(?:\.[a-z]+)?|cbn?z|tbn?z)\s.*?(G_M\w+)")]
    private static partial Regex JumpTarget();

    [GeneratedRegex(@"\b(PureLlm\.Kernels\.(Cpu\.)?|System\.Runtime\.Intrinsics\.)")]
    private static partial Regex Namespace();
}
