namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Nmt: removes control characters and makes spaces of the separators and formatters that machine translation treats as such.</summary>
public sealed class NmtNormalizer : CharacterMapNormalizer
{
    /// <inheritdoc/>
    public override string Type => "Nmt";

    /// <inheritdoc/>
    protected override int Map(int character) => character switch
    {
        (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F => Removed,
        0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => ' ',
        _ => character,
    };
}
