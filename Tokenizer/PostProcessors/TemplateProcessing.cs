namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>A place of a template: a text (0 is A, 1 is B) or a special token by name, and the type of its tokens.</summary>
/// <param name="Text">0 for the first text, 1 for the second; −1 for a special token.</param>
/// <param name="Special">The name of the special token; null for a text.</param>
/// <param name="TypeId">The type of the tokens.</param>
public readonly record struct TemplatePiece(int Text, string? Special, int TypeId)
{
    /// <summary>A text.</summary>
    public static TemplatePiece OfText(int text, int typeId = 0) => new(text, null, typeId);

    /// <summary>A special token.</summary>
    public static TemplatePiece OfSpecial(string name, int typeId = 0) => new(-1, name, typeId);
}

/// <summary>What a special token of a template stands for: one or more ids, with the spelling of each.</summary>
public sealed record TemplateToken(IReadOnlyList<int> Ids, IReadOnlyList<string> Tokens);

/// <summary>Texts and special tokens in the order of a template: one for a text alone, one for a pair.</summary>
public sealed class TemplateProcessing : PostProcessor
{
    /// <summary>Builds from the two templates and the special tokens that they name.</summary>
    /// <exception cref="TokenizerException">A template names a special token that is not there, or the single one names the second text.</exception>
    public TemplateProcessing(IReadOnlyList<TemplatePiece> single, IReadOnlyList<TemplatePiece> pair, IReadOnlyDictionary<string, TemplateToken> specialTokens)
    {
        Single = [.. single];
        Pair = [.. pair];
        SpecialTokens = new Dictionary<string, TemplateToken>(specialTokens, StringComparer.Ordinal);
        if (Single.FirstOrDefault(p => p.Text > 0) is { Text: > 0 })
        {
            throw new TokenizerException("post_processor: the template for one text names the second text, which is not there; use it in the template for a pair.");
        }
        if (Single.Concat(Pair).FirstOrDefault(p => p.Special is { } name && !SpecialTokens.ContainsKey(name)).Special is { } missing)
        {
            throw new TokenizerException($"post_processor: the template names the special token \"{missing}\", which is not among the {SpecialTokens.Count} of special_tokens; add its ids there.");
        }
    }

    public override string Type => "TemplateProcessing";

    /// <summary>The template for one text.</summary>
    public IReadOnlyList<TemplatePiece> Single { get; }

    /// <summary>The template for two.</summary>
    public IReadOnlyList<TemplatePiece> Pair { get; }

    /// <summary>The special tokens by the name that the templates use.</summary>
    public IReadOnlyDictionary<string, TemplateToken> SpecialTokens { get; }

    public override int AddedTokens(bool pair) => (pair ? Pair : Single).Sum(p => p.Special is { } name ? SpecialTokens[name].Ids.Count : 0);

    internal override List<EncodedText> Process(List<EncodedText> parts, bool addSpecialTokens)
    {
        if (parts.Count is not (1 or 2))
        {
            throw new TokenizerException($"post_processor: a template takes one text or two, not the {parts.Count} parts that the processor before it makes; put it first.");
        }
        List<EncodedText> placed = [];
        foreach (TemplatePiece piece in parts.Count == 2 ? Pair : Single)
        {
            if (piece.Special is null)
            {
                EncodedText text = parts[piece.Text];
                placed.Add(new EncodedText(Array.ConvertAll(text.Items, t => t with { TypeId = piece.TypeId }), text.Overflow));
            }
            else if (addSpecialTokens)
            {
                placed.Add(new EncodedText([.. SpecialTokens[piece.Special].Ids.Select(id => EncodedToken.Special(id, piece.TypeId))]));
            }
        }
        return placed;
    }
}
