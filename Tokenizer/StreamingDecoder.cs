using System.Text;

namespace PureLlm.Tokenizer;

/// <summary>Turns a stream of token ids into text and never shows half a character: bytes wait until their character is whole.</summary>
/// <remarks>
/// The texts together are what decoding all ids at once gives. One decoder serves one stream; it is not shared between threads.
/// </remarks>
public sealed class StreamingDecoder
{
    private readonly TextTokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly PipelineTokenizer.DecodingChain? _chain;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _characters = new char[64];

    /// <summary>Begins a stream; special tokens appear by name, or not at all where <paramref name="skipSpecial"/> is true.</summary>
    public StreamingDecoder(TextTokenizer tokenizer, bool skipSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_tokenizer, _skipSpecial) = (tokenizer, skipSpecial);
        _chain = (tokenizer as PipelineTokenizer)?.CreateChain();
    }

    /// <summary>The text that becomes complete with this token; may be empty.</summary>
    /// <exception cref="TokenizerException">The id is outside the vocabulary.</exception>
    public string Next(int id)
    {
        if (_chain is null)
        {
            return _skipSpecial && _tokenizer.IsSpecial(id) ? "" : Convert(_tokenizer.TokenBytes(id).Span, flush: false);
        }
        _chain.Add(id, _skipSpecial);
        _chain.Settle();
        return Take(flush: false);
    }

    /// <summary>What is left at the end of the stream: an unfinished character becomes U+FFFD. The next token begins another stream.</summary>
    public string Finish()
    {
        _chain?.End();
        return Take(flush: true);
    }

    private string Take(bool flush)
    {
        if (_chain is null)
        {
            return Convert([], flush);
        }
        string text = Convert(_chain.Text.Written, flush);
        _chain.Text.Clear();
        return text;
    }

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
