using System.Text;

namespace PureLlm.Engine.Configuration;

/// <summary>A text with a name ("tiny.toml", "--set") whose places can be told as line and column.</summary>
public sealed class SourceText
{
    private readonly int[] lineStarts;

    public SourceText(string name, string text)
    {
        Name = name;
        Text = text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text;
        var starts = new List<int> { 0 };
        for (int i = Text.IndexOf('\n'); i >= 0; i = Text.IndexOf('\n', i + 1))
        {
            starts.Add(i + 1);
        }
        lineStarts = [.. starts];
    }

    public string Name { get; }

    /// <summary>The text without a byte order mark.</summary>
    public string Text { get; }

    public int Lines => lineStarts.Length;

    /// <summary>UTF-8 to text; an invalid byte becomes U+FFFD, and <paramref name="invalid"/> covers the first one.</summary>
    public static SourceText FromUtf8(string name, ReadOnlySpan<byte> bytes, out SourceSpan? invalid)
    {
        var source = new SourceText(name, Encoding.UTF8.GetString(bytes));
        int bom = bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        ReadOnlySpan<byte> rest = bytes[bom..];
        int valid = System.Text.Unicode.Utf8.IsValid(rest) ? rest.Length : FirstInvalid(rest);
        invalid = valid == rest.Length ? null : new SourceSpan(source, Encoding.UTF8.GetCharCount(rest[..valid]), 1);
        return source;
    }

    /// <summary>The 1-based line of a position.</summary>
    public int LineOf(int position)
    {
        int index = Array.BinarySearch(lineStarts, position);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>The 1-based column of a position, in Unicode characters.</summary>
    public int ColumnOf(int position)
    {
        int column = 1;
        for (int i = lineStarts[LineOf(position) - 1]; i < Math.Min(position, Text.Length); i++)
        {
            column += char.IsLowSurrogate(Text[i]) ? 0 : 1;
        }
        return column;
    }

    /// <summary>Where a 1-based line starts.</summary>
    public int StartOf(int line) => lineStarts[line - 1];

    /// <summary>A 1-based line without its end.</summary>
    public string Line(int line)
    {
        int start = lineStarts[line - 1], end = line < lineStarts.Length ? lineStarts[line] : Text.Length;
        return Text[start..end].TrimEnd('\r', '\n');
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(bytes[position..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            position += length;
        }
        return position;
    }
}

/// <summary>A stretch of a source; the default value is nowhere.</summary>
public readonly record struct SourceSpan(SourceText? Source, int Start, int Length)
{
    public int Line => Source?.LineOf(Start) ?? 0;

    public int Column => Source?.ColumnOf(Start) ?? 0;

    public string Text => Source is null ? "" : Source.Text.Substring(Start, Math.Min(Length, Source.Text.Length - Start));

    /// <summary>"tiny.toml:35:1".</summary>
    public override string ToString() => Source is null ? "" : $"{Source.Name}:{Line}:{Column}";
}
