using System.Text;

namespace PureLlm.Tests.Tokenizer;

/// <summary>Inputs that break tokenizers.</summary>
internal static class Texts
{
    public static readonly string[] Difficult =
    [
        "", " ", "  ", "a", " a", "  a", "a ", "a  ", "\n", "\r\n\r\n x", "\t\tx", "don't won't I'll we've they're I'd I'm 'sx 'tis 'S",
        "a𝐀b", " 𠀀", "1𝟏²½", "e\u0301", "👩‍👩‍👧‍👦!", "\u00a0\u2003x\u3000", "x\u0085y", "abc123def", "don’t", "...!?", "   \n  \n  end", "日本語テキスト", "ſ'ſ", "<|endoftext|>",
    ];

    /// <summary>A random byte string: any bytes, or random characters of all planes, or words with odd spaces.</summary>
    public static byte[] Random(Random random)
    {
        int length = random.Next(0, 60);
        switch (random.Next(3))
        {
            case 0:
                var bytes = new byte[length];
                random.NextBytes(bytes);
                return bytes;
            case 1:
                var text = new StringBuilder();
                for (int i = 0; i < length; i++)
                {
                    int scalar = random.Next(4) == 0 ? random.Next(0x110000) : random.Next(0x250);
                    text.Append(Rune.IsValid(scalar) ? new Rune(scalar).ToString() : "?");
                }
                return Encoding.UTF8.GetBytes(text.ToString());
            default:
                string[] parts = ["the", " cat", "  ", "\n", "'s", "'", " 12", "ab", "é", "!", " ...", "\t", "the the"];
                return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, length / 3).Select(_ => parts[random.Next(parts.Length)])));
        }
    }
}
