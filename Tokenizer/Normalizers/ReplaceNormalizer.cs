using System.Text;
using PureLlm.Tokenizer.Patterns;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Replace: puts a text in the place of every match of a pattern or of a literal text.</summary>
public sealed class ReplaceNormalizer : Normalizer
{
    private readonly TextFinder _finder;
    private readonly byte[] _content;

    /// <param name="pattern">A regular expression in Oniguruma's Ruby syntax, or a text.</param>
    /// <param name="isRegex">True for a regular expression.</param>
    /// <param name="content">What takes the place of a match, as it stands: no reference to groups.</param>
    /// <exception cref="TokenizerException">The pattern is not one, or uses what is not supported; the message points at the place.</exception>
    public ReplaceNormalizer(string pattern, bool isRegex, string content)
    {
        (Pattern, IsRegex, Content) = (pattern, isRegex, content);
        _finder = isRegex ? TextFinder.ForPattern(pattern) : TextFinder.ForText(pattern);
        _content = Encoding.UTF8.GetBytes(content);
    }

    /// <inheritdoc/>
    public override string Type => "Replace";

    /// <summary>The regular expression, or the text.</summary>
    public string Pattern { get; }

    /// <summary>True for a regular expression.</summary>
    public bool IsRegex { get; }

    /// <summary>What takes the place of a match.</summary>
    public string Content { get; }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        TextMatches matches = _finder.Matches(text.Bytes);
        int kept = 0;
        bool changed = false;
        while (matches.Next(out int start, out int end))
        {
            text.Keep(kept, start);
            // The new text stands for the last character of the match, as in Hugging Face's.
            int last = end;
            if (end > 0)
            {
                Utf8Character.DecodeBefore(text.Bytes, end, out int length);
                last -= length;
            }
            text.Write(_content, last, end);
            kept = end;
            changed = true;
        }
        if (changed)
        {
            text.Keep(kept, text.Length);
            text.Commit();
        }
    }
}
