namespace PureLlm.Tokenizer.Training;

/// <summary>Moves special tokens from the front of a vocabulary to its end.</summary>
internal static class SpecialTokensLast
{
    public static TrainedVocabulary Move(TrainedVocabulary trained)
    {
        int specials = trained.SpecialTokens.Count, others = trained.Tokens.Count - specials;
        int Moved(int id) => id < specials ? others + id : id - specials;
        IReadOnlyList<T> Rotated<T>(IReadOnlyList<T> byId) => byId.Count == 0 ? byId : [.. byId.Skip(specials), .. byId.Take(specials)];
        return trained with
        {
            Tokens = Rotated(trained.Tokens),
            Scores = Rotated(trained.Scores),
            Merges = [.. trained.Merges.Select(merge => (Moved(merge.Left), Moved(merge.Right)))],
            SpecialTokens = [.. trained.SpecialTokens.Select(Moved)],
            Unknown = trained.Unknown is { } unknown ? Moved(unknown) : null,
        };
    }
}
