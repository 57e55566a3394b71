using System.Diagnostics;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Tokenizing;

/// <summary>What a tokenizer makes of a text.</summary>
/// <param name="Bytes">Of the text, UTF-8.</param>
/// <param name="Words">Runs of characters between white space.</param>
/// <param name="Used">Different ids that occur.</param>
/// <param name="Counts">How often each id occurs [vocabulary].</param>
/// <param name="ComesBack">Decoding gives the text back, byte for byte.</param>
/// <param name="Seconds">The best of a few passes on one thread, after a first one.</param>
internal sealed record TextMeasure(long Bytes, long Tokens, long Words, int Used, long[] Counts, bool ComesBack, double Seconds)
{
    private const double LeastSeconds = 0.2;

    public double BytesPerToken => (double)Bytes / Math.Max(1, Tokens);

    /// <summary>Fertility: tokens for each word.</summary>
    public double TokensPerWord => (double)Tokens / Math.Max(1, Words);

    public double MegabytesPerSecond => Bytes / 1e6 / Math.Max(1e-9, Seconds);

    /// <summary>Encodes and decodes a text, and times the encoding for at least a fifth of a second.</summary>
    public static TextMeasure Of(TextTokenizer tokenizer, byte[] text)
    {
        var buffer = new TokenBuffer();
        tokenizer.Encode(text, buffer);
        var counts = new long[tokenizer.VocabularySize];
        foreach (int id in buffer.Ids)
        {
            counts[id]++;
        }
        var back = new System.Buffers.ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        tokenizer.Decode(buffer.Ids, back);
        long began = Stopwatch.GetTimestamp();
        double best = double.PositiveInfinity;
        do
        {
            buffer.Clear();
            long start = Stopwatch.GetTimestamp();
            tokenizer.Encode(text, buffer);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < LeastSeconds);
        return new TextMeasure(text.Length, buffer.Count, CountWords(text), counts.Count(count => count > 0), counts, back.WrittenSpan.SequenceEqual(text), best);
    }

    private static long CountWords(ReadOnlySpan<byte> text)
    {
        long words = 0;
        bool inside = false;
        foreach (byte b in text)
        {
            bool space = b is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r' or (byte)'\f' or (byte)'\v';
            words += !space && !inside ? 1 : 0;
            inside = !space;
        }
        return words;
    }
}
