using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>ByteLevel as a normalizer: bytes become visible characters. Before a vocabulary of bytes there is nothing to do.</summary>
/// <param name="visible">True where the model's vocabulary is spelled in the visible alphabet, false where it holds bytes.</param>
public sealed class ByteLevelNormalizer(bool visible) : Normalizer
{
    /// <inheritdoc/>
    public override string Type => "ByteLevel";

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (visible)
        {
            text.WriteShown(0, text.Length);
            text.Commit();
        }
    }
}
