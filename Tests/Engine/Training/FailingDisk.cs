using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training;

/// <summary>A disk that fails at operation n: either full for that one operation, or the process dies there and nothing works after it.</summary>
internal sealed class FailingDisk(int failing, bool isFatal) : Disk
{
    private int operation;
    private bool isDead;

    /// <summary>Stands for the end of the process; it is no error that the product knows, and no clean-up succeeds after it.</summary>
    public sealed class CrashException : Exception;

    public override void CreateFolder(string path) => Try(() => base.CreateFolder(path));

    public override void Write(string path, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Try(() => base.Write(path, copy), () => base.Write(path, copy.AsSpan(0, copy.Length / 2)));
    }

    public override void FlushFile(string path) => Try(() => base.FlushFile(path));

    public override void FlushFolder(string path) => Try(() => base.FlushFolder(path));

    public override void MoveFolder(string from, string to) => Try(() => base.MoveFolder(from, to));

    public override void MoveFile(string from, string to) => Try(() => base.MoveFile(from, to));

    public override void DeleteFolder(string path) => Try(() => base.DeleteFolder(path), () => DeleteHalf(path));

    private void Try(Action action, Action? half = null)
    {
        if (isDead)
        {
            throw new CrashException();
        }
        if (operation++ != failing)
        {
            action();
            return;
        }
        half?.Invoke();
        isDead = isFatal;
        throw isFatal ? new CrashException() : new IOException("No space left on device.");
    }

    private static void DeleteHalf(string path)
    {
        string[] files = Directory.GetFiles(path);
        foreach (string file in files.Take(files.Length / 2))
        {
            File.Delete(file);
        }
    }
}
