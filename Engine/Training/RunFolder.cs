using System.Text;
using IoPath = System.IO.Path;

namespace PureLlm.Engine.Training;

/// <summary>The folder of a run, runs/&lt;name&gt;, held by one process at a time.</summary>
/// <remarks>config.resolved.toml, metrics.jsonl, samples.md, log.txt, result.json, checkpoints/step-…/, and the pointers latest and best.</remarks>
public sealed class RunFolder : IDisposable
{
    public const string ConfigFile = "config.resolved.toml", MetricsFile = "metrics.jsonl", ResultFile = "result.json", SamplesFile = "samples.md", LogFile = "log.txt";
    private const string LockFile = ".lock", Replaced = ".replaced";

    private readonly FileStream held;

    private RunFolder(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }

    internal Disk Disk { get; private init; } = new();

    /// <summary>Makes the folder of a new run.</summary>
    /// <param name="path">runs/&lt;name&gt;.</param>
    /// <param name="overwrite">Whether a run that is there may be replaced; anything else is never deleted.</param>
    /// <exception cref="RunException">R001 it exists; R004 it cannot be written; R006 another process trains in it.</exception>
    public static RunFolder Create(string path, bool overwrite = false) => Create(path, overwrite, new Disk());

    internal static RunFolder Create(string path, bool overwrite, Disk disk)
    {
        try
        {
            if (File.Exists(path))
            {
                throw new RunException("R001", $"{path} is a file, and a run needs a folder of that name. Use another name: --run {Suggestion(path)}.");
            }
            if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            {
                if (!IsRun(path))
                {
                    throw new RunException("R001", $"{path} exists and is not a run (it has no {ConfigFile}), so it is left alone. Use another name: --run {Suggestion(path)}.");
                }
                if (!overwrite)
                {
                    throw new RunException("R001", $"{path} exists ({Describe(path)}), and a run is never overwritten. To continue it: --resume {path}. To start another: --run {Suggestion(path)}. To replace it: --overwrite.");
                }
                Hold(path).Dispose();
                SetAside(path);
            }
            Directory.CreateDirectory(path);
            return new RunFolder(path, Hold(path)) { Disk = disk };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException("R004", $"{path} cannot be made: {e.Message.TrimEnd('.')}. Choose a folder that you may write to: --cwd DIR.", e);
        }
    }

    /// <summary>Opens the folder of a run that exists.</summary>
    /// <exception cref="RunException">R002 it is no run; R004 it cannot be written; R006 another process trains in it.</exception>
    public static RunFolder Open(string path)
    {
        if (!IsRun(path))
        {
            string[] runs = Directory.Exists(IoPath.GetDirectoryName(IoPath.GetFullPath(path))) ? [.. Directory.GetDirectories(IoPath.GetDirectoryName(IoPath.GetFullPath(path))!).Where(IsRun).Select(run => IoPath.GetFileName(run)).Order(StringComparer.Ordinal)] : [];
            string known = runs.Length == 0 ? "There are no runs here yet." : $"Runs here: {string.Join(", ", runs.Take(8))}{(runs.Length > 8 ? ", …" : "")}.";
            throw new RunException("R002", $"{path} is not a run: it has no {ConfigFile}. {known}");
        }
        try
        {
            return new RunFolder(path, Hold(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException("R004", $"{path} cannot be written: {e.Message.TrimEnd('.')}. A copy of it somewhere else can be resumed.", e);
        }
    }

    /// <summary>Whether a folder is that of a run.</summary>
    public static bool IsRun(string path) => File.Exists(IoPath.Combine(path, ConfigFile));

    /// <summary>The folder of a model: a checkpoint's own, or for a run that of its newest checkpoint, or what the pointer names that was given (runs/tiny/best).</summary>
    /// <exception cref="RunException">R002 the run has no checkpoint yet.</exception>
    public static string ModelFolder(string path)
    {
        if (File.Exists(path) && IoPath.GetFileName(path) is CheckpointStore.LatestPointer or CheckpointStore.BestPointer)
        {
            return IoPath.Combine(IoPath.GetDirectoryName(path) ?? "", File.ReadAllText(path).Trim());
        }
        if (!IsRun(path))
        {
            return path;
        }
        string checkpoints = IoPath.Combine(path, CheckpointStore.FolderName);
        return CheckpointStore.Steps(checkpoints) is [.., long last] ? IoPath.Combine(checkpoints, CheckpointStore.NameOf(last))
            : throw new RunException("R002", $"{path} has no checkpoint yet; the first is saved after [checkpoint] every, and at the end.");
    }

    /// <summary>A file of the run.</summary>
    public string PathOf(string name) => IoPath.Combine(Path, name);

    /// <summary>Writes config.resolved.toml.</summary>
    /// <exception cref="RunException">R004: the disk refuses.</exception>
    public void WriteConfig(string toml)
    {
        try
        {
            Disk.Replace(PathOf(ConfigFile), Encoding.UTF8.GetBytes(toml));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException("R004", $"{PathOf(ConfigFile)} cannot be written: {e.Message.TrimEnd('.')}. Free some space, or choose a folder that you may write to: --cwd DIR.", e);
        }
    }

    /// <summary>The run begins: its configuration is written, and the run that it replaces is deleted.</summary>
    internal void Begin(string toml)
    {
        WriteConfig(toml);
        DeleteReplaced(Path);
    }

    /// <summary>Gives up a run that never began: the folder goes away, and a run that it would have replaced comes back.</summary>
    internal void Discard()
    {
        Dispose();
        if (!IsRun(Path))
        {
            Directory.Delete(Path, recursive: true);
            if (Directory.Exists(ReplacedBy(Path)))
            {
                Directory.Move(ReplacedBy(Path), Path);
            }
        }
    }

    public void Dispose() => held.Dispose();

    private static FileStream Hold(string path)
    {
        try
        {
            return new FileStream(IoPath.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (File.Exists(IoPath.Combine(path, LockFile)) && e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new RunException("R006", $"another process is training in {path}. Wait for it, or use another name: --run {Suggestion(path)}.", e);
        }
    }

    /// <summary>Takes the old run's name away; it is deleted when the new run begins, and comes back if it does not.</summary>
    private static void SetAside(string path)
    {
        DeleteReplaced(path);
        Directory.Move(path, ReplacedBy(path));
    }

    private static string ReplacedBy(string path) => IoPath.TrimEndingDirectorySeparator(path) + Replaced;

    private static void DeleteReplaced(string path)
    {
        if (Directory.Exists(ReplacedBy(path)))
        {
            Directory.Delete(ReplacedBy(path), recursive: true);
        }
    }

    private static string Describe(string path) =>
        CheckpointStore.Steps(IoPath.Combine(path, CheckpointStore.FolderName)) is [.., long last] ? $"saved at step {last}" : "nothing saved yet";

    private static string Suggestion(string path)
    {
        string name = IoPath.GetFileName(IoPath.TrimEndingDirectorySeparator(path)), parent = IoPath.GetDirectoryName(IoPath.GetFullPath(path)) ?? "";
        return Enumerable.Range(2, 1000).Select(i => $"{name}-{i}").First(candidate => !Directory.Exists(IoPath.Combine(parent, candidate)));
    }
}
