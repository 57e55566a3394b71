using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>WhitespaceSplit: cuts at white space, which is left out.</summary>
public sealed class WhitespaceSplitPreTokenizer : PreTokenizer
{
    /// <inheritdoc/>
    public override string Type => "WhitespaceSplit";

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces) => CharacterSplit.Split(text, pieces, UnicodeSets.WhiteSpace, SplitBehavior.Removed);
}
