namespace PureLlm.Tokenizer;

/// <summary>A text or a tokenizer file that cannot be used; the message names the place and the next move.</summary>
public sealed class TokenizerException : Exception
{
    public TokenizerException(string message)
        : base(message)
    {
    }

    public TokenizerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
