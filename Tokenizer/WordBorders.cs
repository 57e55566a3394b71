using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
    private readonly CharacterBytePairModel? _splittingModel;
    private readonly byte[] _tried = new byte[1 << 16];
    private readonly bool _linesToo;

    private WordBorders(Normalizer? normalizer, PreTokenizer? preTokenizer, CharacterBytePairModel? splittingModel)
    {
        (Normalizer, _preTokenizer, _splittingModel) = (normalizer, preTokenizer, splittingModel);
        _linesToo = PartsAll("\n", " \n", "\n ");
    }

    /// <summary>What normalizes all parts but the first: nothing happens to the beginning of a text.</summary>
    public Normalizer? Normalizer { get; }

    /// <summary>True where each part has pieces of its own; false where the model cuts the text's one piece.</summary>
    public bool PartPieces => _splittingModel is null;

    /// <summary>The borders that a pipeline has; null where none is sure.</summary>
    public static WordBorders? Of(PipelineParts parts)
    {
        if (parts.Model.IsByteLevel || parts.Model is CharacterBytePairModel { Options.Dropout: > 0 } || !LocalParts.TryContinue(parts.Normalizer, out Normalizer? normalizer))
        {
            return null;
        }
        CharacterBytePairModel? splitting = null;
        if (!LocalParts.Cuts(parts.PreTokenizer))
        {
            if (parts.PreTokenizer is not (null or MetaspacePreTokenizer { Splits: false }) || parts.Model is not CharacterBytePairModel { SplitsAtSpaces: true, Options.IgnoreMerges: false } model)
            {
                return null;
            }
            splitting = model;
        }
        var borders = new WordBorders(normalizer, parts.PreTokenizer, splitting);
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

    /// <summary>True where "c c" becomes what "c" and " c" become, and "c" ends in something that is seen.</summary>
    private bool PartsAround(char c, string space)
    {
        List<string> before = Pieces($"{c}"), after = Pieces($"{space}{c}"), together = Pieces($"{c}{space}{c}");
        return before.Count > 0 && after.Count > 0 && together.SequenceEqual([.. before, .. after])
            && CharUnicodeInfo.GetUnicodeCategory(before[^1], before[^1].Length - (char.IsLowSurrogate(before[^1][^1]) ? 2 : 1)) is var last
            && (last <= UnicodeCategory.OtherLetter || last is >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber
                or >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol) && before[^1][^1] != '▁';
    }

    /// <summary>The pieces of a text that does not begin the input; where the model cuts, its words.</summary>
    private List<string> Pieces(string text)
    {
        (var aligned, var cut) = (new AlignedText(), new PieceList());
        aligned.Reset(System.Text.Encoding.UTF8.GetBytes(text), 1);
        Normalizer?.Normalize(aligned);
        cut.Reset(aligned.Length);
        _preTokenizer?.Split(aligned, cut);
        List<string> pieces = [];
        for (int i = 0; i < cut.Count; i++)
        {
            (int start, int end) = cut[i];
            for (int length; start < end; start += length)
            {
                length = _splittingModel?.WordLength(aligned.Bytes[start..end]) ?? end - start;
                pieces.Add(System.Text.Encoding.UTF8.GetString(aligned.Bytes.Slice(start, length)));
            }
        }
        return pieces;
    }
}
