using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace PureLlm.Engine.Training;

/// <summary>Appends to <c>metrics.jsonl</c>: one object per step with step, seconds, tokens, loss, val_loss, learning_rate, grad_norm, tokens_per_second.</summary>
/// <remarks>Losses, rate and norm have 9 significant digits, which is a float32 exactly; what was not measured, and what is not a finite number, is absent.
/// A line is written by one call and allocates nothing.</remarks>
internal sealed class MetricsWriter : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly byte[] line = new byte[512];

    /// <summary>Opens the file and cuts off what lies after <paramref name="lastStep"/>; −1 starts anew.</summary>
    public MetricsWriter(string path, long lastStep)
    {
        Length = lastStep < 0 || !File.Exists(path) ? 0 : BytesUpTo(path, lastStep);
        file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        RandomAccess.SetLength(file, Length);
    }

    /// <summary>Bytes of complete lines.</summary>
    public long Length { get; private set; }

    public void Write(in StepReport values)
    {
        int n = 0;
        Put("{\"step\":"u8, ref n);
        Put(values.Step, ref n);
        Put(",\"seconds\":"u8, values.Seconds, "F3", ref n);
        Put(",\"tokens\":"u8, ref n);
        Put(values.Tokens, ref n);
        Put(",\"loss\":"u8, values.Loss, "G9", ref n);
        Put(",\"val_loss\":"u8, values.ValidationLoss, "G9", ref n);
        Put(",\"learning_rate\":"u8, values.LearningRate, "G9", ref n);
        Put(",\"grad_norm\":"u8, values.GradientNorm, "G9", ref n);
        Put(",\"tokens_per_second\":"u8, values.TokensPerSecond, "F1", ref n);
        Put("}\n"u8, ref n);
        RandomAccess.Write(file, line.AsSpan(0, n), Length);
        Length += n;
    }

    /// <summary>Returns when all lines are on the disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(file);

    public void Dispose() => file.Dispose();

    /// <summary>Bytes of the complete lines whose step is at most <paramref name="lastStep"/>.</summary>
    private static long BytesUpTo(string path, long lastStep)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16);
        var current = new List<byte>(512);
        long kept = 0;
        for (int next = stream.ReadByte(); next >= 0; next = stream.ReadByte())
        {
            if (next != '\n')
            {
                current.Add((byte)next);
                continue;
            }
            if (StepOf(CollectionsMarshal.AsSpan(current)) is not long step || step > lastStep)
            {
                break;
            }
            kept += current.Count + 1;
            current.Clear();
        }
        return kept;
    }

    private static long? StepOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() && reader.Read() && reader.ValueTextEquals("step"u8) && reader.Read() && reader.TryGetInt64(out long step) ? step : null;
        }
        catch (JsonException)
        {
            return null; // a torn line ends what is kept
        }
    }

    private void Put(ReadOnlySpan<byte> text, ref int n)
    {
        text.CopyTo(line.AsSpan(n));
        n += text.Length;
    }

    private void Put(long value, ref int n)
    {
        Utf8Formatter.TryFormat(value, line.AsSpan(n), out int written);
        n += written;
    }

    private void Put(ReadOnlySpan<byte> key, double value, string format, ref int n)
    {
        if (double.IsFinite(value))
        {
            Put(key, ref n);
            value.TryFormat(line.AsSpan(n), out int written, format, CultureInfo.InvariantCulture);
            n += written;
        }
    }
}
