using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>Replaces a text in each token.</summary>
/// <param name="pattern">What is replaced.</param>
/// <param name="content">What comes in its place.</param>
public sealed class ReplaceDecoder(string pattern, string content) : TokenDecoder
{
    private readonly byte[] _pattern = System.Text.Encoding.UTF8.GetBytes(pattern);
    private readonly byte[] _content = System.Text.Encoding.UTF8.GetBytes(content);

    public override string Type => "Replace";

    /// <summary>What is replaced.</summary>
    public string Pattern => pattern;

    /// <summary>What comes in its place.</summary>
    public string Content => content;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(ReplaceDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly ByteWriter _pending = new();
        private readonly ByteWriter _text = new();

        public override void Token(ReadOnlySpan<byte> token)
        {
            _text.Clear();
            Replacing.All(token, decoder._pattern, decoder._content, _text);
            Next.Token(_text.Written);
        }

        /// <summary>The end of what is there waits while it may be the beginning of the pattern.</summary>
        public override void Part(ReadOnlySpan<byte> part)
        {
            _pending.Write(part);
            int after = EndOfMatches(_pending.Written);
            SendPart(_pending.Count - Replacing.PossibleStart(_pending.Written[after..], decoder._pattern));
        }

        protected override void Finish() => SendPart(_pending.Count);

        private int EndOfMatches(ReadOnlySpan<byte> text)
        {
            int end = 0;
            while (decoder._pattern.Length > 0 && text[end..].IndexOf(decoder._pattern) is >= 0 and int at)
            {
                end += at + decoder._pattern.Length;
            }
            return end;
        }

        private void SendPart(int length)
        {
            if (length > 0)
            {
                _text.Clear();
                Replacing.All(_pending.Written[..length], decoder._pattern, decoder._content, _text);
                _pending.RemoveFirst(length);
                Next.Part(_text.Written);
            }
        }
    }
}
