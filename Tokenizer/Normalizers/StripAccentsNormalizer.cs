using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>StripAccents: removes combining marks; it undoes é only where NFD came before it.</summary>
public sealed class StripAccentsNormalizer : CharacterMapNormalizer
{
    /// <inheritdoc/>
    public override string Type => "StripAccents";

    /// <inheritdoc/>
    protected override int Map(int character) => character >= 0x300 && UnicodeSets.CombiningMark.Contains(character) ? Removed : character;
}
