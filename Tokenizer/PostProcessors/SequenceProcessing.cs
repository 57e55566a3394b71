namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>Several post-processors, one after the other.</summary>
/// <param name="processors">The processors, the first to act first.</param>
public sealed class SequenceProcessing(IReadOnlyList<PostProcessor> processors) : PostProcessor
{
    public override string Type => "Sequence";

    /// <summary>The processors, the first to act first.</summary>
    public IReadOnlyList<PostProcessor> Processors { get; } = [.. processors];

    internal override bool TrimsOffsets => Processors.Any(p => p.TrimsOffsets);

    public override int AddedTokens(bool pair) => Processors.Sum(p => p.AddedTokens(pair));

    internal override List<EncodedText> Process(List<EncodedText> parts, bool addSpecialTokens)
    {
        foreach (PostProcessor processor in Processors)
        {
            parts = processor.Process(parts, addSpecialTokens);
        }
        return parts;
    }
}
