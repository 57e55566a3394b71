using System.Text;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>A visible mark stands for a space; in the first token, for none, where the pre-tokenizer put one before the text.</summary>
/// <param name="replacement">The mark; null for "▁".</param>
/// <param name="scheme">Where the pre-tokenizer puts a mark that no space stands for.</param>
/// <param name="split">Kept for the file; of no effect here.</param>
public sealed class MetaspaceDecoder(Rune? replacement = null, PrependScheme scheme = PrependScheme.Always, bool split = true) : TokenDecoder
{
    private readonly byte[] _mark = Encoding.UTF8.GetBytes((replacement ?? new Rune('▁')).ToString());

    public override string Type => "Metaspace";

    /// <summary>The mark.</summary>
    public Rune Replacement => replacement ?? new Rune('▁');

    /// <summary>Where the pre-tokenizer puts a mark that no space stands for.</summary>
    public PrependScheme Scheme => scheme;

    /// <summary>Kept for the file.</summary>
    public bool Split => split;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(MetaspaceDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly ByteWriter _token = new();
        private bool _started;

        public override void Token(ReadOnlySpan<byte> token)
        {
            ReadOnlySpan<byte> space = !_started && decoder.Scheme != PrependScheme.Never ? [] : " "u8;
            _started = true;
            _token.Clear();
            Replacing.All(token, decoder._mark, space, _token);
            Next.Token(_token.Written);
        }

        protected override void Finish() => _started = false;
    }
}
