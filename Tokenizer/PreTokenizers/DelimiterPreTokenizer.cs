using System.Text;
using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>CharDelimiterSplit: cuts at one character, which is left out.</summary>
public sealed class DelimiterPreTokenizer(Rune delimiter) : PreTokenizer
{
    private readonly CharacterSet _set = new(CharacterRanges.Of(delimiter.Value, delimiter.Value));

    /// <inheritdoc/>
    public override string Type => "CharDelimiterSplit";

    /// <summary>The character.</summary>
    public Rune Delimiter => delimiter;

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces) => CharacterSplit.Split(text, pieces, _set, SplitBehavior.Removed);
}
