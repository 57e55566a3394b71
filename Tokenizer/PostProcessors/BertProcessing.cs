namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>BERT's form: <c>[CLS] A [SEP]</c>, and <c>[CLS] A [SEP] B [SEP]</c> with type 1 for B and its end (Devlin et al. 2018, arXiv 1810.04805).</summary>
/// <param name="start">The token before the first text, by name and id.</param>
/// <param name="separator">The token after each text, by name and id.</param>
public sealed class BertProcessing((string Name, int Id) start, (string Name, int Id) separator) : PostProcessor
{
    public override string Type => "BertProcessing";

    /// <summary>The token before the first text.</summary>
    public (string Name, int Id) Start => start;

    /// <summary>The token after each text.</summary>
    public (string Name, int Id) Separator => separator;

    public override int AddedTokens(bool pair) => pair ? 3 : 2;

    internal override List<EncodedText> Process(List<EncodedText> parts, bool addSpecialTokens) =>
        !addSpecialTokens ? parts : [.. parts.Select((part, i) => i == 0
            ? Joining.Surround([EncodedToken.Special(start.Id, 0)], part, [EncodedToken.Special(separator.Id, 0)])
            : Joining.Surround([], part, [EncodedToken.Special(separator.Id, 1)]))];
}
