using System.IO.Compression;

namespace PureLlm.Tokenizer.Unicode;

/// <summary>The form in which generated tables stand in the source: whole numbers as variable-length bytes, deflated, in base 64.</summary>
internal static class PackedTable
{
    /// <summary>The numbers of a packed text.</summary>
    public static int[] Unpack(string packed)
    {
        using var inflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        inflate.CopyTo(bytes);
        ReadOnlySpan<byte> rest = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        List<int> numbers = [];
        uint value = 0;
        int shift = 0;
        foreach (byte b in rest)
        {
            value |= (uint)(b & 0x7F) << shift;
            shift += 7;
            if (b < 0x80)
            {
                // Zigzag: 0, −1, 1, −2 … are written as 0, 1, 2, 3 …
                numbers.Add((int)(value >> 1) ^ -(int)(value & 1));
                (value, shift) = (0, 0);
            }
        }
        return [.. numbers];
    }

    /// <summary>The packed text of numbers: what <see cref="Unpack"/> reads.</summary>
    public static string Pack(IEnumerable<int> numbers)
    {
        var bytes = new MemoryStream();
        using (var deflate = new DeflateStream(bytes, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            foreach (int number in numbers)
            {
                uint value = (uint)(number << 1) ^ (uint)(number >> 31);
                for (; value >= 0x80; value >>= 7)
                {
                    deflate.WriteByte((byte)(value | 0x80));
                }
                deflate.WriteByte((byte)value);
            }
        }
        return Convert.ToBase64String(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
