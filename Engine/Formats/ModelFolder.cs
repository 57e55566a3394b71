using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inference;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;

namespace PureLlm.Engine.Formats;

/// <summary>A model read from a folder.</summary>
/// <param name="Model">With weights, in memory.</param>
/// <param name="Tokenizer">Null where the folder has no tokenizer.json.</param>
/// <param name="Layout">Whose names the folder used.</param>
public sealed record LoadedModel(LanguageModel Model, TextTokenizer? Tokenizer, ModelLayout Layout);

/// <summary>config.json, model.safetensors and tokenizer.json in Hugging Face's layout, written and read.</summary>
/// <remarks>GPT-2's, Llama's, Qwen3's and Mistral's names and shapes where the architecture is exactly theirs, our own otherwise.
/// Weights come back bit for bit, and so does every key of [model] but init_from.</remarks>
public static class ModelFolder
{
    public const string ConfigFile = "config.json", WeightsFile = "model.safetensors", TokenizerFile = "tokenizer.json";

    /// <summary>Writes the files, each in one step that survives a crash; the folder is made if it is missing.</summary>
    public static void Save(string folder, LanguageModel model, TextTokenizer? tokenizer)
    {
        Directory.CreateDirectory(folder);
        Backend backend = model.Slabs.Backend;
        SafetensorsWriter.Save(Path.Combine(folder, WeightsFile), [.. WeightNames.Of(model, ModelLayouts.Of(model.Config)).Select(tensor => tensor.Source(backend))]);
        if (tokenizer is not null) { AtomicFile.Write(Path.Combine(folder, TokenizerFile), TokenizerJson.ToUtf8(tokenizer)); }
        AtomicFile.Write(Path.Combine(folder, ConfigFile), ConfigJsonWriter.Write(model.Config, model.VocabularySize, tokenizer?.EndOfText));
    }

    /// <summary>Reads a folder that this program or another one wrote.</summary>
    /// <param name="training">Also takes memory for gradients.</param>
    /// <exception cref="ModelFileException">A file is missing or damaged, or config.json and the tensors disagree; all missing, unexpected and misshapen tensors are named.</exception>
    public static LoadedModel Load(string folder, Backend backend, bool training = false)
    {
        (ModelConfig config, int vocabularySize, ModelLayout layout) = ReadConfig(folder);
        LanguageModel model = Describe(folder, config, vocabularySize);
        using SafetensorsReader reader = new(WeightsPath(folder));
        IReadOnlyList<(StoredTensor, SafetensorsEntry)> tensors = Match(model, layout, reader);
        if (!training && backend.ReservesMemory) { _ = backend.Reserve(DecodingMemory.Of(config, vocabularySize)); } // held as long as the backend
        model.AllocateEmpty(backend, training);
        Fill(tensors, reader, backend);
        return new LoadedModel(model, ReadTokenizer(folder, vocabularySize), layout);
    }

    /// <summary>Fills a model that has memory from a folder, for init_from and for going on with a run.</summary>
    /// <exception cref="ModelFileException">The folder's architecture or vocabulary is another one; every difference is named.</exception>
    public static void LoadWeights(string folder, LanguageModel model)
    {
        (ModelConfig config, int vocabularySize, ModelLayout layout) = ReadConfig(folder);
        string[] differences = [.. ModelDifferences.Between(config, vocabularySize, model)];
        if (differences.Length > 0) { throw new ModelFileException(Path.Combine(folder, ConfigFile), $"another model than the one asked for: {string.Join("; ", differences)}."); }
        using SafetensorsReader reader = new(WeightsPath(folder));
        Fill(Match(model, layout, reader), reader, model.Slabs.Backend);
    }

    /// <summary>What config.json says, without reading weights.</summary>
    /// <exception cref="ModelFileException">The file is missing, damaged, or describes a model that is not supported.</exception>
    public static (ModelConfig Config, int VocabularySize, ModelLayout Layout) ReadConfig(string folder) =>
        ConfigJsonReader.Read(Path.Combine(folder, ConfigFile));

    private static LanguageModel Describe(string folder, ModelConfig config, int vocabularySize)
    {
        try
        {
            return LanguageModel.Create(config, vocabularySize);
        }
        catch (ArgumentException error)
        {
            throw new ModelFileException(Path.Combine(folder, ConfigFile), error.Message, error);
        }
    }

    private static string WeightsPath(string folder)
    {
        string path = Path.Combine(folder, WeightsFile);
        return File.Exists(path) || !File.Exists($"{path}.index.json") ? path : throw new ModelFileException($"{path}.index.json", "the weights are spread over several files; merge them into one model.safetensors.");
    }

    private static List<(StoredTensor, SafetensorsEntry)> Match(LanguageModel model, ModelLayout layout, SafetensorsReader reader)
    {
        List<(StoredTensor, SafetensorsEntry)> matched = [];
        List<string> faults = [];
        HashSet<string> used = [];
        foreach (StoredTensor tensor in WeightNames.Of(model, layout))
        {
            string shortName = layout == ModelLayout.Gpt2 && tensor.Name.StartsWith("transformer.", StringComparison.Ordinal) ? tensor.Name["transformer.".Length..] : tensor.Name;
            SafetensorsEntry? entry = reader.Find(tensor.Name) ?? reader.Find(shortName);
            if (entry is null)
            {
                faults.Add($"'{tensor.Name}' [{string.Join(", ", tensor.Shape)}] is missing");
                continue;
            }
            used.Add(entry.Name);
            if (!entry.HasShape(tensor.Shape)) { faults.Add($"'{entry.Name}' is {entry.ShapeText} where {ConfigFile} asks for [{string.Join(", ", tensor.Shape)}]"); }
            else { matched.Add((tensor, entry)); }
        }
        faults.AddRange(reader.Tensors.Select(tensor => tensor.Name).Where(name => !used.Contains(name) && !WeightNames.IsIgnored(name, model)).Select(name => $"'{name}' is not expected"));
        return faults.Count == 0 ? matched : throw new ModelFileException(reader.Path, $"{string.Join("; ", faults)}.");
    }

    private static void Fill(IReadOnlyList<(StoredTensor Tensor, SafetensorsEntry Entry)> tensors, SafetensorsReader reader, Backend backend)
    {
        foreach ((StoredTensor tensor, SafetensorsEntry entry) in tensors) { tensor.Load(reader, entry, backend); }
    }

    private static TextTokenizer? ReadTokenizer(string folder, int vocabularySize)
    {
        string path = Path.Combine(folder, TokenizerFile);
        if (!File.Exists(path)) { return null; }
        TextTokenizer tokenizer = TokenizerJson.Load(path);
        return tokenizer.VocabularySize <= vocabularySize ? tokenizer : throw new ModelFileException(path, $"{tokenizer.VocabularySize} tokens for a model that knows {vocabularySize}; the file belongs to another model.");
    }
}
