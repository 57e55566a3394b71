using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Punctuation: cuts at every punctuation character (general category P of Unicode 8.0, as Hugging Face's, and ASCII's symbols).</summary>
public sealed class PunctuationPreTokenizer(SplitBehavior behavior = SplitBehavior.Isolated) : PreTokenizer
{
    /// <inheritdoc/>
    public override string Type => "Punctuation";

    /// <summary>What becomes of the punctuation.</summary>
    public SplitBehavior Behavior => behavior;

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces) => CharacterSplit.Split(text, pieces, UnicodeSets.Punctuation, behavior);
}
