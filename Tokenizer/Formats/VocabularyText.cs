using System.Text;
using System.Text.Unicode;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PostProcessors;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats;

/// <summary>BERT's vocab.txt: a WordPiece token per line, the line's number from 0 its id.</summary>
/// <remarks>White space at the end of a line does not count. The file says nothing of how text is prepared; that is BERT's own way.</remarks>
public static class VocabularyText
{
    private const string Unknown = "[UNK]";

    private static readonly string[] Marks = ["[PAD]", Unknown, "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lowercase">True where text is lowered and loses its accents first; null decides by whether the vocabulary has a token with a capital letter.</param>
    /// <exception cref="TokenizerException">The file is missing, empty or not UTF-8; the message names file and line.</exception>
    public static PipelineTokenizer Load(string path, bool? lowercase = null) =>
        File.Exists(path) ? Parse(File.ReadAllBytes(path), path, lowercase) : throw new TokenizerException($"{path}: there is no such tokenizer file.");

    /// <summary>Reads a tokenizer from a file's content; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="TokenizerException">The content is empty or not UTF-8; the message names the line.</exception>
    public static PipelineTokenizer Parse(ReadOnlySpan<byte> utf8, string name, bool? lowercase = null)
    {
        List<byte[]> tokens = ReadLines(utf8, name);
        var model = new WordPieceModel(tokens, Unknown);
        AddedToken[] marks = [.. Marks.Select(mark => (Mark: mark, Id: model.Find(Encoding.UTF8.GetBytes(mark)))).Where(m => m.Id >= 0)
            .Select(m => new AddedToken { Id = m.Id, Content = m.Mark, IsSpecial = true })];
        (AddedToken? start, AddedToken? separator) = (marks.FirstOrDefault(m => m.Content == "[CLS]"), marks.FirstOrDefault(m => m.Content == "[SEP]"));
        return new PipelineTokenizer(new PipelineParts
        {
            AddedTokens = marks,
            Normalizer = new BertNormalizer(lowercase: lowercase ?? !tokens.Any(HasCapital)),
            PreTokenizer = new BertPreTokenizer(),
            Model = model,
            PostProcessor = start is not null && separator is not null ? new BertProcessing((start.Content, start.Id), (separator.Content, separator.Id)) : null,
            Decoder = new WordPieceDecoder(),
        });
    }

    /// <summary>The file of a WordPiece vocabulary.</summary>
    /// <exception cref="TokenizerException">A token has a line end, or white space at its end, which the file cannot hold.</exception>
    public static byte[] ToUtf8(WordPieceModel model)
    {
        var text = new MemoryStream();
        for (int id = 0; id < model.VocabularySize; id++)
        {
            byte[] token = model.Token(id).ToArray();
            string spelling = Encoding.UTF8.GetString(token);
            if (spelling.Contains('\n', StringComparison.Ordinal) || spelling.Length != spelling.TrimEnd().Length)
            {
                throw new TokenizerException($"vocab.txt: token {id} has a line end or white space at its end, which a line cannot hold; write tokenizer.json.");
            }
            text.Write(token);
            text.Write("\n"u8);
        }
        return text.ToArray();
    }

    private static List<byte[]> ReadLines(ReadOnlySpan<byte> utf8, string name)
    {
        List<byte[]> tokens = [];
        while (utf8.Length > 0)
        {
            int end = utf8.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? utf8 : utf8[..end];
            utf8 = end < 0 ? [] : utf8[(end + 1)..];
            tokens.Add(Utf8.IsValid(line) ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line).TrimEnd())
                : throw new TokenizerException($"{name}:{tokens.Count + 1}: the line is not UTF-8."));
        }
        return tokens.Count > 0 ? tokens : throw new TokenizerException($"{name}: the file is empty; it needs a token per line.");
    }

    /// <summary>True for an ordinary token with a capital letter; names in brackets are none.</summary>
    private static bool HasCapital(byte[] token) =>
        !(token is [(byte)'[', .., (byte)']']) && token.AsSpan().IndexOfAnyInRange((byte)'A', (byte)'Z') >= 0;
}
