using System.Globalization;
using System.Text;

namespace PureLlm.Engine.Training;

/// <summary>The checkpoints of a run: folders that appear complete or not at all, the last few and the best of them kept.</summary>
/// <remarks>
/// A checkpoint is written under a temporary name, every file is flushed to disk, the folder is renamed, its parent is flushed, then the
/// pointers <c>latest</c> and <c>best</c> (text files with the folder's path from the run) are replaced, then old checkpoints go. Whatever
/// happens in between, each folder named step-… is complete, and leftovers are removed by the next <see cref="RemoveLeftovers"/>.
/// </remarks>
internal sealed class CheckpointStore(string runFolder, int keep, bool keepBest, Disk disk)
{
    public const string FolderName = "checkpoints", LatestPointer = "latest", BestPointer = "best";
    public const string Saving = ".saving-";
    private const string Prefix = "step-", Deleting = ".deleting-";

    private readonly string root = Path.Combine(runFolder, FolderName);

    /// <summary>"step-000412".</summary>
    public static string NameOf(long step) => Prefix + step.ToString("D6", CultureInfo.InvariantCulture);

    public string FolderOf(long step) => Path.Combine(root, NameOf(step));

    /// <summary>Steps that have a checkpoint, ascending.</summary>
    public long[] Steps() => Steps(root);

    /// <summary>The newest checkpoint's folder, or null. Folders are complete once they have their name, so no pointer is needed to find it.</summary>
    public string? Newest() => Steps() is [.., long last] ? FolderOf(last) : null;

    /// <summary>Saves what <paramref name="write"/> puts into a new folder, moves the pointers, and removes what is no longer kept. A step that is already saved is left as it is.</summary>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="IOException">Full disk and the like; everything saved before is intact.</exception>
    public string Save(CheckpointState state, Action<string> write)
    {
        string folder = FolderOf(state.Step);
        if (!Directory.Exists(folder))
        {
            string temporary = Path.Combine(root, Saving + NameOf(state.Step));
            disk.CreateFolder(root);
            RemoveLeftovers();
            try
            {
                disk.CreateFolder(temporary);
                write(temporary);
                disk.Write(Path.Combine(temporary, CheckpointState.FileName), state.ToJson());
                foreach (string file in Directory.GetFiles(temporary))
                {
                    disk.FlushFile(file);
                }
                disk.FlushFolder(temporary);
                disk.MoveFolder(temporary, folder);
                disk.FlushFolder(root);
            }
            catch
            {
                TryDelete(temporary);
                throw;
            }
        }
        Point(state);
        Prune(state);
        return folder;
    }

    /// <summary>Sets both pointers to what a state says: also after a crash between a checkpoint and its pointers.</summary>
    public void Point(CheckpointState state)
    {
        Point(LatestPointer, state.Step);
        if (state.BestStep is long best && Directory.Exists(FolderOf(best)))
        {
            Point(BestPointer, best);
        }
    }

    /// <summary>Removes what interrupted saves and deletions left behind.</summary>
    public void RemoveLeftovers()
    {
        if (!Directory.Exists(root))
        {
            return;
        }
        foreach (string folder in Directory.GetDirectories(root, ".*ing-*"))
        {
            if (Path.GetFileName(folder) is string name && (name.StartsWith(Saving, StringComparison.Ordinal) || name.StartsWith(Deleting, StringComparison.Ordinal)))
            {
                disk.DeleteFolder(folder);
            }
        }
    }

    /// <summary>The steps of the checkpoints in a folder, ascending.</summary>
    public static long[] Steps(string checkpoints) => !Directory.Exists(checkpoints) ? [] : [.. Directory.GetDirectories(checkpoints, Prefix + "*")
        .Select(folder => long.TryParse(Path.GetFileName(folder).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : -1)
        .Where(step => step >= 0)
        .Order()];

    private void Point(string pointer, long step)
    {
        string path = Path.Combine(runFolder, pointer);
        byte[] text = Encoding.UTF8.GetBytes($"{FolderName}/{NameOf(step)}\n");
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(text))
        {
            disk.Replace(path, text);
        }
    }

    private void Prune(CheckpointState state)
    {
        long[] steps = Steps();
        foreach (long step in steps.SkipLast(Math.Max(1, keep)))
        {
            if (!(keepBest && step == state.BestStep))
            {
                Remove(step);
            }
        }
    }

    /// <summary>Takes the name away first, so that a half-deleted folder is never mistaken for a checkpoint.</summary>
    private void Remove(long step)
    {
        string gone = Path.Combine(root, Deleting + NameOf(step));
        disk.MoveFolder(FolderOf(step), gone);
        disk.DeleteFolder(gone);
    }

    /// <summary>Removes a folder if that is possible.</summary>
    public void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                disk.DeleteFolder(folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that brought us here is the one to report; the next start removes what is left.
        }
    }
}
