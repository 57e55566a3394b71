namespace PureLlm.Tokenizer.Models;

/// <summary>A vocabulary and the rule that turns a piece of text into its tokens. Immutable, and safe to share between threads.</summary>
public abstract class TokenModel
{
    /// <summary>The model's name in tokenizer.json: "BPE", "WordPiece", "Unigram", "WordLevel".</summary>
    public abstract string Type { get; }

    /// <summary>True where tokens are raw bytes, 256 of them single ones, so that any input can be encoded; tokenizer.json spells them in the byte alphabet.</summary>
    public virtual bool IsByteLevel => false;

    /// <summary>Every id of the model is in [0, VocabularySize).</summary>
    public abstract int VocabularySize { get; }

    /// <summary>A token as the vocabulary spells it, UTF-8; for a byte-level vocabulary the bytes that it stands for. Empty where the id is unused.</summary>
    /// <remarks>The id must be in [0, VocabularySize).</remarks>
    public abstract ReadOnlyMemory<byte> Token(int id);

    /// <summary>The id of a token in the vocabulary's spelling, or −1.</summary>
    public abstract int Find(ReadOnlySpan<byte> token);

    /// <summary>The length of the first part of a piece that is encoded by itself, whatever follows: a word, where the model cuts at spaces; else the whole piece.</summary>
    /// <remarks>The piece must not be empty.</remarks>
    internal virtual int PartLength(ReadOnlySpan<byte> piece) => piece.Length;

    /// <summary>A new encoder, which holds the working memory of one thread.</summary>
    public abstract PieceEncoder CreateEncoder();
}

/// <summary>Encodes pieces for one thread: working memory and caches. What it returns depends on the piece alone.</summary>
public abstract class PieceEncoder
{
    /// <summary>Appends the tokens of one piece; token ranges are the piece's own byte positions plus <paramref name="offset"/>.</summary>
    /// <exception cref="TokenizerException">The piece holds something that the vocabulary cannot express.</exception>
    public abstract void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens);
}
