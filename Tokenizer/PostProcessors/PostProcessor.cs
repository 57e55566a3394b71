namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>Adds special tokens around encoded texts and joins them. Immutable, and safe to share between threads.</summary>
public abstract class PostProcessor
{
    private Tuple<int[], int[]>? _frame;

    /// <summary>The name in tokenizer.json: "TemplateProcessing", "BertProcessing" …</summary>
    public abstract string Type { get; }

    /// <summary>How many special tokens one text, or a pair, gets.</summary>
    public abstract int AddedTokens(bool pair);

    /// <summary>True where offsets lose the white space around a token.</summary>
    internal virtual bool TrimsOffsets => false;

    /// <summary>The special tokens before and after a text that stands alone; worked out once.</summary>
    internal (int[] Before, int[] After) Frame => (_frame ??= FindFrame()).ToValueTuple();

    /// <summary>Processes the parts of an input, one or two texts at first; the results, joined in order, are the encoded text.</summary>
    /// <remarks>Tokens of the parts may be changed in place.</remarks>
    internal abstract List<EncodedText> Process(List<EncodedText> parts, bool addSpecialTokens);

    /// <summary>Processes a text of one token and looks where it is.</summary>
    private Tuple<int[], int[]> FindFrame()
    {
        EncodedText probe = Joining.Join(Process([new EncodedText([default])], addSpecialTokens: true));
        int place = Array.FindIndex(probe.Items, t => !t.IsSpecial);
        if (place < 0 || probe.Items.Count(t => !t.IsSpecial) != 1)
        {
            throw new TokenizerException("post_processor: the template for one text does not hold that text once; encode in full instead.");
        }
        int[] ids = probe.Ids();
        return Tuple.Create(ids[..place], ids[(place + 1)..]);
    }
}
