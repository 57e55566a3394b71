using PureLlm.Tokenizer.Patterns;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Split: cuts at the matches of a pattern or of a literal text. A published pattern is scanned without an engine.</summary>
public sealed class SplitPreTokenizer : PreTokenizer
{
    private readonly PieceScanner? _scanner;
    private readonly TextFinder _finder;

    /// <param name="pattern">A regular expression in Oniguruma's Ruby syntax, or a text.</param>
    /// <param name="isRegex">True for a regular expression.</param>
    /// <param name="behavior">What becomes of the matches.</param>
    /// <param name="invert">True where the matches are what is kept, and the text between them the delimiter.</param>
    /// <exception cref="TokenizerException">The pattern is not one, or uses what is not supported; the message points at the place.</exception>
    public SplitPreTokenizer(string pattern, bool isRegex, SplitBehavior behavior, bool invert = false)
    {
        (Pattern, IsRegex, Behavior, Invert) = (pattern, isRegex, behavior, invert);
        _scanner = isRegex ? PieceScanner.Find(pattern) : null;
        _finder = _scanner is not null ? TextFinder.ForText(pattern) : isRegex ? TextFinder.ForPattern(pattern) : TextFinder.ForText(pattern);
    }

    /// <inheritdoc/>
    public override string Type => "Split";

    /// <summary>The regular expression, or the text.</summary>
    public string Pattern { get; }

    /// <summary>True for a regular expression.</summary>
    public bool IsRegex { get; }

    /// <summary>What becomes of the matches.</summary>
    public SplitBehavior Behavior { get; }

    /// <summary>True where the text between the matches is the delimiter.</summary>
    public bool Invert { get; }

    /// <summary>True where each match of a regular expression is a piece, and so is each stretch between matches.</summary>
    internal bool IsPlainPattern => IsRegex && (Behavior == SplitBehavior.Isolated || (Behavior == SplitBehavior.Removed && Invert && _scanner is not null));

    /// <inheritdoc/>
    public override PieceScanner? Scanner => IsPlainPattern ? _scanner : null;

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            if (_scanner is not null)
            {
                Scan(text.Bytes[start..end], start, pieces);
            }
            else
            {
                Find(text.Bytes[start..end], start, pieces);
            }
        }
        pieces.Commit();
    }

    /// <summary>A published pattern matches at every place, so its matches are all there is.</summary>
    private void Scan(ReadOnlySpan<byte> piece, int offset, PieceList pieces)
    {
        var cutter = new DelimiterCutter(pieces, Behavior);
        for (int at = 0, length; at < piece.Length; at += length)
        {
            length = _scanner!.NextLength(piece, at);
            cutter.Add(offset + at, offset + at + length, !Invert);
        }
        cutter.Finish();
    }

    private void Find(ReadOnlySpan<byte> piece, int offset, PieceList pieces)
    {
        var cutter = new DelimiterCutter(pieces, Behavior);
        TextMatches matches = _finder.Matches(piece);
        int last = 0;
        while (matches.Next(out int start, out int end))
        {
            if (last < start)
            {
                cutter.Add(offset + last, offset + start, Invert);
            }
            cutter.Add(offset + start, offset + end, !Invert);
            last = end;
        }
        if (last < piece.Length)
        {
            cutter.Add(offset + last, offset + piece.Length, Invert);
        }
        cutter.Finish();
    }
}
