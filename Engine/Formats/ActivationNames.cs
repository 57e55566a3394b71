using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Formats;

/// <summary>Activation functions by the names of Hugging Face's configurations; a gated kind is named by its function.</summary>
internal static class ActivationNames
{
    private static readonly (MlpKind Kind, string Name)[] Names =
    [
        (MlpKind.Relu, "relu"), (MlpKind.Relu2, "relu2"), (MlpKind.Gelu, "gelu_new"), (MlpKind.GeluErf, "gelu"), (MlpKind.Silu, "silu"),
        (MlpKind.Swiglu, "silu"), (MlpKind.Geglu, "gelu_pytorch_tanh"),
    ];

    private static readonly Dictionary<string, string> Synonyms = new() { ["gelu_pytorch_tanh"] = "gelu_new", ["gelu_fast"] = "gelu_new", ["swish"] = "silu" };

    public static string Of(MlpKind kind) => Array.Find(Names, entry => entry.Kind == kind).Name;

    /// <summary>The kind of that name, gated or not; null for an unknown one.</summary>
    public static MlpKind? Find(string name, bool isGated)
    {
        name = Synonyms.GetValueOrDefault(name, name);
        return isGated
            ? name switch { "silu" => MlpKind.Swiglu, "gelu_new" => MlpKind.Geglu, _ => null }
            : Names.Where(entry => entry.Name == name && entry.Kind < MlpKind.Swiglu).Select(entry => (MlpKind?)entry.Kind).FirstOrDefault();
    }

    public static string Known(bool isGated) => isGated ? "silu, gelu_pytorch_tanh" : "relu, relu2, gelu_new, gelu, silu";
}
