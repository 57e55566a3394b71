using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>A visible mark stands for a space; in the first token, for none, where the pre-tokenizer put one before the text.</summary>
/// <param name="replacement">The mark, one character: "▁".</param>
/// <param name="prependScheme">The scheme as the file names it: "always", "first" or "never".</param>
/// <param name="split">Kept for the file; of no effect here.</param>
public sealed class MetaspaceDecoder(string replacement = "▁", string prependScheme = "always", bool split = true) : TokenDecoder
{
    private readonly byte[] _mark = System.Text.Encoding.UTF8.GetBytes(replacement);

    public override string Type => "Metaspace";

    /// <summary>The mark.</summary>
    public string Replacement => replacement;

    /// <summary>"always", "first" or "never".</summary>
    public string PrependScheme => prependScheme;

    /// <summary>Kept for the file.</summary>
    public bool Split => split;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(MetaspaceDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly ByteWriter _token = new();
        private bool _started;

        public override void Token(ReadOnlySpan<byte> token)
        {
            ReadOnlySpan<byte> space = !_started && decoder.PrependScheme != "never" ? [] : " "u8;
            _started = true;
            _token.Clear();
            Replacing.All(token, decoder._mark, space, _token);
            Next.Token(_token.Written);
        }

        protected override void Finish() => _started = false;
    }
}
