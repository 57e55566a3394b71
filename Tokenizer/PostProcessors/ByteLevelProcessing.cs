namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>Adds nothing; with <paramref name="trimOffsets"/>, offsets lose the white space around a token.</summary>
/// <param name="addPrefixSpace">The pre-tokenizer put a space before the text, which offsets do not count.</param>
/// <param name="trimOffsets">Whether offsets are trimmed.</param>
/// <param name="useRegex">Kept for the file; of no effect here.</param>
public sealed class ByteLevelProcessing(bool addPrefixSpace = true, bool trimOffsets = true, bool useRegex = true) : PostProcessor
{
    public override string Type => "ByteLevel";

    /// <summary>A single space before the first token counts as put there.</summary>
    public bool AddPrefixSpace => addPrefixSpace;

    /// <summary>Offsets lose the white space around a token.</summary>
    public bool TrimOffsets => trimOffsets;

    /// <summary>Kept for the file.</summary>
    public bool UseRegex => useRegex;

    internal override bool TrimsOffsets => trimOffsets;

    public override int AddedTokens(bool pair) => 0;

    internal override List<EncodedText> Process(List<EncodedText> parts, bool addSpecialTokens)
    {
        if (trimOffsets)
        {
            foreach (EncodedText part in parts.SelectMany(p => p.Overflow.Prepend(p)))
            {
                OffsetTrimming.Trim(part, addPrefixSpace);
            }
        }
        return parts;
    }
}
