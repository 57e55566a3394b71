using System.Runtime.InteropServices;

namespace PureLlm.Engine.Formats;

/// <summary>Replaces a file in one step that survives a loss of power: temporary name, flush to disk, rename, flush of the folder.</summary>
/// <remarks>Whoever reads sees the old file or the new one, never a part. A crash leaves at most NAME.saving, which the next write replaces.</remarks>
public static partial class AtomicFile
{
    private const int InvalidArgument = 22; // EINVAL: this file system has nothing to flush for a folder

    /// <summary>Writes a file through a stream.</summary>
    /// <exception cref="IOException">The disk is full, or the folder is not writable; the old file is untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".saving";
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    public static void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, file => file.Write(bytes.Span));

    /// <summary>Makes created, renamed and deleted names in a folder durable; Windows does it in its journal.</summary>
    /// <exception cref="IOException">The folder cannot be flushed.</exception>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) { return; }
        int descriptor = OpenFolder(path, 0);
        if (descriptor < 0) { throw new IOException($"{path}: cannot be opened to flush it ({Marshal.GetLastPInvokeErrorMessage()})."); }
        bool failed = Synchronize(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument;
        string reason = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (failed) { throw new IOException($"{path}: cannot be flushed to disk ({reason})."); }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
