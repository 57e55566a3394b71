using System.Diagnostics;
using System.Globalization;

namespace PureLlm.Tests.Cli.Stepping;

/// <summary>A real terminal: a tmux session of its own with a shell in it, that keys are sent to and whose pane is read.</summary>
internal sealed class Tmux : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string socket = "pure-llm-" + Guid.NewGuid().ToString("N")[..12];

    public Tmux(int columns = 100, int rows = 30)
    {
        Folder = Directory.CreateTempSubdirectory("pure-llm-tmux-").FullName;
        // The variables of a build server would make the program plain.
        Run("-f", "/dev/null", "new-session", "-d", "-x", $"{columns}", "-y", $"{rows}", "-c", Folder, "env -u CI -u NO_COLOR -u FORCE_COLOR PS1='ready> ' /bin/sh -i");
        WaitFor("ready>");
    }

    /// <summary>Where its shell works.</summary>
    public string Folder { get; }

    /// <summary>The command line of the program under test.</summary>
    public static string Program { get; } = $"dotnet {Path.Combine(AppContext.BaseDirectory, "pure-llm.dll")}";

    /// <summary>What the pane shows, without the spaces at the ends of lines.</summary>
    public string Pane => Run("capture-pane", "-p").TrimEnd('\n');

    public bool IsAlternate => Run("display-message", "-p", "#{alternate_on}").Trim() == "1";

    public bool IsCursorShown => Run("display-message", "-p", "#{cursor_flag}").Trim() == "1";

    /// <summary>Ignores the test where there is no tmux.</summary>
    public static void Require()
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("tmux", ["-V"]) { RedirectStandardOutput = true })!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("tmux is not installed here");
        }
    }

    /// <summary>Sends keys by tmux's names of them: "n", "Enter", "C-c".</summary>
    public void Press(params string[] keys) => Run(["send-keys", .. keys]);

    /// <summary>Sends a key many times.</summary>
    public void PressOften(int times, string key) => Run("send-keys", "-N", times.ToString(CultureInfo.InvariantCulture), key);

    /// <summary>Types a line into the shell.</summary>
    public void Type(string line)
    {
        Run("send-keys", "-l", line);
        Press("Enter");
    }

    public void Resize(int columns, int rows) => Run("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>The pane as soon as it shows all of the texts.</summary>
    public string WaitFor(params string[] texts) => WaitUntil(pane => texts.All(text => pane.Contains(text, StringComparison.Ordinal)), string.Join(" and ", texts));

    /// <summary>The pane as soon as it is so.</summary>
    public string WaitUntil(Func<string, bool> isSo, string what)
    {
        var watch = Stopwatch.StartNew();
        string pane = Pane;
        while (!isSo(pane))
        {
            Assert.That(watch.Elapsed, Is.LessThan(Patience), $"the pane never showed {what}:\n{pane}");
            Thread.Sleep(20);
            pane = Pane;
        }
        return pane;
    }

    /// <summary>The processes that run below the shell, youngest last.</summary>
    public int Child()
    {
        string shell = Run("display-message", "-p", "#{pane_pid}").Trim();
        string children = File.ReadAllText($"/proc/{shell}/task/{shell}/children");
        return int.Parse(children.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        try
        {
            Run("kill-server");
        }
        finally
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-u", "-L", socket, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("TMUX");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"tmux {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }
}
