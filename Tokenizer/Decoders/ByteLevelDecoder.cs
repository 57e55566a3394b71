using System.Text;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>Characters of the byte alphabet are the bytes that they show; a token with any other character is its own UTF-8.</summary>
/// <remarks>At the end of a chain the bytes come out as they are; a decoder after this one sees text, where bytes that are not UTF-8 are U+FFFD.</remarks>
/// <param name="addPrefixSpace">Kept for the file; of no effect here.</param>
/// <param name="trimOffsets">Kept for the file; of no effect here.</param>
/// <param name="useRegex">Kept for the file; of no effect here.</param>
public sealed class ByteLevelDecoder(bool addPrefixSpace = false, bool trimOffsets = true, bool useRegex = true) : TokenDecoder
{
    public override string Type => "ByteLevel";

    /// <summary>Kept for the file.</summary>
    public bool AddPrefixSpace => addPrefixSpace;

    /// <summary>Kept for the file.</summary>
    public bool TrimOffsets => trimOffsets;

    /// <summary>Kept for the file.</summary>
    public bool UseRegex => useRegex;

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        private readonly Utf8Repair? _repair = next is DecoderSink ? null : new();
        private readonly ByteWriter _bytes = new();

        public override void Token(ReadOnlySpan<byte> token)
        {
            _bytes.Clear();
            if (!ByteAlphabet.TryParse(token, _bytes))
            {
                _bytes.Clear();
                _bytes.Write(token);
            }
            Send(_bytes.Written);
        }

        protected override void Finish()
        {
            if (_repair is not null)
            {
                _bytes.Clear();
                _repair.Finish(_bytes);
                Next.Part(_bytes.Written);
            }
        }

        private void Send(ReadOnlySpan<byte> bytes)
        {
            if (_repair is null)
            {
                Next.Part(bytes);
                return;
            }
            Next.Part(_repair.Next(bytes));
        }
    }
}
