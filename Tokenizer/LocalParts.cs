using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer;

/// <summary>The normalizers and pre-tokenizers that do the same to a text's parts as to the whole, where it is cut before a space.</summary>
internal static class LocalParts
{
    /// <summary>Patterns that match runs of white space as a whole.</summary>
    private static readonly string[] SpaceRuns = [" {2,}", " +", "[ ]+", @"\s+", @"\s{2,}"];

    /// <summary>What SentencePiece models are converted with: spaces at both ends of the text.</summary>
    private const string SpacesAtEnds = @"\A +|[ \u2581]+\z";

    /// <summary>A normalizer without what it does to the beginning of a text, for the parts after the first; false where it may look over a cut.</summary>
    public static bool TryContinue(Normalizer? normalizer, out Normalizer? continued)
    {
        continued = normalizer;
        switch (normalizer)
        {
            case null or CharacterMapNormalizer or LowercaseNormalizer or BertNormalizer or UnicodeNormalizer or PrecompiledNormalizer:
                return true;
            case PrependNormalizer:
                continued = null;
                return true;
            case StripNormalizer strip:
                continued = strip.Right ? new StripNormalizer(left: false) : null;
                return true;
            case ReplaceNormalizer { IsRegex: true, Pattern: SpacesAtEnds, Content: "" }:
                continued = new ReplaceNormalizer(@"[ \u2581]+\z", isRegex: true, "");
                return true;
            case ReplaceNormalizer { IsRegex: true } replace:
                return SpaceRuns.Contains(replace.Pattern) && replace.Content is " " or "▁";
            case ReplaceNormalizer replace:
                return ReplacesWithin(replace.Pattern, replace.Content);
            case SentencePieceNormalizer whole:
                continued = whole.Continued();
                return continued is not null;
            case SequenceNormalizer sequence:
                return TryContinue(sequence.Steps, out continued);
            default:
                return false;
        }
    }

    /// <summary>True where every space, or the mark in its place, begins a piece or is left out between two.</summary>
    public static bool Cuts(PreTokenizer? preTokenizer) => preTokenizer switch
    {
        BertPreTokenizer or WhitespaceSplitPreTokenizer or WhitespacePreTokenizer or MetaspacePreTokenizer { Splits: true } => true,
        SequencePreTokenizer sequence => sequence.Steps.FirstOrDefault(step => step is not (DigitsPreTokenizer or PunctuationPreTokenizer { Behavior: SplitBehavior.Isolated })) is { } first && Cuts(first),
        _ => false,
    };

    private static bool TryContinue(IReadOnlyList<Normalizer> steps, out Normalizer? continued)
    {
        List<Normalizer> all = [];
        continued = null;
        foreach (Normalizer step in steps)
        {
            if (!TryContinue(step, out Normalizer? next))
            {
                return false;
            }
            if (next is not null)
            {
                all.Add(next);
            }
        }
        continued = all.Count == 0 ? null : new SequenceNormalizer(all);
        return true;
    }

    /// <summary>True where no match of a literal runs over a cut, and what takes its place does not end in a space; a single character shows that when it is tried.</summary>
    private static bool ReplacesWithin(string pattern, string content)
    {
        static bool IsSpace(char c) => char.IsWhiteSpace(c) || c == '▁';
        return pattern.Length > 0 && !pattern.Skip(1).Any(IsSpace) && (pattern.Length == 1 || (content.Length > 0 && !IsSpace(content[^1])));
    }
}
