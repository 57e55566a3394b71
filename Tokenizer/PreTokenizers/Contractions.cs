using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>English contractions after an apostrophe: 's 't 'm 'd 're 've 'll.</summary>
internal static unsafe class Contractions
{
    /// <summary>The length of a contraction with its apostrophe, which stands at <paramref name="p"/>, in small letters only; 0 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(byte* p, byte* end)
    {
        long rest = end - p;
        if (rest >= 2 && p[1] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d')
        {
            return 2;
        }
        return rest >= 3 && ((p[1] is (byte)'r' or (byte)'v' && p[2] == 'e') || (p[1] == 'l' && p[2] == 'l')) ? 3 : 0;
    }

    /// <summary>The same in any case: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c>, where ſ (U+017F) is an s, as in tiktoken and in Hugging Face's tokenizers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthInAnyCase(byte* p, byte* end)
    {
        long rest = end - p;
        if (rest < 2)
        {
            return 0;
        }
        int first = p[1] | 0x20;
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }
        if (rest < 3)
        {
            return 0;
        }
        int second = p[2] | 0x20;
        return (first is 'r' or 'v' && second == 'e') || (first == 'l' && second == 'l') || (p[1] == 0xC5 && p[2] == 0xBF) ? 3 : 0;
    }
}
