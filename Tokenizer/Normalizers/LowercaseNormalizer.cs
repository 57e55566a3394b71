using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Lowercase: every character becomes its lower-case form (Unicode 17.0, as Hugging Face's; no language's own rules).</summary>
public sealed class LowercaseNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override string Type => "Lowercase";

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        int kept = 0;
        bool changed = false;
        for (int at = 0, length; at < text.Length; at += length)
        {
            int character = Utf8Character.Decode(text.Bytes, at, out length);
            int lower = CaseMapping.ToLower(character);
            if (lower == character)
            {
                continue;
            }
            text.Keep(kept, at);
            kept = at + length;
            changed = true;
            text.Write(utf8[..Utf8Character.Encode(lower, utf8)], at, at + length);
            if (character == 0x130)
            {
                // İ is the one character whose lower-case form is two: i and a dot above.
                text.Write("\u0307"u8, at, at + length);
            }
        }
        if (changed)
        {
            text.Keep(kept, text.Length);
            text.Commit();
        }
    }
}
