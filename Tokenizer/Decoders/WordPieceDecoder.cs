using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>A token with the prefix goes on with the word before it; every other one but the first starts a new word after a space.</summary>
/// <param name="prefix">What marks a token inside a word: "##".</param>
/// <param name="cleanup">Takes the space away before punctuation and English contractions.</param>
public sealed class WordPieceDecoder(string prefix = "##", bool cleanup = true) : TokenDecoder
{
    private readonly byte[] _prefix = System.Text.Encoding.UTF8.GetBytes(prefix);

    public override string Type => "WordPiece";

    /// <summary>What marks a token inside a word.</summary>
    public string Prefix => prefix;

    /// <summary>Whether the space goes away before punctuation and English contractions.</summary>
    public bool Cleanup => cleanup;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(WordPieceDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly SpaceCleanup _cleanup = new();
        private readonly ByteWriter _token = new();
        private bool _started;

        public override void Token(ReadOnlySpan<byte> token)
        {
            _token.Clear();
            bool inside = token.StartsWith(decoder._prefix);
            if (_started && !inside)
            {
                _token.Write(" "u8);
            }
            _token.Write(_started && inside ? token[decoder._prefix.Length..] : token);
            _started = true;
            Next.Token(decoder.Cleanup ? _cleanup.Apply(_token.Written) : _token.Written);
        }

        protected override void Finish() => _started = false;
    }
}
