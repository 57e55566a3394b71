namespace PureLlm.Engine.Data;

/// <summary>Text to learn from, split into training and held-out documents; still text, not tokens.</summary>
public sealed class Corpus
{
    /// <summary>"stories", or the files it came from.</summary>
    public required string Name { get; init; }

    /// <summary>What the model trains on.</summary>
    public required Documents Train { get; init; }

    /// <summary>What it is evaluated on, never trained on.</summary>
    public required Documents Validation { get; init; }

    /// <summary>True where each document is followed by the end-of-text token; false for one long text.</summary>
    public required bool EndsDocuments { get; init; }

    /// <summary>Measures of generated text, where the corpus knows what is right.</summary>
    public ICorpusScorer? Scorer { get; init; }
}
