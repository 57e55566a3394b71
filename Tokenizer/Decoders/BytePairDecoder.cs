using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>A suffix marks the end of a word: it becomes a space, or nothing in the last token.</summary>
/// <param name="suffix">The mark: "&lt;/w&gt;".</param>
public sealed class BytePairDecoder(string suffix = "</w>") : TokenDecoder
{
    private readonly byte[] _suffix = System.Text.Encoding.UTF8.GetBytes(suffix);

    public override string Type => "BPEDecoder";

    /// <summary>What marks the end of a word.</summary>
    public string Suffix => suffix;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    /// <summary>A token with the mark waits for the next one, which decides what the mark becomes.</summary>
    private sealed class Stage(BytePairDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly ByteWriter _waiting = new();
        private readonly ByteWriter _token = new();

        public override void Token(ReadOnlySpan<byte> token)
        {
            Release(" "u8);
            if (token.IndexOf(decoder._suffix) >= 0)
            {
                _waiting.Write(token);
            }
            else
            {
                Next.Token(token);
            }
        }

        protected override void Finish() => Release([]);

        private void Release(ReadOnlySpan<byte> space)
        {
            if (_waiting.Count > 0)
            {
                _token.Clear();
                Replacing.All(_waiting.Written, decoder._suffix, space, _token);
                _waiting.Clear();
                Next.Token(_token.Written);
            }
        }
    }
}
