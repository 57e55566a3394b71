using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>Takes away the spaces that word-wise decoding leaves before punctuation and English contractions. Belongs to one thread.</summary>
internal sealed class SpaceCleanup
{
    private static readonly (byte[] Pattern, byte[] By)[] Rules = [.. new (string Pattern, string By)[]
    {
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
        (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    }.Select(rule => (System.Text.Encoding.UTF8.GetBytes(rule.Pattern), System.Text.Encoding.UTF8.GetBytes(rule.By)))];

    private ByteWriter _text = new();
    private ByteWriter _next = new();

    /// <summary>The token with each rule applied, one after the other; valid until the next call.</summary>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> token)
    {
        if (!token.Contains((byte)' '))
        {
            return token;
        }
        _text.Clear();
        _text.Write(token);
        foreach ((byte[] pattern, byte[] by) in Rules)
        {
            if (_text.Written.IndexOf(pattern) >= 0)
            {
                _next.Clear();
                Replacing.All(_text.Written, pattern, by, _next);
                (_text, _next) = (_next, _text);
            }
        }
        return _text.Written;
    }
}
