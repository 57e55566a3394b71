using System.Text;
using PureLlm.Tokenizer.Patterns;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>Replaces a text, or what a pattern matches, in each token.</summary>
public sealed class ReplaceDecoder : TokenDecoder
{
    private readonly TextFinder _finder;
    private readonly byte[] _pattern;
    private readonly byte[] _content;

    /// <param name="pattern">What is replaced.</param>
    /// <param name="content">What comes in its place.</param>
    /// <param name="isRegex">True where the pattern is a regular expression.</param>
    /// <exception cref="TokenizerException">The pattern is not one, or uses what is not supported.</exception>
    public ReplaceDecoder(string pattern, string content, bool isRegex = false)
    {
        (Pattern, Content, IsRegex) = (pattern, content, isRegex);
        _finder = isRegex ? TextFinder.ForPattern(pattern) : TextFinder.ForText(pattern);
        _pattern = isRegex ? [] : Encoding.UTF8.GetBytes(pattern);
        _content = Encoding.UTF8.GetBytes(content);
    }

    public override string Type => "Replace";

    /// <summary>What is replaced.</summary>
    public string Pattern { get; }

    /// <summary>What comes in its place.</summary>
    public string Content { get; }

    /// <summary>True where the pattern is a regular expression.</summary>
    public bool IsRegex { get; }

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(ReplaceDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly ByteWriter _pending = new();
        private readonly ByteWriter _text = new();

        public override void Token(ReadOnlySpan<byte> token)
        {
            _text.Clear();
            TextMatches matches = decoder._finder.Matches(token);
            int kept = 0;
            while (matches.Next(out int start, out int end))
            {
                _text.Write(token[kept..start]);
                _text.Write(decoder._content);
                kept = end;
            }
            _text.Write(token[kept..]);
            Next.Token(_text.Written);
        }

        /// <summary>The end of what is there waits while it may be the beginning of the text; a regular expression needs all of it.</summary>
        public override void Part(ReadOnlySpan<byte> part)
        {
            if (decoder._pattern.Length == 0)
            {
                base.Part(part);
                return;
            }
            _pending.Write(part);
            int after = EndOfMatches(_pending.Written);
            SendPart(_pending.Count - Replacing.PossibleStart(_pending.Written[after..], decoder._pattern));
        }

        protected override void Finish() => SendPart(_pending.Count);

        private int EndOfMatches(ReadOnlySpan<byte> text)
        {
            int end = 0;
            while (text[end..].IndexOf(decoder._pattern) is >= 0 and int at)
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
