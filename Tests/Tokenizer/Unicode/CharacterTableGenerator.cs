using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tests.Tokenizer.Unicode;

/// <summary>Writes Tokenizer/Unicode/CharacterTableData.cs from the categories of the run time, on demand.</summary>
public class CharacterTableGenerator
{
    /// <summary>U+1C89 came with Unicode 16.0, U+A7CE with 17.0.</summary>
    internal static bool RuntimeHasTheSameVersion { get; } =
        CharUnicodeInfo.GetUnicodeCategory(0x1C89) == UnicodeCategory.UppercaseLetter && CharUnicodeInfo.GetUnicodeCategory(0xA7CE) == UnicodeCategory.OtherNotAssigned;

    [Test]
    [Explicit("writes a source file")]
    public void Write_the_table()
    {
        Assert.That(RuntimeHasTheSameVersion, "this run time's categories are of another Unicode version; name it in CharacterTable and here");
        byte[] kinds = [.. Enumerable.Range(0, 0x110000).Select(c => (byte)Kind(c))];
        Dictionary<string, byte> known = [];
        List<byte> pages = [], cells = [];
        foreach (byte[] page in kinds.Chunk(256))
        {
            string key = Convert.ToHexString(page);
            if (!known.TryGetValue(key, out byte number))
            {
                known[key] = number = checked((byte)known.Count);
                cells.AddRange(page);
            }
            pages.Add(number);
        }
        string text = Convert.ToBase64String([.. Runs(pages), .. Runs(cells)]);
        var source = new StringBuilder();
        source.Append("// Written by CharacterTableGenerator; do not edit.\nnamespace PureLlm.Tokenizer.Unicode;\n\n");
        source.Append("/// <summary>Pages and kinds as runs, in base 64; see CharacterTable for the layout. Unicode 16.0.</summary>\n");
        source.Append("internal static class CharacterTableData\n{\n    public static ReadOnlySpan<byte> Packed =>\n");
        string[] lines = [.. text.Chunk(150).Select(c => $"        \"{new string(c)}\"u8")];
        source.Append(string.Join(" +\n", lines)).Append(";\n}\n");
        File.WriteAllText(Path.Combine(Folder(), "../../../Tokenizer/Unicode/CharacterTableData.cs"), source.ToString());
    }

    internal static int Kind(int codePoint) => codePoint is (>= 9 and <= 13) or 0x85 ? CharacterKind.SpaceControl : (int)CharUnicodeInfo.GetUnicodeCategory(codePoint);

    private static IEnumerable<byte> Runs(List<byte> values)
    {
        for (int at = 0, end; at < values.Count; at = end)
        {
            for (end = at; end < values.Count && values[end] == values[at]; end++)
            {
            }
            yield return values[at];
            int rest = end - at - 1;
            for (; rest >= 0x80; rest >>= 7)
            {
                yield return (byte)(rest | 0x80);
            }
            yield return (byte)rest;
        }
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
