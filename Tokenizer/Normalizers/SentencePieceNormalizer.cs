using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>How a SentencePiece model prepares a text.</summary>
public sealed record SentencePieceNormalizerOptions
{
    /// <summary>The compiled rewriting rules; none where it is empty.</summary>
    public ReadOnlyMemory<byte> PrecompiledCharactersMap { get; init; }

    /// <summary>A space before the text, so that a first word is spelled as others are.</summary>
    public bool AddsDummyPrefix { get; init; } = true;

    /// <summary>No spaces at both ends, and single ones between.</summary>
    public bool RemovesExtraWhitespaces { get; init; } = true;

    /// <summary>Spaces become U+2581.</summary>
    public bool EscapesWhitespaces { get; init; } = true;

    /// <summary>The space that is added goes behind the text.</summary>
    public bool TreatsWhitespaceAsSuffix { get; init; }

    /// <summary>Pieces that no rule rewrites.</summary>
    public IReadOnlyList<byte[]> UserDefinedPieces { get; init; } = [];
}

/// <summary>SentencePiece's normalizer, whole: rewriting by the longest rule, spaces, dummy prefix. Bytes that are not UTF-8 become U+FFFD one by one.</summary>
/// <remarks>
/// tokenizer.json has no such part; "Precompiled" with Metaspace differs where rules overlap, at the ends of the text and around user-defined pieces.
/// </remarks>
public sealed class SentencePieceNormalizer : Normalizer
{
    private readonly PrecompiledCharacterMap? _map;
    private readonly ByteTrie? _userDefined;
    private readonly bool[] _plain = new bool[128];
    private readonly bool _continues;

    /// <summary>Builds from the fields of a model's normalizer_spec.</summary>
    /// <exception cref="TokenizerException">The compiled rules are damaged.</exception>
    public SentencePieceNormalizer(SentencePieceNormalizerOptions options)
    {
        Options = options;
        _map = options.PrecompiledCharactersMap.IsEmpty ? null : new PrecompiledCharacterMap(options.PrecompiledCharactersMap);
        _userDefined = options.UserDefinedPieces.Count == 0 ? null : new ByteTrie(options.UserDefinedPieces.Select((piece, i) => ((ReadOnlyMemory<byte>)piece, i)));
        for (int b = 0; b < 128; b++)
        {
            _plain[b] = b != ' ' && (_map is null || _map.StopsEarly[b]) && (_userDefined is null || _userDefined.Step(ByteTrie.Root, (byte)b) == ByteTrie.None);
        }
    }

    private SentencePieceNormalizer(SentencePieceNormalizer whole)
    {
        (Options, _map, _userDefined, _plain) = (whole.Options, whole._map, whole._userDefined, whole._plain);
        _continues = true;
    }

    public override string Type => "SentencePiece";

    public override bool TakesAnyBytes => true;

    /// <summary>What the normalizer does.</summary>
    public SentencePieceNormalizerOptions Options { get; }

    private ReadOnlySpan<byte> Space => Options.EscapesWhitespaces ? SpaceMark.Utf8 : " "u8;

    /// <summary>The same for parts of a text after the first one; null where a rule or a piece may run over a space.</summary>
    internal SentencePieceNormalizer? Continued()
    {
        bool runsOver = Options.TreatsWhitespaceAsSuffix || Options.UserDefinedPieces.Any(piece => piece.AsSpan(1).IndexOfAny(" \n"u8) >= 0);
        return runsOver || (_map is not null && _map.HasInside(" \n"u8)) ? null : new SentencePieceNormalizer(this);
    }

    public override void Normalize(AlignedText text)
    {
        ReadOnlySpan<byte> input = text.Bytes;
        int at = Options.RemovesExtraWhitespaces && !_continues ? LeadingSpaces(input) : 0;
        if (at == input.Length)
        {
            text.Commit();
            return;
        }
        if (Options.AddsDummyPrefix && !Options.TreatsWhitespaceAsSuffix && !_continues)
        {
            text.Write(Space, at, at);
        }
        Rewrite(text, input, at);
        text.Commit();
        if (Options.RemovesExtraWhitespaces)
        {
            RemoveTrailing(text);
        }
        if (Options.AddsDummyPrefix && Options.TreatsWhitespaceAsSuffix)
        {
            text.Keep(0, text.Length);
            text.Write(Space, text.Length, text.Length);
            text.Commit();
        }
    }

    private void Rewrite(AlignedText text, ReadOnlySpan<byte> input, int at)
    {
        bool afterSpace = Options.RemovesExtraWhitespaces && !_continues;
        while (at < input.Length)
        {
            int plain = PlainLength(input[at..]);
            if (plain > 0)
            {
                text.Keep(at, at + plain);
                at += plain;
                afterSpace = false;
                continue;
            }
            int length = Prefix(input[at..], out ReadOnlySpan<byte> made);
            while (afterSpace && made.StartsWith(" "u8))
            {
                made = made[1..];
            }
            if (made.Length > 0)
            {
                WriteSpaced(text, made, at, at + length);
                afterSpace = Options.RemovesExtraWhitespaces && made[^1] == ' ';
            }
            at += length;
        }
    }

    /// <summary>Leading bytes that stay as they are: ASCII that no rule, user-defined piece or space begins with, before more ASCII or the end.</summary>
    private int PlainLength(ReadOnlySpan<byte> input)
    {
        int i = 0;
        while (i < input.Length && input[i] < 0x80 && _plain[input[i]] && (i + 1 == input.Length || input[i + 1] < 0x80))
        {
            i++;
        }
        return i;
    }

    /// <summary>The first thing in the text, as it is rewritten: a user-defined piece, what the longest rule covers, or a character. Returns its length.</summary>
    private int Prefix(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> made)
    {
        if (_userDefined is not null && _userDefined.Longest(ByteTrie.Root, input, out int length) != ByteTrie.None)
        {
            made = input[..length];
            return length;
        }
        if (_map is not null && _map.TryLongest(input, out length, out made))
        {
            return length;
        }
        length = Characters.Length(input);
        made = length == 1 && input[0] >= 0x80 ? "\uFFFD"u8 : input[..length];
        return length;
    }

    private void WriteSpaced(AlignedText text, ReadOnlySpan<byte> made, int from, int to)
    {
        for (int space; Options.EscapesWhitespaces && (space = made.IndexOf((byte)' ')) >= 0; made = made[(space + 1)..])
        {
            text.Write(made[..space], from, to);
            text.Write(SpaceMark.Utf8, from, to);
        }
        text.Write(made, from, to);
    }

    private int LeadingSpaces(ReadOnlySpan<byte> input)
    {
        int at = 0;
        while (at < input.Length && Prefix(input[at..], out ReadOnlySpan<byte> made) is var length && made.SequenceEqual(" "u8))
        {
            at += length;
        }
        return at;
    }

    private void RemoveTrailing(AlignedText text)
    {
        int end = text.Length;
        while (text.Bytes[..end].EndsWith(Space))
        {
            end -= Space.Length;
        }
        if (end < text.Length)
        {
            text.Keep(0, end);
            text.Commit();
        }
    }
}
