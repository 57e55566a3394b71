using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>The spellings of the o200k family.</summary>
internal static class O200kScan
{
    public static readonly string[][] Spellings =
    [
        [@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    ];

    public static readonly string[][] TekkenSpellings =
    [
        [@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    ];
}

/// <summary>o200k's split: words end where a capital follows a small letter, and take their contraction along.</summary>
/// <remarks>
/// With U = <c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c> and L = <c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c> and X = <c>[^\r\n\p{L}\p{N}]</c>:
/// <c>X?U*L+C?|X?U+L*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>. Caseless letters and marks are in both U and L,
/// so U* gives back what L+ needs: the word ends after the last of them in the run of U, unless a small letter follows that run.
/// </remarks>
/// <typeparam name="TPlain">Without contractions and with <c>\p{N}</c>: Mistral's Tekken.</typeparam>
internal readonly unsafe struct O200kScan<TPlain> : IPieceScan
    where TPlain : struct, IScanOption
{
    private const uint Both = CharacterKind.Caseless | CharacterKind.Marks;
    private const uint Upper = CharacterKind.Capitals | Both;
    private const uint Lower = CharacterKind.Small | Both;

    public static uint Lasting => Both;

    public static bool TakesSymbol => true;

    public static byte* Next(byte* p, byte* end)
    {
        int kind = ScanText.KindAt(p, end, out int length);
        byte* next = p + length;
        if (ScanText.Among(CharacterKind.Numbers, kind))
        {
            return TPlain.On ? next : ScanText.Numbers(next, end, 2);
        }
        if (*p is not ((byte)'\r' or (byte)'\n'))
        {
            // A mark is in X too, but what X takes there is what U or L would take.
            byte* word = Word(ScanText.Among(Upper | Lower, kind) ? p : next, end);
            if (word != null)
            {
                return TPlain.On || word == end || *word != '\'' ? word : word + Contractions.LengthInAnyCase(word, end);
            }
        }
        if (*p == ' ' && next < end && ScanText.KindAt(next, end, out length) is var following && ScanText.Among(CharacterKind.Others, following))
        {
            kind = following;
            next += length;
        }
        if (ScanText.Among(CharacterKind.Others, kind))
        {
            return SpaceRuns.LineBreaks(ScanText.Run(next, end, CharacterKind.Others), end, orSlash: true);
        }
        return SpaceRuns.NextByLines(p, end, whole: false);
    }

    /// <summary>The end of <c>U*L+|U+L*</c>; null where it does not match.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Word(byte* p, byte* end)
    {
        if (end - p > Vector128<byte>.Count)
        {
            // In ASCII capitals are U and small letters L alone: a run of those, then a run of these.
            Vector128<byte> text = Vector128.Load(p);
            uint capitals = ScanText.InRange(text, (byte)'A', (byte)'Z'), small = ScanText.InRange(text, (byte)'a', (byte)'z');
            int first = BitOperations.TrailingZeroCount(~capitals);
            int length = first + BitOperations.TrailingZeroCount(~(small >> first));
            if (length < Vector128<byte>.Count && p[length] < 0x80)
            {
                return length == 0 ? null : p + length;
            }
        }
        return WideWord(p, end);
    }

    private static byte* WideWord(byte* p, byte* end)
    {
        byte* at = p;
        byte* afterBoth = null;
        while (at < end)
        {
            int kind = ScanText.KindAt(at, end, out int length);
            if (!ScanText.Among(Upper, kind))
            {
                if (ScanText.Among(CharacterKind.Small, kind))
                {
                    return ScanText.Run(at + length, end, Lower);
                }
                break;
            }
            at += length;
            if (ScanText.Among(Both, kind))
            {
                afterBoth = at;
            }
        }
        return afterBoth != null ? afterBoth : at == p ? null : at;
    }
}
