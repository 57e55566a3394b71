using PureLlm.Kernels.Devices;

namespace PureLlm.Cli.Benching.Gpu;

/// <summary>Every kernel's PTX in a folder, for <c>ptxas</c>; needs no device.</summary>
/// <param name="Folder">Where they lie.</param>
/// <param name="Count">Kernels.</param>
/// <param name="Bytes">Length of all.</param>
/// <param name="Unresolved">Kernels that call a function which no one has: they cannot be loaded.</param>
/// <param name="Local">Kernels with local memory: registers that lie in memory.</param>
internal sealed record KernelDump(string Folder, int Count, long Bytes, IReadOnlyList<string> Unresolved, IReadOnlyList<string> Local)
{
    /// <summary>Compiles and writes them.</summary>
    public static KernelDump Write(DevicePlugin plugin, string architecture, string folder)
    {
        Directory.CreateDirectory(folder);
        List<string> unresolved = [], local = [];
        int count = 0;
        long bytes = 0;
        foreach (KernelCode kernel in plugin.Compile(architecture))
        {
            File.WriteAllText(Path.Combine(folder, $"{FileName(kernel.Name)}.ptx"), kernel.Text);
            (count, bytes) = (count + 1, bytes + kernel.Text.Length);
            if (kernel.Text.Contains(".extern .func", StringComparison.Ordinal)) { unresolved.Add(kernel.Name); }
            if (kernel.Text.Contains(".local", StringComparison.Ordinal)) { local.Add(kernel.Name); }
        }
        return new KernelDump(folder, count, bytes, unresolved, local);
    }

    /// <summary>"MapKernels.Forward-Silu" of "MapKernels.Forward&lt;Silu&gt;".</summary>
    private static string FileName(string kernel) => string.Concat(kernel.TrimEnd('>').Replace(", ", "-", StringComparison.Ordinal).Replace('<', '-').Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
}
