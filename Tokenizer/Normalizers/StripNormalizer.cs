using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Strip: removes white space at the ends of a text.</summary>
public sealed class StripNormalizer(bool left = true, bool right = true) : Normalizer
{
    /// <inheritdoc/>
    public override string Type => "Strip";

    /// <summary>True where the start is stripped.</summary>
    public bool Left => left;

    /// <summary>True where the end is stripped.</summary>
    public bool Right => right;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        CharacterSet space = UnicodeSets.WhiteSpace;
        int start = left ? space.EndOfRun(text.Bytes, 0) : 0, end = text.Length;
        while (right && end > start && space.Contains(Utf8Character.DecodeBefore(text.Bytes, end, out int length)))
        {
            end -= length;
        }
        if (start > 0 || end < text.Length)
        {
            text.Keep(start, end);
            text.Commit();
        }
    }
}
