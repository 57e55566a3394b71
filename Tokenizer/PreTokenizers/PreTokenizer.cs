using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Cuts a text into the pieces that the model encodes one by one. Immutable, and safe to share between threads.</summary>
public abstract class PreTokenizer
{
    /// <summary>The name in tokenizer.json: "ByteLevel", "Split", "Metaspace", "Sequence" …</summary>
    public abstract string Type { get; }

    /// <summary>The scanner that cuts any text as this does, where there is one; behind a byte-level model, it and the model's loop do all the work.</summary>
    public virtual PieceScanner? Scanner => null;

    /// <summary>Cuts every piece of the list further; one that changes the text too (Metaspace) rewrites <paramref name="text"/> and the list together.</summary>
    public abstract void Split(AlignedText text, PieceList pieces);
}
