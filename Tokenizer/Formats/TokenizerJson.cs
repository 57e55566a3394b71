using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats;

/// <summary>Hugging Face's tokenizer.json: written so that their library gives the same ids, read back with every field that would change them checked.</summary>
/// <remarks>
/// "bpe" and "bytes" are a BPE model behind the ByteLevel pre-tokenizer; "chars" and "words" are a WordLevel model behind a Split on the
/// same pattern that the tokenizer scans by. Kinds with other models arrive with their own readers.
/// </remarks>
public static class TokenizerJson
{
    /// <summary>Splits off every character.</summary>
    internal const string CharacterPattern = @"[\s\S]";

    /// <summary>The file's content for a tokenizer, UTF-8.</summary>
    public static byte[] ToUtf8(TextTokenizer tokenizer)
    {
        var buffer = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            Write(json, tokenizer);
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Writes the file in place; a caller that must survive a crash writes <see cref="ToUtf8"/> in its own way.</summary>
    public static void Save(TextTokenizer tokenizer, string path) => File.WriteAllBytes(path, ToUtf8(tokenizer));

    /// <summary>Reads a file.</summary>
    /// <exception cref="TokenizerException">The file is missing, broken, or of a kind that is not supported; the message names file and field.</exception>
    public static TextTokenizer Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new TokenizerException($"{path}: there is no such tokenizer file.");
        }
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a file's content; <paramref name="name"/> stands for it in messages.</summary>
    public static TextTokenizer Parse(ReadOnlyMemory<byte> utf8, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            return new TokenizerJsonReader(name).Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new TokenizerException($"{name}:{error.LineNumber + 1}:{error.BytePositionInLine + 1}: not valid JSON; the file is cut off or damaged.", error);
        }
        catch (InvalidOperationException error)
        {
            throw new TokenizerException($"{name}: a text in it is not valid Unicode: {error.Message}", error);
        }
    }

    private static void Write(Utf8JsonWriter json, TextTokenizer tokenizer)
    {
        bool bytes = tokenizer is ByteTokenizer or BytePairTokenizer;
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAddedTokens(json, tokenizer);
        json.WriteNull("normalizer");
        if (bytes)
        {
            WriteByteLevel(json, "pre_tokenizer", tokenizer is BytePairTokenizer);
            json.WriteNull("post_processor");
            WriteByteLevel(json, "decoder", true);
        }
        else
        {
            WriteSplit(json, tokenizer is CharacterTokenizer ? CharacterPattern : PieceScanner.Words.Pattern);
            json.WriteNull("post_processor");
            json.WriteStartObject("decoder");
            json.WriteString("type", "Fuse");
            json.WriteEndObject();
        }
        json.WriteStartObject("model");
        if (bytes)
        {
            WriteBytePairs(json, tokenizer, (tokenizer as BytePairTokenizer)?.Merges ?? []);
        }
        else
        {
            WriteWordLevel(json, tokenizer);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, TextTokenizer tokenizer)
    {
        json.WriteStartArray("added_tokens");
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            if (!tokenizer.IsSpecial(id))
            {
                continue;
            }
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", tokenizer.TokenBytes(id).Span);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string property, bool splits)
    {
        json.WriteStartObject(property);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", splits);
        json.WriteEndObject();
    }

    private static void WriteSplit(Utf8JsonWriter json, string pattern)
    {
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
    }

    private static void WriteBytePairs(Utf8JsonWriter json, TextTokenizer tokenizer, IReadOnlyList<(int Left, int Right)> merges)
    {
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        WriteVocabulary(json, tokenizer, id => tokenizer.IsSpecial(id) ? Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span) : Shown(id));
        json.WriteStartArray("merges");
        foreach ((int left, int right) in merges)
        {
            // No token of this alphabet holds a space, so the older form of one string is safe, and every version of their library reads it.
            json.WriteStringValue($"{Shown(left)} {Shown(right)}");
        }
        json.WriteEndArray();

        string Shown(int id) => ByteAlphabet.Show(tokenizer.TokenBytes(id).Span);
    }

    private static void WriteWordLevel(Utf8JsonWriter json, TextTokenizer tokenizer)
    {
        json.WriteString("type", "WordLevel");
        WriteVocabulary(json, tokenizer, id => Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span));
        json.WriteString("unk_token", TextTokenizer.UnknownMark);
    }

    private static void WriteVocabulary(Utf8JsonWriter json, TextTokenizer tokenizer, Func<int, string> show)
    {
        json.WriteStartObject("vocab");
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            json.WriteNumber(show(id), id);
        }
        json.WriteEndObject();
    }
}
