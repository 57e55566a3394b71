using System.Numerics;
using System.Runtime.InteropServices;
using PureLlm.Engine.Configuration;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Data;

/// <summary>Tokens to train on and tokens held out, with the tokenizer that made them.</summary>
public sealed class TokenDataset : IDisposable
{
    private readonly DataSection _options;
    private readonly ulong _seed;

    public TokenDataset(
        string name, TokenSplit train, TokenSplit validation, int vocabularySize, TextTokenizer? tokenizer, ICorpusScorer? scorer, DataSection options, ulong seed)
    {
        Name = name;
        Train = train;
        Validation = validation;
        VocabularySize = vocabularySize;
        Tokenizer = tokenizer;
        Scorer = scorer;
        _options = options;
        _seed = seed;
    }

    public string Name { get; }

    public TokenSplit Train { get; }

    public TokenSplit Validation { get; }

    /// <summary>Every token id is below this.</summary>
    public int VocabularySize { get; }

    /// <summary>Null only where token files were opened without one.</summary>
    public TextTokenizer? Tokenizer { get; }

    /// <summary>Measures of generated text, where the corpus knows what is right.</summary>
    public ICorpusScorer? Scorer { get; }

    /// <summary>False where data.val = 0: nothing is held out.</summary>
    public bool HasValidation => Validation.Count > 0;

    /// <summary>Tokenizes a corpus.</summary>
    /// <exception cref="DataException">Documents must be ended, and the tokenizer has no end of text.</exception>
    public static TokenDataset Encode(Corpus corpus, TextTokenizer tokenizer, DataSection options, ulong seed)
    {
        if (corpus.EndsDocuments && tokenizer.EndOfText is null)
        {
            throw new DataException("D005", $"{corpus.Name} has documents to separate, but the '{tokenizer.Kind}' tokenizer has no {TextTokenizer.EndOfTextMark}; use one that has it.");
        }
        return new TokenDataset(
            corpus.Name, Split(corpus.Train, corpus, tokenizer), Split(corpus.Validation, corpus, tokenizer),
            tokenizer.VocabularySize, tokenizer, corpus.Scorer, options, seed);
    }

    /// <summary>The training batches.</summary>
    /// <exception cref="DataException">The data is smaller than one window.</exception>
    public BatchSource Batches(int rows, int context, int microBatches = 1)
    {
        RequireWindow(context, HasValidation ? Math.Min(Train.Count, Validation.Count) : Train.Count);
        return new BatchSource(Train, rows, context, microBatches, _options.Align, _options.Order, _seed);
    }

    /// <summary>The held-out batches, with the training windowing.</summary>
    /// <exception cref="DataException">The held-out part is smaller than one window.</exception>
    public EvaluationBatches Evaluation(int rows, int context, long maximumWindows = long.MaxValue)
    {
        RequireWindow(context, Math.Min(Train.Count, Validation.Count));
        return new EvaluationBatches(Validation, rows, context, _options.Align, maximumWindows);
    }

    public void Dispose()
    {
        Train.Tokens.Dispose();
        Validation.Tokens.Dispose();
    }

    private static TokenSplit Split(Documents documents, Corpus corpus, TextTokenizer tokenizer)
    {
        List<int> ids = new((int)Math.Min(int.MaxValue / 8, documents.Bytes / 2));
        List<float>? nats = documents.HasNats && corpus.EndsDocuments ? [] : null;
        TokenBuffer tokens = new();
        var starts = new long[documents.Count];
        for (int d = 0; d < documents.Count; d++)
        {
            starts[d] = ids.Count;
            tokenizer.Encode(documents[d].Span, ids);
            if (corpus.EndsDocuments)
            {
                ids.Add(tokenizer.EndOfText!.Value);
            }
            if (nats is not null)
            {
                tokens.Clear();
                tokenizer.Encode(documents[d].Span, tokens);
                float[]? own = TokenNats(documents.NatsOf(d), tokens, tokenizer);
                nats = own is null ? null : nats;
                nats?.AddRange(own!);
            }
        }
        var store = new MemoryTokens(CollectionsMarshal.AsSpan(ids), tokenizer.VocabularySize);
        return new TokenSplit(store, starts, nats?.ToArray());
    }

    /// <summary>Sums −ln p of bytes over each token of one document and its end; null where an unknown word hides its bytes.</summary>
    /// <remarks>A byte that no token came from counts for the next token, so that the sum over the document is that of its bytes.</remarks>
    private static float[]? TokenNats(ReadOnlySpan<float> bytes, TokenBuffer tokens, TextTokenizer tokenizer)
    {
        var nats = new float[tokens.Count + 1];
        int position = 0;
        for (int i = 0; i < nats.Length; i++)
        {
            if (i < tokens.Count && tokenizer.IsSpecial(tokens.Ids[i]))
            {
                return null;
            }
            double sum = 0;
            for (int end = i < tokens.Count ? tokens.Ends[i] : bytes.Length; position < end; position++)
            {
                sum += bytes[position];
            }
            nats[i] = (float)sum;
        }
        return nats;
    }

    private void RequireWindow(int context, long smaller)
    {
        if (smaller > context)
        {
            return;
        }
        long total = Train.Count + Validation.Count;
        List<string> moves = [];
        if (smaller > 8)
        {
            moves.Add($"model.context = {BitOperations.RoundUpToPowerOf2((uint)smaller) / 2}");
        }
        if (Validation.Count <= context && total > 4L * context)
        {
            moves.Add(FormattableString.Invariant($"data.val = {Math.Ceiling(100.0 * (context + 2) / total) / 100:0.##}"));
        }
        moves.Add("more text (20 kB or more is a start)");
        throw new DataException(
            "D004",
            $"{total:N0} tokens of text in {Name}, but one window needs context + 1 = {context + 1}; training gets {Train.Count:N0} and validation {Validation.Count:N0}. Use {string.Join(", or ", moves)}.");
    }
}
