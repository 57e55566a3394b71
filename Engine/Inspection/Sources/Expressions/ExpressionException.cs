namespace PureLlm.Engine.Inspection.Sources.Expressions;

/// <summary>A text that is no expression, or one that cannot be computed: what is wrong, and where.</summary>
/// <param name="text">The whole text.</param>
/// <param name="start">The place, from 0.</param>
/// <param name="length">How much of it is at fault.</param>
/// <param name="message">What is wrong with it.</param>
public sealed class ExpressionException(string text, int start, int length, string message) : FormatException($"column {start + 1}: {message}")
{
    /// <summary>The text with the place marked under it, on two lines.</summary>
    public string Marked { get; } = $"{text}\n{new string(' ', start)}{new string('^', Math.Max(1, length))}";
}
