using System.Buffers;
using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>How a SentencePiece model's pieces become text.</summary>
public sealed record SentencePieceDecoderOptions
{
    /// <summary>Pieces that show nothing, such as "&lt;s&gt;".</summary>
    public IReadOnlyList<byte[]> ControlPieces { get; init; } = [];

    /// <summary>The unknown piece.</summary>
    public byte[] UnknownPiece { get; init; } = [];

    /// <summary>What the unknown piece shows.</summary>
    public byte[] UnknownSurface { get; init; } = " \u2047 "u8.ToArray();

    /// <summary>True where pieces spelled "&lt;0x41&gt;" are bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>The space before the first word goes, as the normalizer added it.</summary>
    public bool AddsDummyPrefix { get; init; } = true;

    /// <summary>Every space before the first word goes.</summary>
    public bool RemovesExtraWhitespaces { get; init; } = true;

    /// <summary>Rewrites the whole text in the end.</summary>
    public SentencePieceNormalizer? Denormalizer { get; init; }
}

/// <summary>SentencePiece's decoder: U+2581 is a space, the one before the first word goes, bytes join to characters, and each byte that belongs to none shows U+FFFD.</summary>
public sealed class SentencePieceDecoder : TokenDecoder
{
    private readonly Vocabulary _control;

    /// <summary>Builds from what the model's file says.</summary>
    public SentencePieceDecoder(SentencePieceDecoderOptions options)
    {
        Options = options;
        _control = new Vocabulary([.. options.ControlPieces]);
    }

    public override string Type => "SentencePiece";

    /// <summary>What the decoder does.</summary>
    public SentencePieceDecoderOptions Options { get; }

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(SentencePieceDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private readonly SentencePieceDecoderOptions _options = decoder.Options;
        private readonly ByteWriter _bytes = new();
        private readonly ByteWriter _whole = new();
        private readonly ByteWriter _spelled = new();
        private bool _hasText;
        private bool _tookFirstSpace;
        private bool _pastFirst;

        public override void Token(ReadOnlySpan<byte> token)
        {
            if (_options.ByteFallback && BytePieces.Parse(token) is >= 0 and int value)
            {
                _bytes.Write([(byte)value]);
                ShowBytes(atEnd: false);
                return;
            }
            ShowBytes(atEnd: true);
            _pastFirst |= _tookFirstSpace || _hasText;
            _tookFirstSpace = false;
            if (decoder._control.Find(token) >= 0)
            {
                return;
            }
            if (token.SequenceEqual(_options.UnknownPiece))
            {
                Show(_options.UnknownSurface);
                return;
            }
            if (!_pastFirst && (_options.AddsDummyPrefix || _options.RemovesExtraWhitespaces) && token.StartsWith(SpaceMark.Utf8))
            {
                token = token[SpaceMark.Utf8.Length..];
                _tookFirstSpace = !_options.RemovesExtraWhitespaces;
            }
            Show(Spaced(token));
        }

        protected override void Finish()
        {
            ShowBytes(atEnd: true);
            if (_options.Denormalizer is { } denormalizer)
            {
                var text = new AlignedText();
                text.Reset(_whole.Written);
                denormalizer.Normalize(text);
                Next.Token(text.Bytes);
                _whole.Clear();
            }
            (_hasText, _tookFirstSpace, _pastFirst) = (false, false, false);
        }

        private void Show(ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty)
            {
                return;
            }
            _hasText = true;
            if (_options.Denormalizer is null)
            {
                Next.Token(text);
            }
            else
            {
                _whole.Write(text);
            }
        }

        /// <summary>Shows the characters that the bytes so far spell; an unfinished one waits, unless nothing more comes.</summary>
        private void ShowBytes(bool atEnd)
        {
            while (_bytes.Count > 0)
            {
                OperationStatus status = Rune.DecodeFromUtf8(_bytes.Written, out _, out int length);
                if (status == OperationStatus.NeedMoreData && !atEnd)
                {
                    return;
                }
                bool valid = status == OperationStatus.Done;
                Show(valid ? _bytes.Written[..length] : "\uFFFD"u8);
                _bytes.RemoveFirst(valid ? length : 1);
            }
        }

        private ReadOnlySpan<byte> Spaced(ReadOnlySpan<byte> token)
        {
            int mark = token.IndexOf(SpaceMark.Utf8);
            if (mark < 0)
            {
                return token;
            }
            _spelled.Clear();
            for (; mark >= 0; mark = token.IndexOf(SpaceMark.Utf8))
            {
                _spelled.Write(token[..mark]);
                _spelled.Write(" "u8);
                token = token[(mark + SpaceMark.Utf8.Length)..];
            }
            _spelled.Write(token);
            return _spelled.Written;
        }
    }
}
