using System.Text;
using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Where Metaspace puts its mark before a piece that does not begin with one.</summary>
public enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Before the piece that begins the input.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>Metaspace: every space becomes a visible mark, usually ▁ (U+2581), and a piece begins at each mark (SentencePiece's convention).</summary>
public sealed class MetaspacePreTokenizer : PreTokenizer
{
    private readonly byte[] _mark;
    private readonly CharacterSet _marks;

    /// <param name="replacement">The mark.</param>
    /// <param name="scheme">Where a mark is put that no space stands for.</param>
    /// <param name="split">True where a piece begins at each mark.</param>
    public MetaspacePreTokenizer(Rune replacement, PrependScheme scheme = PrependScheme.Always, bool split = true)
    {
        (Replacement, Scheme, Splits) = (replacement, scheme, split);
        _mark = Encoding.UTF8.GetBytes(replacement.ToString());
        _marks = new CharacterSet(CharacterRanges.Of(replacement.Value, replacement.Value));
    }

    /// <inheritdoc/>
    public override string Type => "Metaspace";

    /// <summary>The mark.</summary>
    public Rune Replacement { get; }

    /// <summary>Where a mark is put that no space stands for.</summary>
    public PrependScheme Scheme { get; }

    /// <summary>True where a piece begins at each mark.</summary>
    public bool Splits { get; }

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            int begin = text.WrittenLength;
            Rewrite(text, start, end);
            pieces.Add(begin, text.WrittenLength);
        }
        text.Commit();
        pieces.Commit();
        if (Splits)
        {
            CharacterSplit.Split(text, pieces, _marks, SplitBehavior.MergedWithNext);
        }
    }

    private void Rewrite(AlignedText text, int start, int end)
    {
        bool marked = text.Bytes[start] == ' ' || text.Bytes[start..end].StartsWith(_mark);
        if (!marked && (Scheme == PrependScheme.Always || (Scheme == PrependScheme.First && text.Source(start, end).Start == 0)))
        {
            Utf8Character.Decode(text.Bytes[..end], start, out int first);
            text.Write(_mark, start, start + first);
        }
        for (int space; start < end; start = space + 1)
        {
            int plain = text.Bytes[start..end].IndexOf((byte)' ');
            space = plain < 0 ? end : start + plain;
            text.Keep(start, space);
            if (space < end)
            {
                text.Write(_mark, space, space + 1);
            }
        }
    }
}
