using System.Text;

namespace PureLlm.Tokenizer;

/// <summary>Turns a stream of token ids into text and never shows half a character: bytes wait until their character is whole.</summary>
/// <remarks>One decoder serves one stream; it is not shared between threads.</remarks>
public sealed class StreamingDecoder(TextTokenizer tokenizer)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _characters = new char[64];

    /// <summary>The text that becomes complete with this token; may be empty.</summary>
    public string Next(int id) => Convert(tokenizer.TokenBytes(id).Span, flush: false);

    /// <summary>What is left at the end of the stream: an unfinished character becomes U+FFFD.</summary>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        int needed = _decoder.GetCharCount(bytes, flush);
        if (needed > _characters.Length)
        {
            _characters = new char[needed * 2];
        }
        int count = _decoder.GetChars(bytes, _characters, flush);
        return count == 0 ? "" : new string(_characters, 0, count);
    }
}
