using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer;

/// <summary>Where a text as it came may be cut with the same tokens as in one go: before spaces, between characters that nothing joins over them.</summary>
/// <remarks>
/// What stands between two such places becomes the same tokens wherever it stands, so that it can be remembered. The parts of a pipeline are
/// admitted by their type (<see cref="LocalParts"/>); each character beside a cut is tried on them once.
/// </remarks>
internal sealed class WordBorders
{
    private const byte Untried = 0;
    private const byte Joins = 1;
    private const byte Parts = 2;

    private readonly PreTokenizer? _preTokenizer;
    private readonly TokenModel? _cuttingModel;
    private readonly byte[] _tried = new byte[1 << 16];
    private readonly bool _linesToo;

    private WordBorders(Normalizer? normalizer, PreTokenizer? preTokenizer, TokenModel? cuttingModel)
    {
        (Normalizer, _preTokenizer, _cuttingModel) = (normalizer, preTokenizer, cuttingModel);
        _linesToo = PartsAll("\n", " \n", "\n ");
    }

    /// <summary>What normalizes all parts but the first: nothing happens to the beginning of a text.</summary>
    public Normalizer? Normalizer { get; }

    /// <summary>True where each part has pieces of its own; false where the model cuts the text's one piece.</summary>
    public bool PartPieces => _cuttingModel is null;

    /// <summary>The borders that a pipeline has; null where none is sure.</summary>
    public static WordBorders? Of(PipelineParts parts)
    {
        if (parts.Model.IsByteLevel || parts.Model is CharacterBytePairModel { Options.Dropout: > 0 } || !LocalParts.TryContinue(parts.Normalizer, out Normalizer? normalizer))
        {
            return null;
        }
        TokenModel? cutting = null;
        if (!LocalParts.Cuts(parts.PreTokenizer))
        {
            cutting = parts.Model;
            if (parts.PreTokenizer is not (null or MetaspacePreTokenizer { Splits: false }))
            {
                return null;
            }
        }
        var borders = new WordBorders(normalizer, parts.PreTokenizer, cutting);
        return borders.PartsAll(" ", "  ") && Enumerable.Range('!', '~' - '!' + 1).All(c => borders.Try((char)c)) ? borders : null;
    }

    /// <summary>The first border after <paramref name="at"/>, or the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(ReadOnlySpan<byte> utf8, int at)
    {
        for (int i = at + 1; (i = NextSpace(utf8, i)) < utf8.Length; i++)
        {
            if (IsVisible(utf8[i - 1]) && i + 1 < utf8.Length && IsVisible(utf8[i + 1]))
            {
                return i;
            }
            if (IsBorder(utf8, i))
            {
                return i;
            }
        }
        return utf8.Length;
    }

    /// <summary>True where the text ends as before a border.</summary>
    public bool IsClosed(ReadOnlySpan<byte> utf8) => IsVisible(utf8[^1]) || (utf8[^1] >= 0x80 && PartsAt(Utf8Character.DecodeBefore(utf8, utf8.Length, out _)));

    /// <summary>The place of the next space, or line break where those count too, from <paramref name="at"/>; else the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextSpace(ReadOnlySpan<byte> utf8, int at)
    {
        byte second = _linesToo ? (byte)'\n' : (byte)' ';
        ref byte start = ref MemoryMarshal.GetReference(utf8);
        for (; at + Vector128<byte>.Count <= utf8.Length; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref start, (nuint)at);
            uint spaces = (Vector128.Equals(bytes, Vector128.Create((byte)' ')) | Vector128.Equals(bytes, Vector128.Create(second))).ExtractMostSignificantBits();
            if (spaces != 0)
            {
                return at + BitOperations.TrailingZeroCount(spaces);
            }
        }
        while (at < utf8.Length && utf8[at] != ' ' && utf8[at] != second)
        {
            at++;
        }
        return Math.Min(at, utf8.Length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsBorder(ReadOnlySpan<byte> utf8, int space)
    {
        if (!IsClosed(utf8[..space]))
        {
            return false;
        }
        int after = space + 1;
        while (after < utf8.Length && (utf8[after] == ' ' || (_linesToo && utf8[after] == '\n')))
        {
            after++;
        }
        return after < utf8.Length && (IsVisible(utf8[after]) || (utf8[after] >= 0x80 && PartsAt(Utf8Character.Decode(utf8, after, out _))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsVisible(byte b) => (uint)(b - '!') <= '~' - '!';

    /// <summary>Whether a cut beside this character is sure; trying twice, on two threads, finds the same.</summary>
    private bool PartsAt(int character)
    {
        if (character > char.MaxValue)
        {
            return false;
        }
        byte tried = _tried[character];
        if (tried == Untried)
        {
            tried = _tried[character] = Try((char)character) ? Parts : Joins;
        }
        return tried == Parts;
    }

    private bool Try(char c) =>
        (c < 128 || CharUnicodeInfo.GetUnicodeCategory(c) is <= UnicodeCategory.OtherLetter or (>= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber)
            or (>= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation))
        && PartsAround(c, " ") && (!_linesToo || PartsAround(c, "\n"));

    private bool PartsAll(params ReadOnlySpan<string> spaces)
    {
        foreach (string space in spaces)
        {
            if (!PartsAround('a', space))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>True where "c c" becomes what "c" and " c" become, from the same places, and "c" ends in something that is seen.</summary>
    private bool PartsAround(char c, string space)
    {
        int length = Encoding.UTF8.GetByteCount([c]);
        List<(string Text, int Start, int End)> before = Pieces($"{c}", 1), after = Pieces($"{space}{c}", 1 + length), together = Pieces($"{c}{space}{c}", 1);
        return before.Count > 0 && after.Count > 0 && together.SequenceEqual([.. before, .. after]) && EndsVisibly(before[^1].Text);
    }

    private static bool EndsVisibly(string text) => text[^1] != '▁' && CharUnicodeInfo.GetUnicodeCategory(text[^1]) is <= UnicodeCategory.OtherLetter or (>= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber)
            or (>= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol);

    /// <summary>The pieces of a text that stands at a place of the input, with the places that each came from; where the model cuts, its words.</summary>
    private List<(string Text, int Start, int End)> Pieces(string text, int place)
    {
        (var aligned, var cut) = (new AlignedText(), new PieceList());
        aligned.Reset(Encoding.UTF8.GetBytes(text), place);
        Normalizer?.Normalize(aligned);
        cut.Reset(aligned.Length);
        _preTokenizer?.Split(aligned, cut);
        List<(string, int, int)> pieces = [];
        for (int i = 0; i < cut.Count; i++)
        {
            (int start, int end) = cut[i];
            for (int length; start < end; start += length)
            {
                length = _cuttingModel?.PartLength(aligned.Bytes[start..end]) ?? end - start;
                (int from, int to) = aligned.Source(start, start + length);
                pieces.Add((Encoding.UTF8.GetString(aligned.Bytes.Slice(start, length)), from, to));
            }
        }
        return pieces;
    }
}
