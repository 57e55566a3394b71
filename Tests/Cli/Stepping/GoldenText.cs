using System.Runtime.CompilerServices;

namespace PureLlm.Tests.Cli.Stepping;

/// <summary>Texts that are kept beside the tests. With PURELLM_WRITE_GOLDEN=1 they are written in place of compared: look at the difference before it is kept.</summary>
internal static class GoldenText
{
    /// <summary>Holds a text to the one that is kept under a name.</summary>
    public static void Check(string name, string actual)
    {
        string path = Path.Combine(Folder(), $"{name}.txt");
        if (Environment.GetEnvironmentVariable("PURELLM_WRITE_GOLDEN") == "1") { File.WriteAllText(path, actual.TrimEnd('\n') + "\n"); }
        Assert.That(actual.TrimEnd('\n').Split('\n'), Is.EqualTo(File.ReadAllText(path).TrimEnd('\n').Split('\n')), $"{name}.txt; PURELLM_WRITE_GOLDEN=1 writes it anew");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");
}
