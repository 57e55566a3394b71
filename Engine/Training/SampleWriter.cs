using System.Globalization;
using System.Text;

namespace PureLlm.Engine.Training;

/// <summary>Appends what the model wrote to <c>samples.md</c>, from the same prompt each time.</summary>
internal sealed class SampleWriter : IDisposable
{
    private readonly FileStream file;

    /// <summary>Opens the file and cuts off what lies after <paramref name="length"/> bytes.</summary>
    public SampleWriter(string path, long length)
    {
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.SetLength(Math.Min(length, file.Length));
        file.Seek(0, SeekOrigin.End);
    }

    public long Length => file.Length;

    public void Write(SampleReport sample)
    {
        string quoted = string.Join("\n> ", $"**{sample.Prompt}**{sample.Text}".ReplaceLineEndings("\n").Split('\n'));
        file.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"## step {sample.Step} · {sample.Seconds:F0} s\n\n> {quoted}\n\n")));
    }

    public void Flush() => file.Flush(flushToDisk: true);

    public void Dispose() => file.Dispose();
}
