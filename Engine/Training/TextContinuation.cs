namespace PureLlm.Engine.Training;

/// <summary>How a text is continued.</summary>
/// <param name="Prompt">The text before.</param>
/// <param name="Tokens">How many to write at most.</param>
/// <param name="Temperature">0 takes the likeliest token each time.</param>
/// <param name="TopK">0 is off.</param>
/// <param name="TopP">1 is off.</param>
/// <param name="Seed">Decides the draws.</param>
public readonly record struct ContinuationRequest(string Prompt, int Tokens, double Temperature, int TopK = 0, double TopP = 1, ulong Seed = 1);

/// <summary>Lets the model write: only the new text, up to the end of text.</summary>
public delegate string TextContinuation(ContinuationRequest request);
