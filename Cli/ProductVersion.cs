using System.Reflection;
using System.Runtime.InteropServices;
using PureLlm.Kernels;

namespace PureLlm.Cli;

/// <summary>Which program this is: "pure-llm 0.1.0 (a1b2c3d) · .NET 10.0.1 · linux-x64 · 256-bit vectors".</summary>
internal static class ProductVersion
{
    public static string Number => Parts[0];

    /// <summary>Seven digits of the commit, or "no commit" where the build knew none.</summary>
    public static string Commit => Parts is [_, { Length: >= 7 } commit] ? commit[..7] : "no commit";

    public static string Runtime => RuntimeInformation.FrameworkDescription;

    public static string Platform => $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    public static string Width => CpuFeatures.Width switch
    {
        SimdWidth.Vector512 => "512-bit vectors",
        SimdWidth.Vector256 => "256-bit vectors",
        _ => "scalar code",
    };

    public static string Line => $"pure-llm {Number} ({Commit}) · {Runtime} · {Platform} · {Width}";

    private static string[] Parts { get; } =
        (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+', 2);
}
