namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>RoBERTa's form: <c>&lt;s&gt; A &lt;/s&gt;</c>, and <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>, all of type 0 (Liu et al. 2019, arXiv 1907.11692).</summary>
/// <param name="start">The token before the first text, by name and id.</param>
/// <param name="separator">The token around the others, by name and id.</param>
/// <param name="trimOffsets">Offsets lose the white space around a token.</param>
/// <param name="addPrefixSpace">The pre-tokenizer put a space before the text, which offsets do not count.</param>
public sealed class RobertaProcessing((string Name, int Id) start, (string Name, int Id) separator, bool trimOffsets = true, bool addPrefixSpace = true) : PostProcessor
{
    public override string Type => "RobertaProcessing";

    /// <summary>The token before the first text.</summary>
    public (string Name, int Id) Start => start;

    /// <summary>The token after each text, and once more before the second.</summary>
    public (string Name, int Id) Separator => separator;

    /// <summary>Offsets lose the white space around a token.</summary>
    public bool TrimOffsets => trimOffsets;

    /// <summary>A single space before the first token counts as put there.</summary>
    public bool AddPrefixSpace => addPrefixSpace;

    internal override bool TrimsOffsets => trimOffsets;

    public override int AddedTokens(bool pair) => pair ? 4 : 2;

    internal override List<EncodedText> Process(List<EncodedText> parts, bool addSpecialTokens)
    {
        foreach (EncodedText part in parts.SelectMany(p => p.Overflow.Prepend(p)))
        {
            if (trimOffsets)
            {
                OffsetTrimming.Trim(part, addPrefixSpace);
            }
            foreach (ref EncodedToken token in part.Items.AsSpan())
            {
                token = token with { TypeId = 0 };
            }
        }
        EncodedToken[] before = [EncodedToken.Special(start.Id, 0)], between = [EncodedToken.Special(separator.Id, 0)];
        return !addSpecialTokens ? parts : [.. parts.Select((part, i) => Joining.Surround(i == 0 ? before : between, part, between))];
    }
}
