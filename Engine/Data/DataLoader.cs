using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data.Generators;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Engine.Data;

/// <summary>From the [data] and [tokenizer] tables to tokens: the one way in for training, preview and statistics.</summary>
public static class DataLoader
{
    /// <summary>Reads or writes the text, trains or loads the tokenizer, and tokenizes.</summary>
    /// <param name="data">The [data] table.</param>
    /// <param name="tokenizer">The [tokenizer] table.</param>
    /// <param name="seed">Decides what a generator writes and how windows are shuffled.</param>
    /// <param name="folder">Where relative file names start; the current folder when null.</param>
    /// <param name="existing">A tokenizer to use instead of training one: a resumed run's, or another model's.</param>
    /// <exception cref="DataException">The data cannot be used.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot be loaded, or does not know the text.</exception>
    public static TokenDataset Open(DataSection data, TokenizerSection tokenizer, ulong seed, string? folder = null, TextTokenizer? existing = null)
    {
        if (data.Generator is null)
        {
            IReadOnlyList<string> files = FileSearch.Expand(data.Source, folder);
            int binary = files.Count(IsTokenFile);
            if (binary == files.Count)
            {
                return OpenTokenFiles(files, data, tokenizer, seed, folder, existing);
            }
            if (binary > 0)
            {
                throw new DataException("D005", $"data.source mixes {binary} .bin token files with {files.Count - binary} text files; use one or the other.");
            }
        }
        Corpus corpus = OpenCorpus(data, seed, folder);
        return TokenDataset.Encode(corpus, existing ?? CreateTokenizer(tokenizer, corpus, folder), data, seed);
    }

    /// <summary>The text of a generator or of text files.</summary>
    public static Corpus OpenCorpus(DataSection data, ulong seed, string? folder = null)
    {
        if (data.Generator is { } name)
        {
            return CreateGenerator(name, data.Questions).Corpus(seed, data.Size, data.ValidationShare);
        }
        IReadOnlyList<string>? validation = data.ValidationFile.Length > 0 ? FileSearch.Expand([data.ValidationFile], folder) : null;
        return TextFiles.Read(FileSearch.Expand(data.Source, folder), data.ValidationShare, validation);
    }

    /// <summary>The built-in generator of this name.</summary>
    public static TextGenerator CreateGenerator(string name, double questions) => name switch
    {
        "stories" => new StoryGenerator(questions),
        "sort" => new PairGenerator(PairTask.Sort),
        "copy" => new PairGenerator(PairTask.Copy),
        "reverse" => new PairGenerator(PairTask.Reverse),
        "names" => new NameGenerator(),
        _ => throw new DataException("D005", $"there is no generator '{name}'; there are {string.Join(", ", DataSection.BuiltIn)}."),
    };

    /// <summary>Trains the tokenizer that the table asks for on the training text, or loads its file.</summary>
    public static TextTokenizer CreateTokenizer(TokenizerSection options, Corpus corpus, string? folder = null) => options.Kind switch
    {
        // Characters and words are for what is there: the held-out part may have letters of its own.
        TokenizerKind.Chars => CharacterTokenizer.Train(corpus.Train.All().Concat(corpus.Validation.All()), corpus.EndsDocuments),
        TokenizerKind.Words => WordTokenizer.Train(corpus.Train.All(), corpus.EndsDocuments, options.Vocabulary),
        TokenizerKind.Bytes => new ByteTokenizer(),
        TokenizerKind.Bpe => BytePairTrainer.Train(corpus.Train.All(), options.Vocabulary),
        _ => TokenizerJson.Load(Path.Combine(folder ?? "", options.File)),
    };

    private static bool IsTokenFile(string path) => Path.GetExtension(path).Equals(".bin", StringComparison.OrdinalIgnoreCase);

    private static TokenDataset OpenTokenFiles(IReadOnlyList<string> files, DataSection data, TokenizerSection options, ulong seed, string? folder, TextTokenizer? existing)
    {
        TextTokenizer? tokenizer = existing ?? options.Kind switch
        {
            TokenizerKind.File => TokenizerJson.Load(Path.Combine(folder ?? "", options.File)),
            TokenizerKind.Bytes => new ByteTokenizer(),
            _ => null,
        };
        // Without a tokenizer the numbers alone are learned, and tokenizer.vocab says how many there are.
        int vocabulary = tokenizer?.VocabularySize ?? options.Vocabulary;
        TokenStore whole = Join(files, vocabulary);
        if (data.ValidationFile.Length > 0)
        {
            TokenStore held = Join(FileSearch.Expand([data.ValidationFile], folder), vocabulary);
            return Build(whole, held);
        }
        long cut = whole.Count - (long)(whole.Count * data.ValidationShare);
        return Build(whole.Slice(0, cut), whole.Slice(cut, whole.Count - cut));

        TokenDataset Build(TokenStore train, TokenStore held) => new(
            files.Count == 1 ? Path.GetFileName(files[0]) : $"{files.Count} token files",
            new TokenSplit(train, DocumentStarts(train, tokenizer?.EndOfText)), new TokenSplit(held, DocumentStarts(held, tokenizer?.EndOfText)),
            vocabulary, tokenizer, null, data, seed);
    }

    private static TokenStore Join(IReadOnlyList<string> files, int vocabulary) =>
        files.Count == 1 ? new TokenFile(files[0], vocabulary) : new JoinedTokens([.. files.Select(f => new TokenFile(f, vocabulary))]);

    /// <summary>A document starts at 0 and after each end of text.</summary>
    private static long[] DocumentStarts(TokenStore tokens, int? endOfText)
    {
        List<long> starts = [0];
        var part = new int[1 << 14];
        for (long at = 0; endOfText is not null && at < tokens.Count; at += part.Length)
        {
            Span<int> ids = part.AsSpan(0, (int)Math.Min(part.Length, tokens.Count - at));
            tokens.Read(at, ids);
            for (int i = 0; i < ids.Length; i++)
            {
                if (ids[i] == endOfText && at + i + 1 < tokens.Count)
                {
                    starts.Add(at + i + 1);
                }
            }
        }
        return [.. starts];
    }
}
