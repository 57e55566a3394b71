using System.Text;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Formats;

/// <summary>GPT-2's way to write bytes as visible characters: printable Latin-1 bytes are themselves, the others U+0100 and on, in byte order.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = new char[256];
    private static readonly Dictionary<char, byte> Bytes = [];
    private static readonly byte[][] Utf8 = new byte[256][];

    static ByteAlphabet()
    {
        char next = '\u0100';
        for (int b = 0; b < 256; b++)
        {
            char c = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : next++;
            Characters[b] = c;
            Bytes[c] = (byte)b;
            Utf8[b] = Encoding.UTF8.GetBytes([c]);
        }
    }

    /// <summary>The visible form of one byte, in UTF-8.</summary>
    public static ReadOnlySpan<byte> Shown(byte value) => Utf8[value];

    /// <summary>The visible form of <paramref name="bytes"/>, one character per byte.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte b in bytes)
        {
            text.Append(Characters[b]);
        }
        return text.ToString();
    }

    /// <summary>Appends the visible form of <paramref name="bytes"/> in UTF-8.</summary>
    public static void Show(ReadOnlySpan<byte> bytes, ByteWriter utf8)
    {
        foreach (byte b in bytes)
        {
            utf8.Write(Shown(b));
        }
    }

    /// <summary>Appends the bytes of a visible form in UTF-8; false where a character stands for none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> shown, ByteWriter bytes)
    {
        while (!shown.IsEmpty)
        {
            Rune.DecodeFromUtf8(shown, out Rune rune, out int length);
            if (!rune.IsBmp || !Bytes.TryGetValue((char)rune.Value, out byte b))
            {
                return false;
            }
            bytes.Write([b]);
            shown = shown[length..];
        }
        return true;
    }

    /// <summary>The bytes of a visible form, or null where a character stands for none.</summary>
    public static byte[]? Parse(string shown)
    {
        var bytes = new byte[shown.Length];
        for (int i = 0; i < shown.Length; i++)
        {
            if (!Bytes.TryGetValue(shown[i], out bytes[i]))
            {
                return null;
            }
        }
        return bytes;
    }
}
