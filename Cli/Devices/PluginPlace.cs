namespace PureLlm.Cli.Devices;

/// <summary>Where a plug-in is looked for, and who said so: a variable, or the folder beside the program. Nowhere else: a plug-in is code.</summary>
/// <param name="Path">A folder or an assembly.</param>
/// <param name="IsNamed">By the variable, not by convention.</param>
internal sealed record PluginPlace(string Path, bool IsNamed)
{
    /// <summary>Environment variable that names the folder or the assembly.</summary>
    public const string Variable = "PURELLM_GPU_PLUGIN";

    /// <summary>The assembly that a folder is expected to hold.</summary>
    public const string FileName = "PureLlm.Kernels.Gpu.dll";

    /// <summary>The place for this host.</summary>
    public static PluginPlace Of(CommandHost host) => host.Variable(Variable) is { Length: > 0 } path
        ? new(System.IO.Path.GetFullPath(path, host.Folder), true)
        : new(System.IO.Path.Combine(AppContext.BaseDirectory, "plugins", "ilgpu"), false);

    /// <summary>The place in words, for messages: with the variable's name where it said so.</summary>
    public string Shown => IsNamed ? $"{Path} ({Variable})" : Path;

    /// <summary>The assembly's file.</summary>
    public string File => Directory.Exists(Path) ? System.IO.Path.Combine(Path, FileName) : Path;

    /// <summary>Whether there is anything at all.</summary>
    public bool Exists => Directory.Exists(Path) || System.IO.File.Exists(Path);
}
