using System.Text;
using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>The lists of tokens, scores and types of a GGUF file, as long as each other.</summary>
internal sealed class GgufVocabulary
{
    private readonly GgufValue? _scores;
    private readonly GgufValue? _types;

    public GgufVocabulary(GgufFile file)
    {
        GgufValue tokens = file.List(GgufKeys.Tokens, GgufType.Text) is { Count: > 0 } list ? list : throw file.Wrong(GgufKeys.Tokens, "is missing or empty");
        Tokens = tokens.Texts;
        _scores = SameLength(file, GgufKeys.Scores, file.List(GgufKeys.Scores, GgufType.Float32));
        _types = SameLength(file, GgufKeys.Types, file.List(GgufKeys.Types, GgufType.Int32, GgufType.UInt32));
    }

    /// <summary>The tokens' spellings.</summary>
    public IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>True where the file gives the tokens types.</summary>
    public bool HasTypes => _types is not null;

    public float Score(int id) => _scores is null ? 0 : _scores.Numbers<float>()[id];

    /// <summary>A token's type; normal where the file gives none or one that is not known.</summary>
    public SentencePieceType Type(int id) =>
        _types is not null && _types.Numbers<int>()[id] is > 1 and <= 6 and int type ? (SentencePieceType)type : SentencePieceType.Normal;

    /// <summary>The control and user-defined tokens, which are found in the text before the model sees it.</summary>
    public AddedToken[] Added() => [.. Enumerable.Range(0, Tokens.Count)
        .Where(id => Tokens[id].Length > 0 && Type(id) is SentencePieceType.Control or SentencePieceType.UserDefined or SentencePieceType.Unknown)
        .Select(id => new AddedToken { Id = id, Content = Encoding.UTF8.GetString(Tokens[id]), IsSpecial = Type(id) != SentencePieceType.UserDefined })];

    private GgufValue? SameLength(GgufFile file, string key, GgufValue? list) =>
        list is null || list.Count == Tokens.Count ? list : throw file.Wrong(key, $"has {list.Count} entries, but there are {Tokens.Count} tokens");
}
