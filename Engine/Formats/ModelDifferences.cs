using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Modules;

namespace PureLlm.Engine.Formats;

/// <summary>Where a stored model and a wanted one are different networks, by the keys of [model].</summary>
internal static class ModelDifferences
{
    /// <summary>Keys that decide how a model starts and trains, not what it computes.</summary>
    private static readonly string[] Free = ["preset", "dropout", "init", "init_std", "init_from", "mlp_multiple_of", "rope_style"];

    /// <summary>"layers is 6 there and 4 here", for every key that differs.</summary>
    /// <remarks>The rotary style is free where the layout stores half-split pairs: the rows are put in the wanted order. Otherwise it is a difference.</remarks>
    public static IEnumerable<string> Between(ModelConfig stored, int storedVocabulary, LanguageModel wanted)
    {
        if (storedVocabulary != wanted.VocabularySize) { yield return $"the vocabulary has {storedVocabulary} tokens there and {wanted.VocabularySize} here"; }
        RunConfig there = new() { Model = stored.Resolve() }, here = new() { Model = wanted.Config };
        bool isReordered = ModelLayouts.Of(wanted.Config) is ModelLayout.Llama or ModelLayout.Qwen3 or ModelLayout.Mistral;
        foreach (ConfigKey key in ConfigSchema.KeysOf("model"))
        {
            bool isFree = Free.Contains(key.Name) && (key.Name != "rope_style" || isReordered || wanted.Config.Position != PositionKind.Rope);
            string a = key.Text(there), b = key.Text(here);
            if (!isFree && IsUsed(key.Name, wanted.Config) && a != b) { yield return $"{key.Name} is {a} there and {b} here"; }
        }
    }

    private static bool IsUsed(string key, ModelConfig config) => key switch
    {
        "rope_theta" or "rope_fraction" => config.Position == PositionKind.Rope,
        "encoder_layers" => config.IsEncoderDecoder,
        _ => true,
    };
}
