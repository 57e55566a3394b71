using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;

namespace PureLlm.Tests.Engine.Modules;

public class ParameterCountTests
{
    [Test]
    public void Gpt2_has_124_439_808_parameters() =>
        Assert.That(LanguageModel.Create(ModelPresets.Gpt2, 50257).ParameterCount, Is.EqualTo(124_439_808));

    [Test]
    public void The_15M_Llama_has_15_191_712_parameters_with_32000_tokens() =>
        Assert.That(LanguageModel.Create(ModelPresets.Llama, 32000).ParameterCount, Is.EqualTo(15_191_712));

    [Test]
    public void The_base_transformer_of_2017_has_63_million_parameters_with_37000_shared_tokens()
    {
        // 37,000·512 + 6 encoder layers (4·(512² + 512) + 2·512·2048 + 2048 + 512 + 2·1024) + 6 decoder layers (8·(512² + 512) + … + 3·1024)
        long attention = 4 * ((512 * 512) + 512), mlp = (2 * 512 * 2048) + 2048 + 512, norm = 2 * 512;
        long expected = (37_000 * 512) + (6 * (attention + mlp + (2 * norm))) + (6 * ((2 * attention) + mlp + (3 * norm)));
        Assert.That(LanguageModel.Create(ModelPresets.Transformer2017, 37_000).ParameterCount, Is.EqualTo(expected));
        Assert.That(expected, Is.InRange(62_900_000, 63_200_000));
    }

    [Test]
    public void Grouped_queries_a_head_of_its_own_and_learned_positions_count_as_their_shapes_say()
    {
        ModelConfig config = new() { Layers = 1, Width = 8, Heads = 4, KeyValueHeads = 2, Context = 5, Mlp = MlpKind.Swiglu, MlpWidth = 12, QkNorm = true };
        int expected = (7 * 8) + (5 * 8) + 8 + (16 * 8) + 2 + 2 + (8 * 8) + 8 + (3 * 8 * 12) + 8 + (7 * 8);
        Assert.That(LanguageModel.Create(config, 7).ParameterCount, Is.EqualTo(expected));
    }

    [Test]
    public void A_described_model_takes_no_memory() =>
        Assert.That(() => LanguageModel.Create(ModelPresets.Gpt2, 50257).Embedding.Tensor, Throws.InvalidOperationException.With.Message.Contains("embedding.weight"));
}
