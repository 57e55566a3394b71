using System.Buffers;
using System.Text;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>Turns UTF-8 text into token ids and back. Immutable, and safe to share between threads.</summary>
/// <remarks>
/// Special tokens are not made from text unless a pipeline is asked to: encoding the characters "&lt;|endoftext|&gt;" gives ordinary tokens.
/// All kinds but pipelines with a decoder of their own decode by concatenation: the bytes of a sequence are the bytes of its tokens.
/// </remarks>
public abstract class TextTokenizer
{
    /// <summary>The name of the token that ends a document.</summary>
    public const string EndOfTextMark = "<|endoftext|>";

    /// <summary>The name of the token that stands for an unknown word or character.</summary>
    public const string UnknownMark = "<|unk|>";

    /// <summary>"chars", "bytes", "words"; for a pipeline its model's: "bpe", "wordpiece", "unigram", "wordlevel".</summary>
    public abstract string Kind { get; }

    /// <summary>How many ids there are: every id is in [0, VocabularySize).</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The id of <see cref="EndOfTextMark"/>, where the vocabulary has one.</summary>
    public abstract int? EndOfText { get; }

    /// <summary>Appends the ids of <paramref name="utf8"/> to <paramref name="ids"/>.</summary>
    /// <exception cref="TokenizerException">The text holds something that the vocabulary cannot express.</exception>
    public abstract void Encode(ReadOnlySpan<byte> utf8, List<int> ids);

    /// <summary>Appends the tokens of <paramref name="utf8"/> with the bytes that each came from.</summary>
    /// <remarks>Kinds without added tokens find and add none, whatever the options say.</remarks>
    /// <exception cref="TokenizerException">The text holds something that the vocabulary cannot express.</exception>
    public abstract void Encode(ReadOnlySpan<byte> utf8, TokenBuffer tokens, EncodeOptions options = default);

    /// <summary>The bytes of one token; a special token shows its name.</summary>
    /// <exception cref="TokenizerException">There is no such id.</exception>
    public abstract ReadOnlyMemory<byte> TokenBytes(int id);

    /// <summary>True where the bytes of a sequence are the bytes of its tokens, one after the other; pipelines with a decoder of their own are otherwise.</summary>
    public virtual bool DecodesByConcatenation => true;

    /// <summary>True for tokens that no text produces, such as the end of text.</summary>
    public virtual bool IsSpecial(int id) => id == EndOfText;

    /// <summary>The ids of <paramref name="text"/>.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        int length = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Encode(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), ids);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
        return [.. ids];
    }

    /// <summary>The ids of each text, in their order, found on all cores or on <paramref name="threads"/> of them.</summary>
    /// <exception cref="TokenizerException">A text holds something that the vocabulary cannot express; of several, the first one's error.</exception>
    public virtual int[][] EncodeBatch(IReadOnlyList<ReadOnlyMemory<byte>> texts, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return BatchWork.Run(texts.Count, i => texts[i].Length, new Spares<List<int>>(() => []), (i, ids) =>
        {
            ids.Clear();
            Encode(texts[i].Span, ids);
            return ids.ToArray();
        }, threads);
    }

    /// <summary>How many tokens <paramref name="utf8"/> has.</summary>
    /// <exception cref="TokenizerException">The text holds something that the vocabulary cannot express.</exception>
    public virtual int Count(ReadOnlySpan<byte> utf8)
    {
        List<int> ids = [];
        Encode(utf8, ids);
        return ids.Count;
    }

    /// <summary>Writes the text of <paramref name="ids"/>; special tokens appear by name, or not at all where <paramref name="skipSpecial"/> is true.</summary>
    /// <exception cref="TokenizerException">An id is outside the vocabulary.</exception>
    public virtual void Decode(ReadOnlySpan<int> ids, IBufferWriter<byte> utf8, bool skipSpecial = false)
    {
        foreach (int id in ids)
        {
            if (!skipSpecial || !IsSpecial(id))
            {
                utf8.Write(TokenBytes(id).Span);
            }
        }
    }

    /// <summary>The text of <paramref name="ids"/>; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="TokenizerException">An id is outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(16, ids.Length * 4));
        Decode(ids, bytes, skipSpecial);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The error for an id that this vocabulary does not have.</summary>
    protected TokenizerException NoSuchToken(int id) =>
        new($"decode: token {id} is outside the vocabulary of {VocabularySize} '{Kind}' tokens (0 to {VocabularySize - 1}); these ids were made with another tokenizer.");
}
