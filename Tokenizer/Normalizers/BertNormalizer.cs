using System.Text;
using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>BertNormalizer: cleans, sets Chinese characters apart, strips accents and lower-cases, each where asked (Devlin et al. 2018, the released tokenizer).</summary>
/// <param name="cleanText">Control characters go, white space becomes the space.</param>
/// <param name="handleChineseChars">A space on both sides of every CJK ideograph.</param>
/// <param name="stripAccents">Decompose and drop the marks; null: where the text is lower-cased.</param>
/// <param name="lowercase">Lower-case the text.</param>
public sealed class BertNormalizer(bool cleanText = true, bool handleChineseChars = true, bool? stripAccents = null, bool lowercase = true) : Normalizer
{
    private readonly Normalizer[] _steps =
    [
        .. cleanText ? [new Cleaner()] : (Normalizer[])[],
        .. handleChineseChars ? [new IdeographSpacer()] : (Normalizer[])[],
        .. stripAccents ?? lowercase ? [new UnicodeNormalizer(NormalizationForm.FormD), new AccentStripper()] : (Normalizer[])[],
        .. lowercase ? [new LowercaseNormalizer()] : (Normalizer[])[],
    ];

    /// <inheritdoc/>
    public override string Type => "BertNormalizer";

    /// <summary>Control characters go, white space becomes the space.</summary>
    public bool CleanText => cleanText;

    /// <summary>A space on both sides of every CJK ideograph.</summary>
    public bool HandleChineseChars => handleChineseChars;

    /// <summary>Drop accents; null where that follows <see cref="Lowercase"/>.</summary>
    public bool? StripAccents => stripAccents;

    /// <summary>Lower-case the text.</summary>
    public bool Lowercase => lowercase;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        foreach (Normalizer step in _steps)
        {
            step.Normalize(text);
        }
    }

    private sealed class Cleaner : CharacterMapNormalizer
    {
        public override string Type => "BertNormalizer";

        protected override int Map(int character) =>
            character is >= ' ' and < 0x7F ? character
            : character is '\t' or '\n' or '\r' ? ' '
            : character is 0 or 0xFFFD || UnicodeSets.BertControl.Contains(character) ? Removed
            : UnicodeSets.WhiteSpace.Contains(character) ? ' ' : character;
    }

    private sealed class AccentStripper : CharacterMapNormalizer
    {
        public override string Type => "BertNormalizer";

        protected override int Map(int character) => character >= 0x300 && UnicodeSets.BertNonspacingMark.Contains(character) ? Removed : character;
    }

    private sealed class IdeographSpacer : Normalizer
    {
        public override string Type => "BertNormalizer";

        public override void Normalize(AlignedText text)
        {
            int kept = 0;
            bool changed = false;
            for (int at = 0, length; at < text.Length; at += length)
            {
                if (!IsIdeograph(Utf8Character.Decode(text.Bytes, at, out length)))
                {
                    continue;
                }
                text.Keep(kept, at);
                text.Write(" "u8, at, at + length);
                text.Write(text.Bytes.Slice(at, length), at, at + length);
                text.Write(" "u8, at, at + length);
                kept = at + length;
                changed = true;
            }
            if (changed)
            {
                text.Keep(kept, text.Length);
                text.Commit();
            }
        }

        /// <summary>The blocks of CJK ideographs as the released tokenizer lists them.</summary>
        private static bool IsIdeograph(int c) => c >= 0x3400
            && c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
                or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
    }
}
