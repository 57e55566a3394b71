using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>A normalizer that looks at one character at a time: it keeps it, removes it, or puts another in its place.</summary>
/// <remarks>Bytes that are not UTF-8 are kept.</remarks>
public abstract class CharacterMapNormalizer : Normalizer
{
    /// <summary>What <see cref="Map"/> gives for a character that goes.</summary>
    protected const int Removed = -1;

    /// <inheritdoc/>
    public sealed override void Normalize(AlignedText text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        int kept = 0;
        bool changed = false;
        for (int at = 0, length; at < text.Length; at += length)
        {
            int character = Utf8Character.Decode(text.Bytes, at, out length);
            int mapped = character == Utf8Character.Broken ? character : Map(character);
            if (mapped == character)
            {
                continue;
            }
            text.Keep(kept, at);
            kept = at + length;
            changed = true;
            if (mapped >= 0)
            {
                text.Write(utf8[..Utf8Character.Encode(mapped, utf8)], at, at + length);
            }
        }
        if (changed)
        {
            text.Keep(kept, text.Length);
            text.Commit();
        }
    }

    /// <summary>The character that takes the place of this one, or <see cref="Removed"/>.</summary>
    protected abstract int Map(int character);
}
