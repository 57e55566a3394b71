using System.Text;

namespace PureLlm.Tokenizer.Models;

/// <summary>Encodes pieces by byte-pair merges over characters, for one thread.</summary>
internal sealed class CharacterBytePairEncoder : CachingEncoder
{
    private readonly CharacterBytePairModel _model;
    private readonly CharacterBytePairRules _options;
    private readonly SymbolMerger _merger;
    private readonly byte[] _prefix;
    private readonly byte[] _suffix;
    private readonly byte[] _spelled;
    private int _pendingUnknown;
    private int _vanished;

    public CharacterBytePairEncoder(CharacterBytePairModel model)
    {
        (_model, _options, _merger) = (model, model.Options, new SymbolMerger(model.Pairs));
        _prefix = Encoding.UTF8.GetBytes(_options.ContinuingSubwordPrefix ?? "");
        _suffix = Encoding.UTF8.GetBytes(_options.EndOfWordSuffix ?? "");
        _spelled = new byte[_prefix.Length + 4 + _suffix.Length];
    }

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        if (_options.Dropout > 0)
        {
            EncodeNew(piece, offset, tokens);
        }
        else if (_options.IgnoreMerges && _model.Find(piece) is var whole and >= 0)
        {
            tokens.Add(whole, offset, offset + piece.Length);
        }
        else if (_model.SplitsAtSpaces)
        {
            for (int start = 0, length; start < piece.Length; start += length)
            {
                length = SpaceMark.WordLength(piece[start..]);
                base.Encode(piece.Slice(start, length), offset + start, tokens);
            }
        }
        else
        {
            base.Encode(piece, offset, tokens);
        }
    }

    protected override void EncodeNew(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        _merger.Clear();
        AddCharacters(piece);
        if (_options.Dropout > 0)
        {
            _merger.Merge(_options.Dropout, new CounterRandom(_options.DropoutSeed, offset));
        }
        else
        {
            _merger.Merge();
        }
        // The bytes of a prefix or suffix that fell back count too, so that the sum may pass the piece's end.
        int start = _vanished;
        for (int i = 0; i < _merger.Count; i++)
        {
            int end = Math.Min(start + _merger.Lengths[i], piece.Length);
            tokens.Add(_merger.Ids[i], offset + start, offset + end);
            start = end;
        }
    }

    private void AddCharacters(ReadOnlySpan<byte> piece)
    {
        (_pendingUnknown, _vanished) = (0, 0);
        for (int start = 0, length; start < piece.Length; start += length)
        {
            length = Characters.Length(piece[start..]);
            ReadOnlySpan<byte> spelled = Spell(piece.Slice(start, length), start == 0, start + length == piece.Length);
            if (_model.Find(spelled) is var id and >= 0)
            {
                FlushUnknown();
                _merger.Add(id, length);
            }
            else if (!AddBytes(spelled))
            {
                AddUnknown(length);
            }
        }
        FlushUnknown();
    }

    /// <summary>An unknown character stays pending: it goes out before the next known one, or together with its unknown neighbours. Without an unknown token it vanishes.</summary>
    private void AddUnknown(int length)
    {
        if (_options.UnknownToken is null)
        {
            _vanished += _merger.Extend(length) ? 0 : length;
            return;
        }
        if (_model.Unknown < 0)
        {
            throw new TokenizerException($"BPE: the text has a character that the vocabulary lacks, and the unknown token '{_options.UnknownToken}' is not in it either.");
        }
        if (!_options.FuseUnknown)
        {
            FlushUnknown();
        }
        _pendingUnknown += length;
    }

    private void FlushUnknown()
    {
        if (_pendingUnknown > 0)
        {
            _merger.Add(_model.Unknown, _pendingUnknown);
            _pendingUnknown = 0;
        }
    }

    /// <summary>Byte fallback; false where it is off or a byte has no token. A pending unknown stays pending, as in Hugging Face's.</summary>
    private bool AddBytes(ReadOnlySpan<byte> spelled)
    {
        if (_model.ByteIds is not { } ids)
        {
            return false;
        }
        foreach (byte b in spelled)
        {
            if (ids[b] < 0)
            {
                return false;
            }
        }
        foreach (byte b in spelled)
        {
            _merger.Add(ids[b], 1);
        }
        return true;
    }

    private ReadOnlySpan<byte> Spell(ReadOnlySpan<byte> character, bool first, bool last)
    {
        int prefix = first ? 0 : _prefix.Length, suffix = last ? _suffix.Length : 0;
        if (prefix + suffix == 0)
        {
            return character;
        }
        _prefix.AsSpan(0, prefix).CopyTo(_spelled);
        character.CopyTo(_spelled.AsSpan(prefix));
        _suffix.AsSpan(0, suffix).CopyTo(_spelled.AsSpan(prefix + character.Length));
        return _spelled.AsSpan(0, prefix + character.Length + suffix);
    }
}
