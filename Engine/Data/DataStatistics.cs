using System.Buffers;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Data;

/// <summary>What there is to learn from, counted: for <c>data stats</c>.</summary>
/// <param name="Documents">Training documents.</param>
/// <param name="Duplicates">Training documents that repeat an earlier one.</param>
/// <param name="Tokens">Training tokens.</param>
/// <param name="ValidationDocuments">Held-out documents.</param>
/// <param name="ValidationTokens">Held-out tokens.</param>
/// <param name="Leaked">Held-out documents that are training documents too.</param>
/// <param name="Bytes">Bytes of training text, special tokens not counted; null where no tokenizer is known.</param>
/// <param name="ShortestDocument">In tokens.</param>
/// <param name="LongestDocument">In tokens.</param>
/// <param name="UsedTokens">How many ids of the vocabulary occur in the training tokens.</param>
/// <param name="FloorPerToken">Mean −ln p per held-out token, document ends included, where the text's process is known.</param>
public sealed record DataStatistics(
    long Documents, long Duplicates, long Tokens, long ValidationDocuments, long ValidationTokens, long Leaked,
    long? Bytes, long ShortestDocument, long LongestDocument, int UsedTokens, double? FloorPerToken)
{
    /// <summary>Bytes of text that one token stands for, on average.</summary>
    public double? BytesPerToken => Bytes is { } bytes && Tokens > 0 ? (double)bytes / Tokens : null;

    /// <summary>Reads all tokens once.</summary>
    public static DataStatistics Of(TokenDataset data)
    {
        var counts = new long[data.VocabularySize];
        HashSet<UInt128> seen = [];
        (long duplicates, long shortest, long longest) = (0, long.MaxValue, 0);
        TokenSplit train = data.Train;
        for (int d = 0; d < train.DocumentStarts.Count; d++)
        {
            long length = train.DocumentLength(d);
            (shortest, longest) = (Math.Min(shortest, length), Math.Max(longest, length));
            duplicates += seen.Add(Hash(train, d, counts)) ? 0 : 1;
        }
        long leaked = Enumerable.Range(0, data.HasValidation ? data.Validation.DocumentStarts.Count : 0).Count(d => seen.Contains(Hash(data.Validation, d, null)));
        long? bytes = data.Tokenizer is not { } tokenizer ? null
            : tokenizer.DecodesByConcatenation ? counts.Select((count, id) => count == 0 || tokenizer.IsSpecial(id) ? 0 : count * tokenizer.TokenBytes(id).Length).Sum()
            : Enumerable.Range(0, train.DocumentStarts.Count).Sum(d => DecodedBytes(train, d, tokenizer));
        return new DataStatistics(
            train.DocumentStarts.Count, duplicates, train.Count,
            data.HasValidation ? data.Validation.DocumentStarts.Count : 0, data.Validation.Count, leaked,
            bytes, train.Count == 0 ? 0 : shortest, longest, counts.Count(c => c > 0),
            data.Validation.IdealNats is { Length: > 0 } nats ? nats.Average(n => (double)n) : null);
    }

    /// <summary>The bytes of one document's text.</summary>
    private static long DecodedBytes(TokenSplit split, int document, TextTokenizer tokenizer)
    {
        var ids = new int[split.DocumentLength(document)];
        split.Tokens.Read(split.DocumentStarts[document], ids);
        var text = new ArrayBufferWriter<byte>();
        tokenizer.Decode(ids, text, skipSpecial: true);
        return text.WrittenCount;
    }

    /// <summary>A 128-bit hash of one document's tokens, counting them on the way.</summary>
    private static UInt128 Hash(TokenSplit split, int document, long[]? counts)
    {
        Span<int> part = stackalloc int[1024];
        long at = split.DocumentStarts[document], end = at + split.DocumentLength(document);
        ulong low = 1, high = 2;
        while (at < end)
        {
            Span<int> ids = part[..(int)Math.Min(part.Length, end - at)];
            split.Tokens.Read(at, ids);
            at += ids.Length;
            foreach (int id in ids)
            {
                low = SplitMix64.Mix(low ^ (uint)id);
                high = SplitMix64.Mix((high * 31) + (uint)id);
                if (counts is not null)
                {
                    counts[id]++;
                }
            }
        }
        return new UInt128(high, low);
    }
}
