using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Tests of places between characters.</summary>
internal static class PatternAnchors
{
    private static readonly Lazy<CharacterSet> Word = new(() => new(PatternProperties.Word));

    /// <summary>True where the anchor holds at a place of the text.</summary>
    public static bool Holds(AnchorKind anchor, ReadOnlySpan<byte> utf8, int place) => anchor switch
    {
        AnchorKind.TextStart => place == 0,
        AnchorKind.TextEnd => place == utf8.Length,
        AnchorKind.LastLineEnd => place == utf8.Length || (place == utf8.Length - 1 && utf8[place] == '\n'),
        AnchorKind.LineStart => place == 0 || (place < utf8.Length && utf8[place - 1] == '\n'),
        AnchorKind.LineEnd => place == utf8.Length || utf8[place] == '\n',
        AnchorKind.WordEdge => IsEdge(utf8, place),
        _ => !IsEdge(utf8, place),
    };

    private static bool IsEdge(ReadOnlySpan<byte> utf8, int place) => Word.Value.MatchBefore(utf8, place) > 0 != Word.Value.Match(utf8, place) > 0;
}
