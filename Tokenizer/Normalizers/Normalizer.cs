using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Rewrites a text before it is split. Immutable, and safe to share between threads.</summary>
public abstract class Normalizer
{
    /// <summary>The name in tokenizer.json: "NFC", "Lowercase", "Sequence" …</summary>
    public abstract string Type { get; }

    /// <summary>True where it deals itself with input that is not UTF-8; otherwise it sees U+FFFD in the place of such bytes.</summary>
    public virtual bool TakesAnyBytes => false;

    /// <summary>True where the text is sure to stay as it is, which is quicker to see than to rewrite it.</summary>
    public virtual bool Leaves(ReadOnlySpan<byte> utf8) => false;

    /// <summary>Rewrites the text in place; each new byte keeps the range of the input that it came from.</summary>
    public abstract void Normalize(AlignedText text);
}
