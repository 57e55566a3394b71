using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.PostProcessors;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>The tokenizer in the metadata of a GGUF file, with what the file says about its use.</summary>
/// <remarks>The models are "gpt2" (byte-level BPE), "llama" (SentencePiece BPE), "t5" (SentencePiece Unigram) and "bert" (WordPiece).</remarks>
public sealed record GgufTokenizer
{
    /// <summary>The tokenizer; its post-processor adds the marks that the file asks for.</summary>
    public required PipelineTokenizer Tokenizer { get; init; }

    /// <summary>The mark before a text.</summary>
    public int? Begin { get; init; }

    /// <summary>The mark behind a text.</summary>
    public int? End { get; init; }

    /// <summary>The token for what the vocabulary lacks.</summary>
    public int? Unknown { get; init; }

    /// <summary>The mark between texts.</summary>
    public int? Separator { get; init; }

    /// <summary>The token that fills up a batch.</summary>
    public int? Padding { get; init; }

    /// <summary>The token that hides another.</summary>
    public int? Mask { get; init; }

    /// <summary>True where a text gets the mark before it.</summary>
    public bool AddsBegin { get; init; }

    /// <summary>True where a text gets the mark behind it.</summary>
    public bool AddsEnd { get; init; }

    /// <summary>How messages become a prompt, in the language of the file (Jinja); null where there is none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Loads the tokenizer of a file; tensors are not read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="split">How text is cut before merging, where the file's own name for it is missing or unknown.</param>
    /// <exception cref="TokenizerException">The file is damaged, or asks for something that is not known; the message names the key.</exception>
    public static GgufTokenizer Load(string path, PieceScanner? split = null) => Read(GgufReader.Read(path), split);

    /// <summary>Reads the tokenizer of a file's metadata.</summary>
    /// <param name="file">The metadata.</param>
    /// <param name="split">How text is cut before merging, where the file's own name for it is missing or unknown.</param>
    /// <exception cref="TokenizerException">A key is missing or contradicts another; the message names it.</exception>
    public static GgufTokenizer Read(GgufFile file, PieceScanner? split = null)
    {
        string model = file.Text(GgufKeys.Model) ?? throw file.Wrong(GgufKeys.Model, "is missing; the file has no tokenizer");
        var vocabulary = new GgufVocabulary(file);
        int? Id(string key) => file.Whole(key, vocabulary.Tokens.Count - 1);
        // Files may leave out an id that is the usual one of their model.
        int? Usual(string read, string of, int id, string name) => read == of && id < vocabulary.Tokens.Count && Encoding.UTF8.GetString(vocabulary.Tokens[id]) == name ? id : null;
        var read = new GgufTokenizer
        {
            Tokenizer = null!,
            Begin = Id(GgufKeys.Begin) ?? Id(GgufKeys.Class) ?? Usual(model, "llama", 1, "<s>") ?? Usual(model, "bert", 101, "[CLS]"),
            End = Id(GgufKeys.End) ?? Usual(model, "llama", 2, "</s>") ?? Usual(model, "t5", 1, "</s>"),
            Unknown = Id(GgufKeys.Unknown),
            Separator = Id(GgufKeys.Separator) ?? Id(GgufKeys.SeparatorToo) ?? Usual(model, "bert", 102, "[SEP]"),
            Padding = Id(GgufKeys.Padding),
            Mask = Id(GgufKeys.Mask),
            ChatTemplate = file.Text(GgufKeys.ChatTemplate),
        };
        try
        {
            (PipelineParts parts, bool addsBegin, bool addsEnd) = model switch
            {
                "gpt2" => GgufBytePair.Read(file, vocabulary, split),
                "llama" or "t5" => GgufSentencePiece.Read(file, vocabulary, model, read.Unknown),
                "bert" => GgufWordPiece.Read(vocabulary, read.Unknown),
                _ => throw file.Wrong(GgufKeys.Model, $"is \"{model}\"; known are gpt2, llama, t5, bert"),
            };
            int? behind = model == "bert" ? read.Separator : read.End;
            read = read with
            {
                AddsBegin = read.Begin is not null && (file.Flag(GgufKeys.AddsBegin) ?? addsBegin),
                AddsEnd = behind is not null && (file.Flag(model == "bert" ? GgufKeys.AddsSeparator : GgufKeys.AddsEnd) ?? addsEnd),
            };
            return read with { Tokenizer = new PipelineTokenizer(parts with { PostProcessor = Frame(vocabulary, read.AddsBegin ? read.Begin : null, read.AddsEnd ? behind : null, model == "bert") }) };
        }
        catch (TokenizerException error) when (!error.Message.StartsWith(file.Name, StringComparison.Ordinal))
        {
            throw new TokenizerException($"{file.Name}: {error.Message}", error);
        }
    }

    /// <summary>A tokenizer with its marks, as its post-processor and the usual names tell them.</summary>
    public static GgufTokenizer Of(PipelineTokenizer tokenizer)
    {
        int? Named(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                if (tokenizer.Find(name) is { } id)
                {
                    return id;
                }
            }
            return null;
        }
        (int[] before, int[] behind) = tokenizer.Parts.PostProcessor?.Frame ?? ([], []);
        bool pieces = tokenizer.Model is WordPieceModel;
        return new GgufTokenizer
        {
            Tokenizer = tokenizer,
            Begin = before.Length == 1 ? before[0] : Named(pieces ? "[CLS]" : "<s>", "<bos>", "<|begin_of_text|>"),
            End = !pieces && behind.Length == 1 ? behind[0] : tokenizer.EndOfText,
            Separator = pieces && behind.Length == 1 ? behind[0] : Named("[SEP]"),
            Unknown = Named("<unk>", "[UNK]"),
            Padding = Named("<pad>", "[PAD]", "<|pad|>"),
            Mask = Named("<mask>", "[MASK]"),
            AddsBegin = before.Length == 1,
            AddsEnd = behind.Length == 1,
        };
    }

    /// <summary>Adds the tokenizer's keys to a file's metadata.</summary>
    /// <exception cref="TokenizerException">GGUF has no place for this kind of tokenizer, or the keys are there already.</exception>
    public void WriteTo(GgufFile file)
    {
        switch (Tokenizer.Model)
        {
            case BytePairModel model: GgufBytePair.Write(file, Tokenizer, model); break;
            case SentencePieceModel model: GgufSentencePiece.Write(file, Tokenizer, model); break;
            case WordPieceModel model: GgufWordPiece.Write(file, Tokenizer, model); break;
            default: throw new TokenizerException($"gguf: the format has no tokenizer of the kind '{Tokenizer.Kind}' ({Tokenizer.Model.GetType().Name}); it has byte-level BPE, SentencePiece's BPE and Unigram, and WordPiece.");
        }
        AddId(file, GgufKeys.Begin, Begin);
        AddId(file, GgufKeys.End, End);
        AddId(file, GgufKeys.Unknown, Unknown);
        AddId(file, GgufKeys.Separator, Separator);
        AddId(file, GgufKeys.Padding, Padding);
        AddId(file, GgufKeys.Mask, Mask);
        file.Add(GgufKeys.AddsBegin, GgufValue.Of(AddsBegin));
        file.Add(Tokenizer.Model is WordPieceModel ? GgufKeys.AddsSeparator : GgufKeys.AddsEnd, GgufValue.Of(AddsEnd));
        if (ChatTemplate is not null)
        {
            file.Add(GgufKeys.ChatTemplate, GgufValue.Of(ChatTemplate));
        }
    }

    private static void AddId(GgufFile file, string key, int? id)
    {
        if (id is { } value)
        {
            file.Add(key, GgufValue.Of((uint)value));
        }
    }

    /// <summary>The marks around a text; in a pair each text has its own, and BERT's mark begins only the first.</summary>
    private static TemplateProcessing? Frame(GgufVocabulary vocabulary, int? begin, int? end, bool oneBegin)
    {
        if (begin is null && end is null)
        {
            return null;
        }
        string Name(int id) => Encoding.UTF8.GetString(vocabulary.Tokens[id]);
        TemplatePiece[] Around(int text, bool begins) =>
        [
            .. begin is { } before && begins ? [TemplatePiece.OfSpecial(Name(before), text)] : Array.Empty<TemplatePiece>(),
            TemplatePiece.OfText(text, text),
            .. end is { } behind ? [TemplatePiece.OfSpecial(Name(behind), text)] : Array.Empty<TemplatePiece>(),
        ];
        var tokens = new Dictionary<string, TemplateToken>();
        foreach (int id in new[] { begin, end }.OfType<int>())
        {
            tokens[Name(id)] = new TemplateToken([id], [Name(id)]);
        }
        return new TemplateProcessing(Around(0, true), [.. Around(0, true), .. Around(1, !oneBegin)], tokens);
    }
}
