using System.Text.Encodings.Web;
using System.Text.Json;
using PureLlm.Tokenizer.Formats.Json;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tokenizer.Formats;

/// <summary>Hugging Face's tokenizer.json: read with the ids that their library gives, and written so that it gives ours.</summary>
/// <remarks>
/// Every component that the library knows is a part of a <see cref="PipelineTokenizer"/>. The kinds of this project are written in the same
/// terms and come back as themselves: "bytes" is a BPE model without merges, "chars" and "words" are a WordLevel model behind a Split.
/// An added token whose text the model knows has the model's id, as in the library; another one has the id that the file gives it.
/// </remarks>
public static class TokenizerJson
{
    private static readonly JsonWriterOptions WriterOptions = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The file's content for a tokenizer, UTF-8.</summary>
    /// <exception cref="TokenizerException">The tokenizer holds what the format cannot say.</exception>
    public static byte[] ToUtf8(TextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            if (tokenizer is PipelineTokenizer pipeline)
            {
                PipelineJson.Write(json, pipeline.Model is SentencePieceModel ? SentencePieceJsonForm.Of(pipeline) : pipeline);
            }
            else
            {
                OwnKindsJson.Write(json, tokenizer);
            }
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Writes the file in place; a caller that must survive a crash writes <see cref="ToUtf8"/> in its own way.</summary>
    /// <exception cref="TokenizerException">The tokenizer holds what the format cannot say.</exception>
    public static void Save(TextTokenizer tokenizer, string path) => File.WriteAllBytes(path, ToUtf8(tokenizer));

    /// <summary>Reads a file.</summary>
    /// <exception cref="TokenizerException">The file is missing or broken, or wants something that cannot be had; the message names file and field.</exception>
    public static TextTokenizer Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new TokenizerException($"{path}: there is no such tokenizer file.");
        }
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a file's content; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="TokenizerException">The content is broken, or wants something that cannot be had; the message names file and field.</exception>
    public static TextTokenizer Parse(ReadOnlyMemory<byte> utf8, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
            var root = new JsonField(name, "", document.RootElement);
            return OwnKindsJson.TryRead(root) ?? PipelineJson.Read(root);
        }
        catch (JsonException error)
        {
            throw new TokenizerException($"{name}:{error.LineNumber + 1}:{error.BytePositionInLine + 1}: not valid JSON; the file is cut off or damaged.", error);
        }
        catch (InvalidOperationException error)
        {
            throw new TokenizerException($"{name}: a field's name in it is not valid Unicode: {error.Message}", error);
        }
        catch (TokenizerException error) when (!error.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new TokenizerException($"{name}: {error.Message}", error);
        }
    }
}
