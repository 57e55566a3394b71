using System.Globalization;
using System.Text;

namespace PureLlm.Cli.Rendering;

/// <summary>How many terminal columns text takes.</summary>
internal static class DisplayWidth
{
    /// <summary>0 for a mark that joins the character before it, 2 for East Asian wide characters and emoji, else 1; −1 for what must not reach a terminal.</summary>
    public static int Of(Rune rune)
    {
        int c = rune.Value;
        if (c < 0x7F)
        {
            return c < 0x20 ? -1 : 1;
        }
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => -1,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => 0,
            UnicodeCategory.Format => c is 0x200D or 0x00AD ? 0 : -1, // direction overrides could hide what follows
            _ => IsWide(c) ? 2 : 1,
        };
    }

    /// <summary>Columns of a text; what must not reach a terminal is shown as a space and counts 1.</summary>
    public static int Of(string text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes()) { columns += Math.Abs(Of(rune)); }
        return columns;
    }

    private static bool IsWide(int c) => c is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0x33FF) or (>= 0x3400 and <= 0x4DBF)
        or (>= 0x4E00 and <= 0x9FFF) or (>= 0xA000 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F)
        or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F900 and <= 0x1F9FF) or (>= 0x20000 and <= 0x3FFFD);
}
