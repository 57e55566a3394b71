using PureLlm.Engine.Formats;

namespace PureLlm.Engine.Training;

/// <summary>The file operations that a checkpoint's safety rests on, each one call, so that tests can let any of them fail or be the last.</summary>
/// <remarks>After <see cref="FlushFile"/> a file's bytes, and after <see cref="FlushFolder"/> a folder's names, survive a loss of power.</remarks>
internal class Disk
{
    public virtual void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <summary>Writes a whole small file and flushes it.</summary>
    public virtual void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    public virtual void FlushFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Makes created, renamed and deleted names in a folder durable.</summary>
    public virtual void FlushFolder(string path) => AtomicFile.FlushFolder(path);

    /// <summary>Renames a folder to a name that does not exist.</summary>
    public virtual void MoveFolder(string from, string to) => Directory.Move(from, to);

    /// <summary>Renames a file over whatever has the name.</summary>
    public virtual void MoveFile(string from, string to) => File.Move(from, to, overwrite: true);

    public virtual void DeleteFolder(string path) => Directory.Delete(path, recursive: true);

    /// <summary>Replaces a small file in one step: whoever reads sees the old bytes or the new ones, never a part.</summary>
    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = path + ".saving";
        Write(temporary, bytes);
        MoveFile(temporary, path);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
