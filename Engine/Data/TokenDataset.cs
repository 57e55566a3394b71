using System.Runtime.InteropServices;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Data;

/// <summary>Tokens to train on and tokens held out, with the tokenizer that made them.</summary>
public sealed class TokenDataset : IDisposable
{
    private readonly DataOptions _options;

    public TokenDataset(string name, TokenSplit train, TokenSplit validation, int vocabularySize, TextTokenizer? tokenizer, ICorpusScorer? scorer, DataOptions options)
    {
        Name = name;
        Train = train;
        Validation = validation;
        VocabularySize = vocabularySize;
        Tokenizer = tokenizer;
        Scorer = scorer;
        _options = options;
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

    /// <summary>Tokenizes a corpus.</summary>
    /// <exception cref="DataException">Documents must be ended, and the tokenizer has no end of text.</exception>
    public static TokenDataset Encode(Corpus corpus, TextTokenizer tokenizer, DataOptions options)
    {
        if (corpus.EndsDocuments && tokenizer.EndOfText is null)
        {
            throw new DataException("D005", $"{corpus.Name} has documents to separate, but the '{tokenizer.Kind}' tokenizer has no {TextTokenizer.EndOfTextMark}; use one that has it.");
        }
        return new TokenDataset(
            corpus.Name, Split(corpus.Train, corpus, tokenizer), Split(corpus.Validation, corpus, tokenizer),
            tokenizer.VocabularySize, tokenizer, corpus.Scorer, options);
    }

    /// <summary>The training batches.</summary>
    /// <exception cref="DataException">The data is smaller than one window.</exception>
    public BatchSource Batches(int rows, int context, int microBatches = 1)
    {
        RequireWindow(context);
        return new BatchSource(Train, rows, context, microBatches, _options.Align, _options.Order, _options.Seed);
    }

    /// <summary>The held-out batches, with the training windowing.</summary>
    /// <exception cref="DataException">The held-out part is smaller than one window.</exception>
    public EvaluationBatches Evaluation(int rows, int context, long maximumWindows = long.MaxValue)
    {
        RequireWindow(context);
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
        List<float>? nats = documents.HasNats ? [] : null;
        var starts = new long[documents.Count];
        for (int d = 0; d < documents.Count; d++)
        {
            starts[d] = ids.Count;
            tokenizer.Encode(documents[d].Span, ids);
            if (corpus.EndsDocuments)
            {
                ids.Add(tokenizer.EndOfText!.Value);
            }
            nats?.AddRange(TokenNats(documents.NatsOf(d), CollectionsMarshal.AsSpan(ids)[(int)starts[d]..], tokenizer));
        }
        var store = new MemoryTokens(CollectionsMarshal.AsSpan(ids), tokenizer.VocabularySize);
        return new TokenSplit(store, starts, nats?.ToArray());
    }

    /// <summary>Sums −ln p of bytes over each token of one document; its last token is the end.</summary>
    private static float[] TokenNats(ReadOnlySpan<float> bytes, ReadOnlySpan<int> ids, TextTokenizer tokenizer)
    {
        var nats = new float[ids.Length];
        int position = 0;
        for (int i = 0; i < ids.Length - 1; i++)
        {
            double sum = 0;
            for (int end = position + tokenizer.TokenBytes(ids[i]).Length; position < end; position++)
            {
                sum += bytes[position];
            }
            nats[i] = (float)sum;
        }
        nats[^1] = bytes[position];
        return nats;
    }

    private void RequireWindow(int context)
    {
        long total = Train.Count + Validation.Count, smaller = Math.Min(Train.Count, Validation.Count);
        if (smaller > context)
        {
            return;
        }
        string parts = $"{total:N0} tokens of text, but one window needs context + 1 = {context + 1}; training gets {Train.Count:N0} and validation {Validation.Count:N0}.";
        List<string> moves = [];
        if (smaller > 8)
        {
            moves.Add($"context = {Math.Min(smaller - 1, context)}");
        }
        if (Validation.Count <= context && total > 4 * context)
        {
            moves.Add(FormattableString.Invariant($"val = {Math.Min(0.5, Math.Ceiling(100.0 * (context + 1) / total) / 100):0.##}"));
        }
        moves.Add("more text (20 kB or more is a start)");
        throw new DataException("D004", $"{parts} Use {string.Join(", or ", moves)}.");
    }
}
