using System.Text;
using System.Text.Json;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Tokenizing;

/// <summary>A tokenized text as one HTML file that needs no network: the cut in colours, and every piece merge by merge.</summary>
internal static class TokenizedTextPage
{
    private const string DataMark = "{{DATA}}";

    /// <summary>The page, UTF-8.</summary>
    public static byte[] Render(TokenizedText text)
    {
        using Stream template = typeof(TokenizedTextPage).Assembly.GetManifestResourceStream("show.html")!;
        using var reader = new StreamReader(template);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().Replace(DataMark, Data(text), StringComparison.Ordinal));
    }

    /// <summary>The data as JSON; the writer's default encoder leaves no '&lt;' that could end the script element.</summary>
    private static string Data(TokenizedText text)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("title", text.Title);
            json.WriteString("facts", FormattableString.Invariant($"{Numbers.Count(text.Text.Length)} bytes, {Numbers.Count(text.Pieces.Count)} pieces, {Numbers.Count(text.TokenCount)} tokens: {(double)text.Text.Length / Math.Max(1, text.TokenCount):0.00} bytes per token"));
            json.WriteStartArray("pieces");
            int number = 0;
            foreach (TokenizedPiece piece in text.Pieces)
            {
                json.WriteStartObject();
                json.WriteString("text", piece.Text);
                json.WriteStartArray("tokens");
                foreach (ShownToken token in piece.Tokens)
                {
                    WriteToken(json, text.Text, token, number++);
                }
                json.WriteEndArray();
                WriteTexts(json, "start", piece.Start);
                json.WriteStartArray("steps");
                foreach (ShownMerge merge in piece.Merges)
                {
                    json.WriteStartObject();
                    json.WriteNumber("rank", merge.Rank);
                    json.WriteString("left", merge.Left);
                    json.WriteString("right", merge.Right);
                    json.WriteString("made", merge.Made);
                    json.WriteNumber("place", merge.Place);
                    WriteTexts(json, "symbols", merge.Symbols);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                WriteCandidates(json, piece);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteCandidates(Utf8JsonWriter json, TokenizedPiece piece)
    {
        json.WriteStartArray("candidates");
        foreach (ShownCandidate candidate in piece.Candidates)
        {
            json.WriteStartObject();
            json.WriteNumber("id", candidate.Id);
            json.WriteNumber("start", candidate.Start);
            json.WriteNumber("end", candidate.End);
            json.WriteString("shown", candidate.Shown);
            json.WriteBoolean("taken", candidate.IsTaken);
            if (candidate is { Score: { } score, Sum: { } sum })
            {
                json.WriteString("score", Score(score));
                json.WriteString("sum", Score(sum));
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();

        static string Score(double value) => FormattableString.Invariant($"{value:0.00}").Replace('-', '−');
    }

    private static void WriteToken(Utf8JsonWriter json, byte[] text, ShownToken token, int number)
    {
        ReadOnlySpan<byte> bytes = text.AsSpan(token.Start, token.End - token.Start);
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteNumber("n", number);
        // In running text a line end must also end the line; elsewhere it is a sign.
        string running = bytes.IsEmpty ? "" : Encoding.UTF8.GetString(bytes);
        json.WriteString("text", running.Contains('\uFFFD') || running.Length == 0 || running.Any(char.IsControl) ? token.Shown + (bytes.Contains((byte)'\n') ? "\n" : "") : running);
        json.WriteString("shown", token.Shown);
        json.WriteString("bytes", Hex(bytes));
        json.WriteNumber("start", token.Start);
        json.WriteNumber("end", token.End);
        json.WriteBoolean("special", token.IsSpecial);
        json.WriteEndObject();
    }

    /// <summary>"E2 82 AC"; the middle of a long token is left out.</summary>
    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        const int Most = 24;
        string all = string.Join(' ', bytes[..Math.Min(bytes.Length, Most)].ToArray().Select(b => $"{b:X2}"));
        return bytes.Length > Most ? $"{all} … ({bytes.Length} bytes)" : all;
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
    }
}
