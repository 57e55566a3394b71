using System.Diagnostics;
using PureLlm.Benchmarks.Peers;
using PureLlm.Tokenizer;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary><c>tokenizer-fuzz</c>: the same ids and the same texts as other programs, over millions of texts; every difference is shown.</summary>
internal static class TokenizerFuzz
{
    private const int Batch = 4000;
    private const int Shown = 5;

    public static int Run(string[] args)
    {
        FuzzOptions options = FuzzOptions.Parse(args);
        var fuzz = new FuzzText(options.Prose());
        long different = 0;
        Console.WriteLine("| tokenizer | beside | texts | bytes | tokens | other ids | other text | not the same bytes back | seconds |");
        Console.WriteLine("|---|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (FuzzTarget target in FuzzTargets.Of(options))
        {
            using TokenizerPeer peer = target.Start();
            FuzzCount count = Compare(target, peer, fuzz, options);
            Console.WriteLine($"| {target.Name} | {target.Peer} | {count.Texts} | {count.Bytes} | {count.Tokens} | {count.OtherIds} | {count.OtherText} | {(target.RoundTrips ? count.Lost : "–")} | {count.Seconds:0} |");
            different += count.OtherIds + count.OtherText + count.Lost;
        }
        return different == 0 ? 0 : 6;
    }

    private static FuzzCount Compare(FuzzTarget target, TokenizerPeer peer, FuzzText fuzz, FuzzOptions options)
    {
        var count = new FuzzCount();
        var clock = Stopwatch.StartNew();
        List<int> ids = [];
        for (long first = 0; first < options.Count; first += Batch)
        {
            byte[][] raw = [.. Enumerable.Range(0, (int)Math.Min(Batch, options.Count - first)).Select(i => fuzz.Text(options.Seed, first + i))];
            byte[][] texts = [.. raw.Select(FuzzText.Valid)];
            int[][] theirs = peer.Encode(texts);
            byte[][] theirTexts = peer.Decode(theirs);
            for (int i = 0; i < texts.Length; i++)
            {
                ids.Clear();
                target.Encode(texts[i], ids);
                bool sameIds = ids.SequenceEqual(theirs[i]);
                bool sameText = target.Decode(theirs[i]).AsSpan().SequenceEqual(theirTexts[i]);
                bool comesBack = !target.RoundTrips || ComesBack(target.Ours, raw[i], ids);
                count.Texts++;
                count.Bytes += texts[i].Length;
                count.Tokens += theirs[i].Length;
                count.OtherIds += sameIds ? 0 : 1;
                count.OtherText += sameText ? 0 : 1;
                count.Lost += comesBack ? 0 : 1;
                if (!(sameIds && sameText && comesBack) && count.OtherIds + count.OtherText + count.Lost <= Shown)
                {
                    target.Encode(texts[i], ids = []);
                    Console.Error.WriteLine($"{target.Name} text {first + i}: {System.Text.Json.JsonSerializer.Serialize(System.Text.Encoding.UTF8.GetString(texts[i]))}");
                    Console.Error.WriteLine($"  ours   [{string.Join(' ', ids)}] {System.Text.Json.JsonSerializer.Serialize(System.Text.Encoding.UTF8.GetString(target.Decode(theirs[i])))}");
                    Console.Error.WriteLine($"  theirs [{string.Join(' ', theirs[i])}] {System.Text.Json.JsonSerializer.Serialize(System.Text.Encoding.UTF8.GetString(theirTexts[i]))}");
                }
            }
        }
        count.Seconds = clock.Elapsed.TotalSeconds;
        return count;
    }

    /// <summary>decode(encode(x)) = x, for any bytes.</summary>
    private static bool ComesBack(TextTokenizer tokenizer, byte[] raw, List<int> ids)
    {
        ids.Clear();
        tokenizer.Encode(raw, ids);
        var back = new System.Buffers.ArrayBufferWriter<byte>();
        tokenizer.Decode(ids.ToArray(), back);
        return back.WrittenSpan.SequenceEqual(raw);
    }

    private sealed class FuzzCount
    {
        public long Texts, Bytes, Tokens, OtherIds, OtherText, Lost;
        public double Seconds;
    }
}
