namespace PureLlm.Cli.Learning;

/// <summary>Runs a lesson's examples in this process, in a folder of their own that is deleted at the end.</summary>
/// <remarks>They see no terminal, no keyboard and no variable of the environment, so that everyone sees the same.
/// The examples of a lesson share the folder; what a later one reads is prepared by the earlier ones, run first where they have not been.</remarks>
internal sealed class ExampleRunner(Lesson lesson) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pure-llm-learn-").FullName;
    private readonly HashSet<int> done = [];

    /// <summary>What the example prints, results and remarks as they come, and what it ends with.</summary>
    public (string Output, int ExitCode) Run(ExamplePart example)
    {
        foreach (ExamplePart earlier in lesson.Examples.TakeWhile(other => other.Number < example.Number).Where(other => other.Prepares && !done.Contains(other.Number)))
        {
            RunAlone(earlier);
        }
        return RunAlone(example);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (string, int) RunAlone(ExamplePart example)
    {
        if (example.Prepares && done.Contains(example.Number)) { Clear(); }
        using var output = new StringWriter { NewLine = "\n" };
        int code = CommandLineApp.Run(example.Arguments, new CommandHost { In = TextReader.Null, Out = output, Error = output, Folder = folder, Size = () => new ScreenSize(100, 30) });
        done.Add(example.Number);
        return (output.ToString(), code);
    }

    /// <summary>Starts anew: a run is never written over.</summary>
    private void Clear()
    {
        done.Clear();
        foreach (string inner in Directory.GetDirectories(folder)) { Directory.Delete(inner, recursive: true); }
        foreach (string file in Directory.GetFiles(folder)) { File.Delete(file); }
    }
}
