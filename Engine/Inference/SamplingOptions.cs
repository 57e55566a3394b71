namespace PureLlm.Engine.Inference;

/// <summary>What happens when text grows beyond the model's context.</summary>
public enum ContextOverflow
{
    /// <summary>The older half is forgotten: the last context/2 tokens are read again from position 0, and generation goes on.</summary>
    Slide,

    /// <summary>Generation ends.</summary>
    Stop,
}

/// <summary>How the next token is drawn, and when to stop. The defaults draw from the model's own distribution.</summary>
/// <remarks>Applied in this order: repetition penalty, temperature, top-k, top-p, min-p; what is left is renormalised.
/// Draw i of a generation is number i of the stream (seed, stream): the same options give the same text.</remarks>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 takes the most likely token, the lowest id among equals.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Keeps the k most likely tokens; 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the most likely tokens until their share reaches this, the one that crosses included; 1 is off.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Keeps tokens at least this share as likely as the most likely one; 0 is off.</summary>
    public double MinP { get; init; }

    /// <summary>Logits of tokens that occurred (prompt included) are divided by this where positive and multiplied where negative; 1 is off (Keskar et al. 2019, arXiv:1909.05858).</summary>
    public double RepetitionPenalty { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    /// <summary>Another stream of the same seed: one for each of several answers.</summary>
    public ulong Stream { get; init; }

    /// <summary>Most tokens to generate.</summary>
    public int MaxTokens { get; init; } = 200;

    /// <summary>Tokens that end the text; they are not part of it. The tokenizer's end of text ends it as well, unless <see cref="IgnoreEndOfText"/>.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Texts that end the text; they are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    public bool IgnoreEndOfText { get; init; }

    public ContextOverflow Overflow { get; init; } = ContextOverflow.Slide;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Check()
    {
        Require(Temperature >= 0 && double.IsFinite(Temperature), $"temperature {Temperature} must be 0 or more.");
        Require(TopK >= 0, $"top-k {TopK} must be 0 (off) or more.");
        Require(TopP is > 0 and <= 1, $"top-p {TopP} must be above 0 and at most 1 (off).");
        Require(MinP is >= 0 and <= 1, $"min-p {MinP} must be from 0 (off) to 1.");
        Require(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), $"repetition penalty {RepetitionPenalty} must be above 0; 1 is off.");
        Require(MaxTokens >= 0, $"the number of tokens {MaxTokens} must be 0 or more.");
        Require(Stop.All(text => text.Length > 0), "a stop text must not be empty.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds) { throw new ArgumentException($"sampling: {message}"); }
    }
}
