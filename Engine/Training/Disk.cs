using System.Runtime.InteropServices;

namespace PureLlm.Engine.Training;

/// <summary>The file operations that a checkpoint's safety rests on, each one call, so that tests can let any of them fail or be the last.</summary>
/// <remarks>After <see cref="FlushFile"/> a file's bytes, and after <see cref="FlushFolder"/> a folder's names, survive a loss of power.</remarks>
internal partial class Disk
{
    private const int NotSupported = 22; // EINVAL: the file system has nothing to flush for a folder

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

    /// <summary>Makes created, renamed and deleted names in a folder durable; nothing to do on Windows, where the journal does it.</summary>
    public virtual void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        int descriptor = OpenFolder(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"{path}: cannot be opened to flush it ({Marshal.GetLastPInvokeErrorMessage()}).");
        }
        bool failed = Synchronize(descriptor) != 0 && Marshal.GetLastPInvokeError() != NotSupported;
        string reason = Marshal.GetLastPInvokeErrorMessage();
        Close(descriptor);
        if (failed)
        {
            throw new IOException($"{path}: cannot be flushed to disk ({reason}).");
        }
    }

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

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
