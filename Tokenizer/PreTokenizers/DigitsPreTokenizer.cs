using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Digits: sets numbers (general category N) apart, as runs or one by one.</summary>
public sealed class DigitsPreTokenizer(bool individualDigits = false) : PreTokenizer
{
    /// <inheritdoc/>
    public override string Type => "Digits";

    /// <summary>True where every digit is a piece.</summary>
    public bool IndividualDigits => individualDigits;

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces) =>
        CharacterSplit.Split(text, pieces, UnicodeSets.Number, individualDigits ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
}
