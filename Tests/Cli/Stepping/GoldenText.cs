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
        string[] lines = actual.TrimEnd('\n').Split('\n'), kept = File.ReadAllText(path).TrimEnd('\n').Split('\n');
        for (int i = 0; i < Math.Min(lines.Length, kept.Length); i++)
        {
            Assert.That(lines[i], Is.EqualTo(kept[i]), $"line {i + 1} of {name}.txt; PURELLM_WRITE_GOLDEN=1 writes it anew");
        }
        Assert.That(lines, Has.Length.EqualTo(kept.Length), $"lines of {name}.txt");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");
}
