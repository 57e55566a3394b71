using System.Buffers;
using System.Text;

namespace PureLlm.Tokenizer.Text;

/// <summary>Makes a stream of bytes valid UTF-8: an unfinished character waits for its rest, and each longest part that is none becomes U+FFFD.</summary>
internal sealed class Utf8Repair
{
    private readonly ByteWriter _pending = new();
    private readonly ByteWriter _repaired = new();

    /// <summary>The text that is sure with these bytes; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(ReadOnlySpan<byte> bytes)
    {
        _pending.Write(bytes);
        _repaired.Clear();
        ReadOnlySpan<byte> rest = _pending.Written;
        while (!rest.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(rest, out _, out int length);
            if (status == OperationStatus.NeedMoreData)
            {
                break;
            }
            _repaired.Write(status == OperationStatus.Done ? rest[..length] : "\uFFFD"u8);
            rest = rest[length..];
        }
        _pending.RemoveFirst(_pending.Count - rest.Length);
        return _repaired.Written;
    }

    /// <summary>Appends what an unfinished character leaves, and forgets the stream.</summary>
    public void Finish(ByteWriter text)
    {
        if (_pending.Count > 0)
        {
            text.Write("\uFFFD"u8);
            _pending.Clear();
        }
    }
}
