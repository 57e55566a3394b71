namespace PureLlm.Engine.Configuration.Schema;

/// <summary>All keys of the configuration: the one source of reading, checking, writing, explaining and completing them.</summary>
public static partial class ConfigSchema
{
    private static readonly ConfigTable<RunConfig> Top = new("", "Above all tables.", c => c, (_, c) => c);

    /// <summary>Every key, in the order in which it is written.</summary>
    public static IReadOnlyList<ConfigKey> Keys { get; } =
    [
        Top.Key("version", new IntegerType(0), c => c.Version, (c, v) => c with { Version = (int)v },
            "The version of the configuration format.",
            "Old files keep working: a later program still reads version 1.", "1"),
        .. RunKeys(), .. DataKeys(), .. TokenizerKeys(), .. ModelKeys(), .. TrainKeys(), .. PrecisionKeys(), .. EvalKeys(), .. SampleKeys(), .. CheckpointKeys(), .. BreakKeys(),
    ];

    /// <summary>Every table, in the order in which it is written.</summary>
    public static IReadOnlyList<ConfigTable> Tables { get; } =
    [
        new ConfigTableHelp("run", "The run: its name, its seed, your notes."),
        new ConfigTableHelp("data", "What is learned: a built-in generator or your files, and how windows are cut from it."),
        new ConfigTableHelp("tokenizer", "How text becomes tokens."),
        new ConfigTableHelp("model", "The shape of the network."),
        new ConfigTableHelp("train", "How long and how it learns: budget, batch, optimizer, schedule."),
        new ConfigTableHelp("precision", "The number formats in which weights, gradients, moments and activations are kept."),
        new ConfigTableHelp("eval", "How progress is measured and shown."),
        new ConfigTableHelp("eval.sample", "The text that is sampled at every evaluation."),
        new ConfigTableHelp("checkpoint", "What is saved, and when."),
        new ConfigTableHelp("break", "When to stop and explain instead of training on garbage."),
    ];

    /// <summary>What every key is when nothing is written.</summary>
    internal static RunConfig Defaults { get; } = new();

    private static readonly Dictionary<string, ConfigKey> ByPath = Keys.ToDictionary(key => key.Path, StringComparer.Ordinal);

    /// <summary>The key of a path such as "train.lr", or null.</summary>
    public static ConfigKey? Find(string path) => ByPath.GetValueOrDefault(path);

    public static bool IsTable(string path) => Tables.Any(table => table.Path == path);

    /// <summary>The keys of a table, without those of tables inside it.</summary>
    public static IEnumerable<ConfigKey> KeysOf(string table) => Keys.Where(key => key.Table == table);

    /// <summary>What someone who wrote this path, or only a name, may have meant; nearest first, at most three.</summary>
    public static IReadOnlyList<ConfigKey> Suggest(string path)
    {
        string name = path[(path.LastIndexOf('.') + 1)..], table = path[..Math.Max(0, path.LastIndexOf('.'))];
        ConfigKey[] same = [.. Keys.Where(key => key.Name == name || key.Aliases.Contains(name))];
        if (same.Length > 0)
        {
            return [.. same.OrderByDescending(key => key.Table == table).Take(3)];
        }
        int limit = Spelling.Tolerance(name) + 1;
        return [.. Keys
            .Select(key => (Key: key, Distance: key.Aliases.Prepend(key.Name).Min(word => Spelling.Distance(name.ToLowerInvariant(), word, limit))))
            .Where(entry => entry.Distance < limit && entry.Distance < name.Length)
            .OrderBy(entry => entry.Distance).ThenByDescending(entry => entry.Key.Table == table)
            .Select(entry => entry.Key).Take(3)];
    }

    private sealed record ConfigTableHelp(string Path, string Help) : ConfigTable(Path, Help);

    private static IEnumerable<ConfigKey> RunKeys()
    {
        var run = new ConfigTable<RunSection>("run", "", c => c.Run, (c, s) => c with { Run = s });
        yield return run.Key("name", new NameType(), s => s.Name, (s, v) => s with { Name = v },
            "Name of the run; its results go to runs/<name>.",
            "An existing run is never overwritten unless --overwrite is given. Without this key the name of the file is taken.", "\"tiny\"",
            ["run_name", "experiment"], derivedFrom: "the file's name");
        yield return run.Key("seed", new IntegerType(0, long.MaxValue), s => s.Seed, (s, v) => s with { Seed = v },
            "Start of every random sequence.",
            "The same seed, configuration and machine give the same bits: weights, batches, dropout and samples. Try three seeds before you believe a small difference.", "1337",
            ["random_seed", "rng_seed"]);
        yield return run.Key("notes", new TextType(), s => s.Notes, (s, v) => s with { Notes = v },
            "Free text, copied to the report.", "Write why you started the run; you will not remember.", "\"wider, half the layers\"",
            ["description", "comment"]);
    }

    private static IEnumerable<ConfigKey> DataKeys()
    {
        var data = new ConfigTable<DataSection>("data", "", c => c.Data, (c, s) => c with { Data = s });
        yield return data.Key("source", new TextsType(), s => s.Source, (s, v) => s with { Source = v },
            "What to learn: stories, sort, copy, reverse or names (built-in), or files.",
            "Files are paths or globs (\"my/*.txt\", \"books/**/*.md\"), or .bin files of 16- or 32-bit token ids. The built-in generators need no file; stories knows its own entropy, so that the chart can show the best possible loss.", "[\"my/*.txt\"]",
            ["path", "paths", "files", "file", "dataset", "input", "train_data", "data_path"]);
        yield return data.Key("size", new ByteSizeType(), s => s.Size, (s, v) => s with { Size = v },
            "How much text a built-in generator makes.", "Text is made in memory in well under a second per megabyte. Files are always read whole.", "\"2MB\"",
            ["bytes"]);
        yield return data.Key("val", new HoldoutType(), s => (Share: s.ValidationShare, File: s.ValidationFile), (s, v) => s with { ValidationShare = v.Share, ValidationFile = v.File },
            "Share held out for validation, or a file to validate on.",
            "Of files the end is held out. Generators make the validation text from another seed, so that it is never seen. 0 validates on nothing.", "0.1",
            ["validation", "val_split", "val_data", "validation_split", "valid", "val_fraction"]);
        yield return data.Key("align", new ChoiceType<WindowAlignment>(), s => s.Align, (s, v) => s with { Align = v },
            "Whether a training window starts at a document or anywhere.",
            "Aligned windows let a small model see whole stories from their beginning; evaluation uses the same windows, or its loss would not compare. Files of plain text without document ends are one document: use any.", "\"any\"");
        yield return data.Key("order", new ChoiceType<DataOrder>(), s => s.Order, (s, v) => s with { Order = v },
            "Shuffled windows, or one after the other.",
            "Sequential goes through the text window by window, row after row, batch after batch, and starts again at the end: the order that another program can be fed with for comparison.", "\"sequential\"",
            ["shuffle"]);
        yield return data.Key("questions", new NumberType(0, 1, includesMaximum: true), s => s.Questions, (s, v) => s with { Questions = v },
            "Share of stories followed by a question and its answer.",
            "\"Q: who is the story about? A: Finn\": the skill of looking the answer up appears suddenly, after about a minute. Only source = \"stories\" uses it.", "0.5");
    }

    private static IEnumerable<ConfigKey> TokenizerKeys()
    {
        var tokenizer = new ConfigTable<TokenizerSection>("tokenizer", "", c => c.Tokenizer, (c, s) => c with { Tokenizer = s });
        yield return tokenizer.Key("kind", new TokenizerKindType(), s => (Kind: s.Kind, File: s.File), (s, v) => s with { Kind = v.Kind, File = v.File },
            "chars, bytes, words, bpe (trained at start), or a tokenizer.json.",
            "chars: one token per character of the text; bytes: always 256; words: the words of the text; bpe: byte pairs, trained on [data] at the start of the run.", "\"chars\"",
            ["type", "tokenizer_type"]);
        yield return tokenizer.Key("vocab", new IntegerType(1, 1_000_000), s => s.Vocabulary, (s, v) => s with { Vocabulary = (int)v },
            "Size of the vocabulary that bpe is trained to.",
            "256 bytes plus merges. A larger one makes text shorter in tokens and the output layer slower. Also the limit of kind = \"words\"; chars, bytes and files have their own size.", "2048",
            ["vocab_size", "vocabulary", "n_vocab"]);
    }
}
