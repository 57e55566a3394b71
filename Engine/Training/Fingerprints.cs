using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Data;

namespace PureLlm.Engine.Training;

/// <summary>Short hashes that tell whether a run goes on with what it began with.</summary>
internal static class Fingerprints
{
    private const int Sampled = 1 << 20, Pieces = 16;

    /// <summary>Of every key of a configuration.</summary>
    public static string Of(RunConfig config) => Hex(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', ConfigSchema.Keys.Select(key => $"{key.Path}={key.Text(config)}")))));

    /// <summary>Of the vocabulary's size and the training tokens: all of them, or of long data 16 evenly spread pieces with a million tokens together.</summary>
    public static string Of(TokenDataset data)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{data.VocabularySize} {data.Train.Count}"));
        int[] piece = new int[(int)Math.Min(data.Train.Count, Sampled / Pieces)];
        long distance = data.Train.Count <= Sampled ? piece.Length : (data.Train.Count - piece.Length) / (Pieces - 1);
        for (long start = 0; start < data.Train.Count; start += distance)
        {
            Span<int> tokens = piece.AsSpan(0, (int)Math.Min(piece.Length, data.Train.Count - start));
            data.Train.Tokens.Read(start, tokens);
            hash.AppendData(MemoryMarshal.AsBytes(tokens));
        }
        return Hex(hash.GetHashAndReset());
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, 8));
}
