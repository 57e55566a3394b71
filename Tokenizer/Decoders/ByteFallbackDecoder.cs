using System.Globalization;
using System.Text.Unicode;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>Tokens such as "&lt;0xE2&gt;" are bytes: a run of them is the characters that it spells, or one U+FFFD for each byte where it spells none.</summary>
/// <remarks>
/// A stream shows a run's characters as soon as they are whole, where all is joined after it. Should a later byte spoil the run, decoding it in one go would show U+FFFD in
/// their place too; in a stream they have been shown.
/// </remarks>
public sealed class ByteFallbackDecoder : TokenDecoder
{
    public override string Type => "ByteFallback";

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        private readonly ByteWriter _run = new();

        public override void Token(ReadOnlySpan<byte> token)
        {
            if (token.Length == 6 && token.StartsWith("<0x"u8) && token[5] == '>' && TryByte(token.Slice(3, 2), out byte value))
            {
                _run.Write([value]);
                return;
            }
            EndRun();
            Next.Token(token);
        }

        public override void Settle()
        {
            if (Next.JoinsAll && _run.Count > 0 && Utf8.IsValid(_run.Written))
            {
                EndRun();
            }
            Next.Settle();
        }

        protected override void Finish() => EndRun();

        /// <summary>Two hexadecimal digits, or a plus sign and one, as the reference parses them.</summary>
        private static bool TryByte(ReadOnlySpan<byte> digits, out byte value) =>
            byte.TryParse(digits[0] == '+' ? digits[1..] : digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

        private void EndRun()
        {
            if (_run.Count == 0)
            {
                return;
            }
            if (Utf8.IsValid(_run.Written))
            {
                Next.Token(_run.Written);
            }
            else
            {
                for (int i = 0; i < _run.Count; i++)
                {
                    Next.Token("\uFFFD"u8);
                }
            }
            _run.Clear();
        }
    }
}
