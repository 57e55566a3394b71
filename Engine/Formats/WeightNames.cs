using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;

namespace PureLlm.Engine.Formats;

/// <summary>The tensors of model.safetensors for a model, by the names and shapes of its layout.</summary>
internal static class WeightNames
{
    public static IReadOnlyList<StoredTensor> Of(LanguageModel model, ModelLayout layout) => layout switch
    {
        ModelLayout.PureLlm => [.. model.Parameters.Select(parameter => new StoredTensor(parameter.Name, parameter))],
        ModelLayout.Gpt2 => [.. Gpt2((Transformer)model)],
        _ => [.. Llama((Transformer)model)],
    };

    /// <summary>Tensors that other programs store and that hold nothing learned: masks, frequencies, a second copy of a tied head.</summary>
    public static bool IsIgnored(string name, LanguageModel model) =>
        name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal)
        || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (name == "lm_head.weight" && model.Config.Tie);

    private static IEnumerable<StoredTensor> Gpt2(Transformer model)
    {
        yield return new("transformer.wte.weight", model.Embedding);
        yield return new("transformer.wpe.weight", model.Body.Embedding.Positions!);
        for (int i = 0; i < model.Body.Blocks.Count; i++)
        {
            Block block = model.Body.Blocks[i];
            string path = $"transformer.h.{i}.";
            foreach (StoredTensor tensor in (StoredTensor[])[.. OfNorm($"{path}ln_1", block.AttentionNorm), .. Conv1D($"{path}attn.c_attn", block.Attention.Qkv), .. Conv1D($"{path}attn.c_proj", block.Attention.Output),
                .. OfNorm($"{path}ln_2", block.MlpNorm), .. Conv1D($"{path}mlp.c_fc", block.Mlp.Up), .. Conv1D($"{path}mlp.c_proj", block.Mlp.Down)])
            {
                yield return tensor;
            }
        }
        foreach (StoredTensor tensor in OfNorm("transformer.ln_f", model.Body.Norm!)) { yield return tensor; }
        if (!model.Config.Tie) { yield return new("lm_head.weight", model.Head); }
    }

    private static IEnumerable<StoredTensor> Conv1D(string name, Linear linear)
    {
        yield return new($"{name}.weight", linear.Weight) { IsTransposed = true };
        yield return new($"{name}.bias", linear.Bias!);
    }

    private static IEnumerable<StoredTensor> OfNorm(string name, Norm norm)
    {
        yield return new($"{name}.weight", norm.Weight);
        yield return new($"{name}.bias", norm.Bias!);
    }

    private static IEnumerable<StoredTensor> Llama(Transformer model)
    {
        ModelConfig config = model.Config;
        int queries = config.Heads * config.HeadSize, shared = config.KeyValueHeads * config.HeadSize, paired = config.RopeStyle == RopeStyle.Interleaved ? config.HeadSize : 0;
        yield return new("model.embed_tokens.weight", model.Embedding);
        for (int i = 0; i < model.Body.Blocks.Count; i++)
        {
            Block block = model.Body.Blocks[i];
            SelfAttention attention = block.Attention;
            Parameter qkv = attention.Qkv.Weight;
            string path = $"model.layers.{i}.";
            yield return new($"{path}input_layernorm.weight", block.AttentionNorm.Weight);
            yield return new($"{path}self_attn.q_proj.weight", qkv) { Rows = queries, PairedHeadSize = paired };
            yield return new($"{path}self_attn.k_proj.weight", qkv) { FirstRow = queries, Rows = shared, PairedHeadSize = paired };
            yield return new($"{path}self_attn.v_proj.weight", qkv) { FirstRow = queries + shared, Rows = shared };
            yield return new($"{path}self_attn.o_proj.weight", attention.Output.Weight);
            if (config.QkNorm)
            {
                yield return new($"{path}self_attn.q_norm.weight", attention.QueryNorm!) { PairedHeadSize = paired };
                yield return new($"{path}self_attn.k_norm.weight", attention.KeyNorm!) { PairedHeadSize = paired };
            }
            yield return new($"{path}post_attention_layernorm.weight", block.MlpNorm.Weight);
            yield return new($"{path}mlp.gate_proj.weight", block.Mlp.Gate!.Weight);
            yield return new($"{path}mlp.up_proj.weight", block.Mlp.Up.Weight);
            yield return new($"{path}mlp.down_proj.weight", block.Mlp.Down.Weight);
        }
        yield return new("model.norm.weight", model.Body.Norm!.Weight);
        if (!config.Tie) { yield return new("lm_head.weight", model.Head); }
    }
}
