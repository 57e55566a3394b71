namespace PureLlm.Tokenizer.Training;

/// <summary>Refuses options that no training can meet.</summary>
internal static class OptionCheck
{
    public static void Common(string trainer, int vocabularySize, long minimumFrequency, int maximumTokenLength, int? limitAlphabet)
    {
        Require(trainer, vocabularySize > 0, $"the vocabulary size is {vocabularySize} and must be positive");
        Require(trainer, minimumFrequency >= 1, $"the minimum frequency is {minimumFrequency} and must be 1 or more");
        Require(trainer, maximumTokenLength >= 1, $"the maximum token length is {maximumTokenLength} and must be 1 or more");
        Require(trainer, limitAlphabet is not < 1, $"the alphabet is limited to {limitAlphabet} and must keep 1 or more");
    }

    public static void SpecialTokens(string trainer, IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>();
        foreach (string name in names)
        {
            Require(trainer, name.Length > 1, $"the special token '{name}' is shorter than two characters, so that text could be taken for it");
            Require(trainer, seen.Add(name), $"the special token '{name}' is named twice");
        }
    }

    public static void Require(string trainer, bool holds, string problem)
    {
        if (!holds)
        {
            throw new TokenizerException($"{trainer} training: {problem}.");
        }
    }
}
