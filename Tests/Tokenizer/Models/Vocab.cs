using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

/// <summary>Small vocabularies and readable results.</summary>
internal static class Vocab
{
    public static byte[][] Of(params string[] tokens) => [.. tokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The tokens of a text with their byte ranges: "un[0,2) ##able[2,6)".</summary>
    public static string Show(TokenModel model, string text) => Show(model, model.CreateEncoder(), Encoding.UTF8.GetBytes(text));

    public static string Show(TokenModel model, PieceEncoder encoder, byte[] utf8)
    {
        var tokens = new TokenBuffer();
        encoder.Encode(utf8, 0, tokens);
        return string.Join(' ', Enumerable.Range(0, tokens.Count).Select(i => $"{Encoding.UTF8.GetString(model.Token(tokens.Ids[i]).Span)}[{tokens.Starts[i]},{tokens.Ends[i]})"));
    }

    /// <summary>The spellings of a text's tokens.</summary>
    public static string[] Tokens(TokenModel model, string text)
    {
        var tokens = new TokenBuffer();
        model.CreateEncoder().Encode(Encoding.UTF8.GetBytes(text), 0, tokens);
        return [.. tokens.Ids.ToArray().Select(id => Encoding.UTF8.GetString(model.Token(id).Span))];
    }

    /// <summary>A random text over an alphabet.</summary>
    public static string Random(Random random, string[] alphabet, int longest) =>
        string.Concat(Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => alphabet[random.Next(alphabet.Length)]));

    /// <summary>Seconds that encoding takes, warm, the best of nine: a disturbed moment is not the program's.</summary>
    public static double Seconds(TokenModel model, byte[] piece)
    {
        PieceEncoder encoder = model.CreateEncoder();
        var tokens = new TokenBuffer();
        double best = double.MaxValue;
        for (int i = 0; i < 9; i++)
        {
            tokens.Clear();
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            encoder.Encode(piece, 0, tokens);
            best = Math.Min(best, System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    /// <summary>Bytes allocated on this thread by encoding these pieces once more, after they were encoded twice.</summary>
    public static long AllocatedWarm(TokenModel model, IEnumerable<byte[]> pieces)
    {
        byte[][] all = [.. pieces];
        PieceEncoder encoder = model.CreateEncoder();
        var tokens = new TokenBuffer();
        long before = 0;
        for (int round = 0; round < 3; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            tokens.Clear();
            foreach (byte[] piece in all)
            {
                encoder.Encode(piece, 0, tokens);
            }
        }
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
