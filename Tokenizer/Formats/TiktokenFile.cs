using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.Formats;

/// <summary>tiktoken's file: one token per line, its bytes in base 64, a space, and its rank, which is its id. Merges are not in it; they follow from the ranks.</summary>
/// <remarks>A rank may be left out (p50k leaves out 50256, the end of text): no text makes that id.</remarks>
public static class TiktokenFile
{
    /// <summary>No published vocabulary has more; a rank above it is damage.</summary>
    private const int LargestRank = 16_000_000;

    /// <summary>Reads a file.</summary>
    /// <exception cref="TokenizerException">The file is missing or broken; the message names file and line.</exception>
    public static BytePairModel Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new TokenizerException($"{path}: there is no such tokenizer file.");
        }
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a file's content; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="TokenizerException">The content is broken; the message names the line.</exception>
    public static BytePairModel Parse(ReadOnlySpan<byte> utf8, string name)
    {
        List<(int Rank, byte[] Token)> entries = new(utf8.Length / 16);
        int most = -1;
        for (int number = 1; utf8.Length > 0; number++)
        {
            int end = utf8.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? utf8 : utf8[..end];
            utf8 = end < 0 ? [] : utf8[(end + 1)..];
            if (line.EndsWith("\r"u8))
            {
                line = line[..^1];
            }
            if (line.Length > 0)
            {
                entries.Add(ReadLine(line, name, number));
                most = Math.Max(most, entries[^1].Rank);
            }
        }
        // Each id costs memory, so the ids may not outnumber the lines by much.
        if (most >= (2L * entries.Count) + 1024)
        {
            throw new TokenizerException($"{name}: the largest rank is {most}, but there are only {entries.Count} tokens; ranks run from 0 with few gaps.");
        }
        var tokens = new byte[]?[most + 1];
        foreach ((int rank, byte[] token) in entries)
        {
            tokens[rank] = tokens[rank] is null ? token : throw new TokenizerException($"{name}: the rank {rank} is given twice, to '{Show(tokens[rank]!)}' and '{Show(token)}'.");
        }
        try
        {
            return BytePairModel.FromRanks(tokens);
        }
        catch (TokenizerException error)
        {
            throw new TokenizerException($"{name}: {error.Message}", error);
        }
    }

    /// <summary>The file's content for a model.</summary>
    /// <exception cref="TokenizerException">The ranks alone would not give the model's merges again.</exception>
    public static byte[] ToUtf8(BytePairModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.FindUnranked() is { } unranked)
        {
            throw new TokenizerException($"tiktoken file: {unranked}; a .tiktoken file holds ranks alone, so write tokenizer.json instead.");
        }
        var utf8 = new ArrayBufferWriter<byte>(model.VocabularySize * 16);
        for (int id = 0; id < model.VocabularySize; id++)
        {
            ReadOnlySpan<byte> token = model.Token(id).Span;
            if (token.Length > 0)
            {
                Base64.EncodeToUtf8(token, utf8.GetSpan(Base64.GetMaxEncodedToUtf8Length(token.Length)), out _, out int written);
                utf8.Advance(written);
                utf8.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {id}\n")));
            }
        }
        return utf8.WrittenSpan.ToArray();
    }

    /// <summary>Writes the file in place; a caller that must survive a crash writes <see cref="ToUtf8"/> in its own way.</summary>
    /// <exception cref="TokenizerException">The ranks alone would not give the model's merges again.</exception>
    public static void Save(BytePairModel model, string path) => File.WriteAllBytes(path, ToUtf8(model));

    private static (int Rank, byte[] Token) ReadLine(ReadOnlySpan<byte> line, string name, int number)
    {
        int space = line.IndexOf((byte)' ');
        if (space <= 0 || !Utf8Parser.TryParse(line[(space + 1)..], out long rank, out int used) || used != line.Length - space - 1)
        {
            throw Wrong("must be a token in base 64, one space, and a rank");
        }
        if (rank is < 0 or > LargestRank)
        {
            throw Wrong($"gives the rank {rank}; ranks are from 0 to {LargestRank}");
        }
        byte[] token = new byte[Base64.GetMaxDecodedFromUtf8Length(space)];
        if (Base64.DecodeFromUtf8(line[..space], token, out int consumed, out int length) != OperationStatus.Done || consumed != space || length == 0)
        {
            throw Wrong("has a token that is not base 64");
        }
        Array.Resize(ref token, length);
        return ((int)rank, token);

        TokenizerException Wrong(string problem) => new($"{name}:{number}: {problem}.");
    }

    private static string Show(byte[] token) => Encoding.UTF8.GetString(token);
}
