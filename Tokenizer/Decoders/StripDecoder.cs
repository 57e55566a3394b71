using System.Text;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>Takes a character away from both ends of each token, a limited number of times.</summary>
/// <param name="content">The character.</param>
/// <param name="start">The most times at the beginning.</param>
/// <param name="stop">The most times at the end.</param>
public sealed class StripDecoder(Rune content, int start, int stop) : TokenDecoder
{
    private readonly byte[] _content = Encoding.UTF8.GetBytes(content.ToString());

    public override string Type => "Strip";

    /// <summary>The character.</summary>
    public Rune Content => content;

    /// <summary>The most times that it is taken away at the beginning.</summary>
    public int Start => start;

    /// <summary>The most times that it is taken away at the end.</summary>
    public int Stop => stop;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(StripDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private int _started;
        private int _held;

        public override void Token(ReadOnlySpan<byte> token)
        {
            for (int i = 0; i < decoder.Start && token.StartsWith(decoder._content); i++)
            {
                token = token[decoder._content.Length..];
            }
            for (int i = 0; i < decoder.Stop && token.EndsWith(decoder._content); i++)
            {
                token = token[..^decoder._content.Length];
            }
            Next.Token(token);
        }

        /// <summary>Strips the beginning at once; of the characters that may be the end, the last ones wait.</summary>
        public override void Part(ReadOnlySpan<byte> part)
        {
            while (_started < decoder.Start && part.Length > 0)
            {
                if (!part.StartsWith(decoder._content))
                {
                    _started = int.MaxValue;
                    break;
                }
                part = part[decoder._content.Length..];
                _started++;
            }
            ReadOnlySpan<byte> body = part;
            int trailing = 0;
            while (body.EndsWith(decoder._content))
            {
                body = body[..^decoder._content.Length];
                trailing++;
            }
            if (body.Length > 0)
            {
                Release(_held);
                _held = 0;
                Next.Part(body);
            }
            _held += trailing;
            Release(_held - decoder.Stop);
            _held = Math.Min(_held, decoder.Stop);
        }

        protected override void Finish() => (_started, _held) = (0, 0);

        private void Release(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Next.Part(decoder._content);
            }
        }
    }
}
