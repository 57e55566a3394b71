using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>For connectionist temporal classification: repeated tokens count once, the padding between them is nothing, the delimiter is a space.</summary>
/// <remarks>Graves et al. 2006. The delimiter becomes a space only where <paramref name="cleanup"/> is on, as in the reference.</remarks>
/// <param name="padToken">The blank.</param>
/// <param name="wordDelimiterToken">What stands between words.</param>
/// <param name="cleanup">Takes the space away before punctuation and English contractions.</param>
public sealed class CtcDecoder(string padToken = "<pad>", string wordDelimiterToken = "|", bool cleanup = true) : TokenDecoder
{
    private readonly byte[] _pad = System.Text.Encoding.UTF8.GetBytes(padToken);
    private readonly byte[] _delimiter = System.Text.Encoding.UTF8.GetBytes(wordDelimiterToken);

    public override string Type => "CTC";

    /// <summary>The blank.</summary>
    public string PadToken => padToken;

    /// <summary>What stands between words.</summary>
    public string WordDelimiterToken => wordDelimiterToken;

    /// <summary>Whether spaces are cleaned up and the delimiter becomes one.</summary>
    public bool Cleanup => cleanup;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(CtcDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly SpaceCleanup _cleanup = new();
        private readonly ByteWriter _previous = new();
        private readonly ByteWriter _token = new();
        private readonly ByteWriter _spaced = new();
        private bool _started;

        public override void Token(ReadOnlySpan<byte> token)
        {
            if (_started && token.SequenceEqual(_previous.Written))
            {
                return;
            }
            _started = true;
            _previous.Clear();
            _previous.Write(token);
            _token.Clear();
            Replacing.All(token, decoder._pad, [], _token);
            ReadOnlySpan<byte> text = _token.Written;
            if (decoder.Cleanup)
            {
                _spaced.Clear();
                Replacing.All(_cleanup.Apply(text), decoder._delimiter, " "u8, _spaced);
                text = _spaced.Written;
            }
            if (!text.IsEmpty)
            {
                Next.Token(text);
            }
        }

        protected override void Finish()
        {
            _started = false;
            _previous.Clear();
        }
    }
}
