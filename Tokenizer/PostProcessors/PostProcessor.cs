namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>Adds special tokens around encoded texts and joins them. Immutable, and safe to share between threads.</summary>
public abstract class PostProcessor
{
    /// <summary>The name in tokenizer.json: "TemplateProcessing", "BertProcessing" …</summary>
    public abstract string Type { get; }

    /// <summary>How many special tokens one text, or a pair, gets.</summary>
    public abstract int AddedTokens(bool pair);

    /// <summary>True where offsets lose the white space around a token.</summary>
    internal virtual bool TrimsOffsets => false;

    /// <summary>Processes the parts of an input, one or two texts at first; the results, joined in order, are the encoded text.</summary>
    /// <remarks>Tokens of the parts may be changed in place.</remarks>
    internal abstract List<EncodedText> Process(List<EncodedText> parts, bool addSpecialTokens);
}
