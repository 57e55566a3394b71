using System.Collections.Frozen;
using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>The added tokens of a pipeline: how they are found, and what each id stands for.</summary>
internal sealed class AddedVocabulary
{
    private readonly FrozenDictionary<int, AddedToken> _byId;
    private readonly FrozenDictionary<int, byte[]> _spellings;
    private readonly FrozenDictionary<int, byte[]> _decoded;
    private readonly FrozenSet<int> _skipped;

    public AddedVocabulary(IReadOnlyList<AddedToken> tokens, TokenModel model, Normalizer? normalizer)
    {
        Dictionary<int, AddedToken> byId = [];
        var byContent = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (AddedToken token in tokens)
        {
            if (token.Content.Length == 0 || token.Id < 0)
            {
                throw new TokenizerException($"added_tokens: the token \"{token.Content}\" with the id {token.Id} must have a content and an id from 0.");
            }
            if (byContent.TryGetValue(token.Content, out AddedToken? twin) && twin.Id != token.Id)
            {
                throw new TokenizerException($"added_tokens: \"{token.Content}\" has the ids {twin.Id} and {token.Id}; a token has one.");
            }
            if (byId.TryGetValue(token.Id, out AddedToken? other) && other.Content != token.Content)
            {
                throw new TokenizerException($"added_tokens: the id {token.Id} is given to both \"{other.Content}\" and \"{token.Content}\".");
            }
            byId[token.Id] = byContent[token.Content] = token;
        }
        Tokens = [.. byId.Values.OrderBy(t => t.Id)];
        _byId = byId.ToFrozenDictionary();
        _spellings = Tokens.ToFrozenDictionary(t => t.Id, t => Encoding.UTF8.GetBytes(t.Content));
        _decoded = Tokens.ToFrozenDictionary(t => t.Id, t => t.IsNormalized ? NormalizedForm(_spellings[t.Id], normalizer) : _spellings[t.Id]);
        VocabularySize = Math.Max(model.VocabularySize, Tokens.Count == 0 ? 0 : Tokens[^1].Id + 1);
        if (Tokens.Any(t => !t.IsNormalized))
        {
            Raw = new AddedTokenMatcher(Tokens.Where(t => !t.IsNormalized).Select(t => (_spellings[t.Id], t)));
        }
        if (Tokens.Any(t => t.IsNormalized))
        {
            Normalized = new AddedTokenMatcher(Tokens.Where(t => t.IsNormalized).Select(t => (_decoded[t.Id], t)));
        }
        _skipped = Tokens.Where(t => t.IsSpecial && _decoded[t.Id].AsSpan().SequenceEqual(_spellings[t.Id])).Select(t => t.Id).ToFrozenSet();
    }

    /// <summary>The tokens by id.</summary>
    public IReadOnlyList<AddedToken> Tokens { get; }

    /// <summary>Every id, of the model or added, is in [0, VocabularySize).</summary>
    public int VocabularySize { get; }

    /// <summary>Finds the tokens that stand in the text as it came; null where there are none.</summary>
    public AddedTokenMatcher? Raw { get; }

    /// <summary>Finds the tokens that stand in normalized text; null where there are none.</summary>
    public AddedTokenMatcher? Normalized { get; }

    /// <summary>The added token with this id, if there is one.</summary>
    public AddedToken? Find(int id) => _byId.GetValueOrDefault(id);

    /// <summary>The content of the added token with this id in UTF-8, or null.</summary>
    public byte[]? Spelling(int id) => _spellings.GetValueOrDefault(id);

    /// <summary>What the added token with this id is decoded as: its normalized form where it is found by that; null where there is no such token.</summary>
    public byte[]? DecodedForm(int id) => _decoded.GetValueOrDefault(id);

    /// <summary>True for special tokens that decoding leaves out on request: those that are decoded as what they are called.</summary>
    public bool IsSkipped(int id) => _skipped.Contains(id);

    private static byte[] NormalizedForm(byte[] content, Normalizer? normalizer)
    {
        if (normalizer is null)
        {
            return content;
        }
        var text = new AlignedText();
        text.Reset(content);
        normalizer.Normalize(text);
        return text.Bytes.ToArray();
    }
}
