using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PureLlm.Kernels;

namespace PureLlm.Benchmarks.Peers;

/// <summary>Lines in, JSON lines out: a process that stays warm and measures when it is asked to, so that two programs can take turns.</summary>
/// <remarks>Knows nothing about what is measured.</remarks>
internal static class Worker
{
    public static string Version { get; } =
        $"pure-llm {typeof(Backend).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}, .NET {Environment.Version}, {(RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "AOT")}";

    /// <summary>Most memory that the process has held so far, in bytes.</summary>
    public static long PeakMemory
    {
        get
        {
            using Process process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Says <paramref name="ready"/>, then answers every line until the input ends.</summary>
    public static int Serve(object ready, Func<string[], object> answer)
    {
        Say(ready);
        while (Console.ReadLine() is { } line)
        {
            Say(answer(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }
        return 0;
    }

    private static void Say(object value)
    {
        Console.WriteLine(JsonSerializer.Serialize(value, value.GetType()));
        Console.Out.Flush();
    }
}
