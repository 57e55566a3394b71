using System.Buffers;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <content>From tokens back to text.</content>
public sealed partial class PipelineTokenizer
{
    public override bool DecodesByConcatenation => Model.IsByteLevel && Parts.Decoder is null or ByteLevelDecoder;

    /// <inheritdoc/>
    /// <remarks>Ids inside the vocabulary that no token has are passed over.</remarks>
    public override void Decode(ReadOnlySpan<int> ids, IBufferWriter<byte> utf8, bool skipSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        DecodingChain chain = _decoders.Take();
        foreach (int id in ids)
        {
            chain.Add(id, skipSpecial);
        }
        chain.End();
        utf8.Write(chain.Text.Written);
        chain.Text.Clear();
        _decoders.Return(chain);
    }

    /// <summary>A new chain of decoders for one stream.</summary>
    internal DecodingChain CreateChain() => new(this);

    /// <summary>The decoders at work on one stream of ids. Belongs to one thread.</summary>
    internal sealed class DecodingChain
    {
        private readonly PipelineTokenizer _tokenizer;
        private readonly bool _concatenates;
        private readonly ByteWriter _shown = new();
        private readonly DecoderSink _sink = new();
        private readonly DecoderStage _first;

        public DecodingChain(PipelineTokenizer tokenizer)
        {
            _tokenizer = tokenizer;
            _concatenates = tokenizer.DecodesByConcatenation;
            _first = _concatenates ? _sink : (tokenizer.Parts.Decoder ?? SpaceJoin.Instance).CreateStage(_sink);
        }

        /// <summary>The text so far, for the caller to take and clear.</summary>
        public ByteWriter Text => _sink.Text;

        /// <summary>Takes a token.</summary>
        public void Add(int id, bool skipSpecial)
        {
            if ((uint)id >= (uint)_tokenizer.VocabularySize)
            {
                Reset();
                throw _tokenizer.NoSuchToken(id);
            }
            if (skipSpecial && _tokenizer._added.IsSkipped(id))
            {
                return;
            }
            if (_tokenizer._added.DecodedForm(id) is { } form)
            {
                AddForm(form);
                return;
            }
            ReadOnlySpan<byte> token = id < _tokenizer.Model.VocabularySize ? _tokenizer.Model.Token(id).Span : default;
            if (token.IsEmpty)
            {
                return;
            }
            if (_tokenizer.Model.IsByteLevel && !_concatenates)
            {
                _shown.Clear();
                ByteAlphabet.Show(token, _shown);
                token = _shown.Written;
            }
            _first.Token(token);
        }

        /// <summary>Shows what waits only for better company.</summary>
        public void Settle() => _first.Settle();

        /// <summary>Ends the stream; the next token begins another.</summary>
        public void End() => _first.End();

        /// <summary>Forgets the stream.</summary>
        private void Reset()
        {
            End();
            Text.Clear();
        }

        /// <summary>An added token: where bytes are joined, it may be written in the byte alphabet as the model's own are.</summary>
        private void AddForm(byte[] form)
        {
            if (_concatenates)
            {
                _shown.Clear();
                _first.Token(ByteAlphabet.TryParse(form, _shown) ? _shown.Written : form);
                return;
            }
            _first.Token(form);
        }
    }

    /// <summary>Tokens with a space between, which is what the lack of a decoder means.</summary>
    private sealed class SpaceJoin : TokenDecoder
    {
        public static readonly SpaceJoin Instance = new();

        public override string Type => "";

        internal override DecoderStage CreateStage(DecoderStage next) => new Stage(next);

        private sealed class Stage(DecoderStage next) : DecoderStage(next)
        {
            private bool _started;

            public override void Token(ReadOnlySpan<byte> token)
            {
                if (_started)
                {
                    Next.Token(" "u8);
                }
                _started = true;
                Next.Token(token);
            }

            protected override void Finish() => _started = false;
        }
    }
}
