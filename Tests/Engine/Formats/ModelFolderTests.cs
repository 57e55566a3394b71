using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Tests.Engine.Modules;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Engine.Formats;

public class ModelFolderTests
{
    private static readonly ModelConfig Gpt2 = TestModel.Small with { Preset = "gpt2", Norm = NormKind.LayerNorm, Position = PositionKind.Learned, Bias = true, Mlp = MlpKind.Gelu, Tie = true, Dropout = 0.1 };
    private static readonly ModelConfig Llama = TestModel.Small with { Preset = "llama", Position = PositionKind.Rope, Mlp = MlpKind.Swiglu, KeyValueHeads = 2, RopeTheta = 500, NormEpsilon = 1e-6 };

    private static IEnumerable<TestCaseData> Models()
    {
        yield return Case(Gpt2, ModelLayout.Gpt2, "GPT-2");
        yield return Case(Gpt2 with { Tie = false, Mlp = MlpKind.GeluErf }, ModelLayout.Gpt2, "GPT-2 untied");
        yield return Case(Llama, ModelLayout.Llama, "Llama");
        yield return Case(Llama with { Tie = true, RopeStyle = RopeStyle.Interleaved, HeadSize = 8 }, ModelLayout.Llama, "Llama interleaved tied");
        yield return Case(Llama with { QkNorm = true, RopeStyle = RopeStyle.Interleaved }, ModelLayout.Qwen3, "Qwen3 interleaved");
        yield return Case(Llama with { Window = 3 }, ModelLayout.Mistral, "Mistral");
        yield return Case(TestModel.Small, ModelLayout.PureLlm, "tiny");
        yield return Case(Gpt2 with { Position = PositionKind.Sinusoidal, InitFrom = "elsewhere" }, ModelLayout.PureLlm, "own");
        yield return Case(TestModel.Small with { Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder, NormPosition = NormPosition.Post, EncoderLayers = 1 }, ModelLayout.PureLlm, "encoder-decoder");

        static TestCaseData Case(ModelConfig config, ModelLayout layout, string name) => new TestCaseData(config, layout).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Models))]
    public void A_saved_model_comes_back_bit_for_bit(ModelConfig config, ModelLayout layout)
    {
        using TemporaryFolder folder = new();
        using TestModel test = new TestModel(config).Scramble();
        ModelFolder.Save(folder.Path, test.Model, null);
        LoadedModel loaded = ModelFolder.Load(folder.Path, test.Backend);
        using LanguageModel model = loaded.Model;
        Assert.That(loaded.Layout, Is.EqualTo(layout));
        Assert.That(loaded.Tokenizer, Is.Null);
        Assert.That(model.Config, Is.EqualTo(test.Model.Config with { InitFrom = "" }));
        Assert.That(model.Slabs.Sha256(), Is.EqualTo(test.Model.Slabs.Sha256()));

        using TestModel other = new(config);
        Assert.That(other.Model.Slabs.Sha256(), Is.Not.EqualTo(test.Model.Slabs.Sha256()));
        ModelFolder.LoadWeights(folder.Path, other.Model);
        Assert.That(other.Model.Slabs.Sha256(), Is.EqualTo(test.Model.Slabs.Sha256()));
        Assert.That(other.Logits(), Is.EqualTo(test.Logits()));
    }

    [Test]
    public void A_GPT2_folder_has_the_names_and_shapes_of_GPT2LMHeadModel()
    {
        using TemporaryFolder folder = new();
        using TestModel test = new TestModel(Gpt2).Scramble();
        ModelFolder.Save(folder.Path, test.Model, new ByteTokenizer());
        using SafetensorsReader reader = new(folder.At("model.safetensors"));
        Assert.That(reader.Metadata["format"], Is.EqualTo("pt"));
        string[] block = ["ln_1.weight [16]", "ln_1.bias [16]", "attn.c_attn.weight [16, 48]", "attn.c_attn.bias [48]", "attn.c_proj.weight [16, 16]", "attn.c_proj.bias [16]",
            "ln_2.weight [16]", "ln_2.bias [16]", "mlp.c_fc.weight [16, 24]", "mlp.c_fc.bias [24]", "mlp.c_proj.weight [24, 16]", "mlp.c_proj.bias [16]"];
        string[] expected = ["wte.weight [13, 16]", "wpe.weight [8, 16]", .. block.Select(name => $"h.0.{name}"), .. block.Select(name => $"h.1.{name}"), "ln_f.weight [16]", "ln_f.bias [16]"];
        Assert.That(reader.Tensors.Select(tensor => $"{tensor.Name} {tensor.ShapeText}"), Is.EqualTo(expected.Select(name => $"transformer.{name}")));
        float[] stored = reader.Read(reader.Find("transformer.h.0.attn.c_attn.weight")!), ours = test.Parameter("blocks.0.attention.qkv.weight").Tensor.Data.Span.ToArray();
        Assert.That(stored[(3 * 48) + 40], Is.EqualTo(ours[(40 * 16) + 3]), "[in, out] there, [out, in] here");

        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.At("config.json")))!;
        Assert.That(json["architectures"]![0]!.GetValue<string>(), Is.EqualTo("GPT2LMHeadModel"));
        Assert.That(json["model_type"]!.GetValue<string>(), Is.EqualTo("gpt2"));
        Assert.That(json["activation_function"]!.GetValue<string>(), Is.EqualTo("gelu_new"));
        Assert.That(json["eos_token_id"]!.GetValue<int>(), Is.EqualTo(256));
        Assert.That(new[] { "n_layer", "n_head", "n_embd", "n_positions", "n_inner", "vocab_size" }.Select(key => json[key]!.GetValue<int>()), Is.EqualTo(new[] { 2, 4, 16, 8, 24, 13 }));
    }

    [Test]
    public void A_Llama_folder_has_the_names_and_shapes_of_LlamaForCausalLM_with_half_split_rows()
    {
        using TemporaryFolder folder = new();
        using TestModel test = new TestModel(Llama with { RopeStyle = RopeStyle.Interleaved }).Scramble();
        ModelFolder.Save(folder.Path, test.Model, null);
        using SafetensorsReader reader = new(folder.At("model.safetensors"));
        string[] block = ["input_layernorm.weight [16]", "self_attn.q_proj.weight [16, 16]", "self_attn.k_proj.weight [8, 16]", "self_attn.v_proj.weight [8, 16]", "self_attn.o_proj.weight [16, 16]",
            "post_attention_layernorm.weight [16]", "mlp.gate_proj.weight [24, 16]", "mlp.up_proj.weight [24, 16]", "mlp.down_proj.weight [16, 24]"];
        string[] expected = ["model.embed_tokens.weight [13, 16]", .. block.Select(name => $"model.layers.0.{name}"), .. block.Select(name => $"model.layers.1.{name}"), "model.norm.weight [16]", "lm_head.weight [13, 16]"];
        Assert.That(reader.Tensors.Select(tensor => $"{tensor.Name} {tensor.ShapeText}"), Is.EqualTo(expected));
        float[] k = reader.Read(reader.Find("model.layers.0.self_attn.k_proj.weight")!), ours = test.Parameter("blocks.0.attention.qkv.weight").Tensor.Data.Span[(16 * 16)..].ToArray();
        int[] rows = [0, 2, 1, 3, 4, 6, 5, 7];
        Assert.That(Enumerable.Range(0, 8).Select(row => k[row * 16]), Is.EqualTo(rows.Select(row => ours[row * 16])));

        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.At("config.json")))!;
        Assert.That(json["architectures"]![0]!.GetValue<string>(), Is.EqualTo("LlamaForCausalLM"));
        Assert.That(json["rope_theta"]!.GetValue<double>(), Is.EqualTo(500));
        Assert.That(json["rms_norm_eps"]!.GetValue<double>(), Is.EqualTo(1e-6));
        Assert.That(json["num_key_value_heads"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(json["tie_word_embeddings"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public void A_model_with_rotary_pairs_in_the_other_order_computes_the_same_from_the_same_folder()
    {
        using TemporaryFolder folder = new();
        using TestModel interleaved = new TestModel(Llama with { RopeStyle = RopeStyle.Interleaved, QkNorm = true }).Scramble(), half = new(Llama with { QkNorm = true });
        ModelFolder.Save(folder.Path, interleaved.Model, null);
        ModelFolder.LoadWeights(folder.Path, half.Model);
        Assert.That(half.Logits(), Is.EqualTo(interleaved.Logits()).Within(2e-5f));
        Assert.That(half.Model.Slabs.Sha256(), Is.Not.EqualTo(interleaved.Model.Slabs.Sha256()));
    }

    [Test]
    public void A_folder_written_by_another_program_is_read_without_our_keys_and_with_its_extra_tensors()
    {
        using TemporaryFolder folder = new();
        using TestModel test = new TestModel(Gpt2 with { Dropout = 0 }).Scramble();
        ModelFolder.Save(folder.Path, test.Model, null);
        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.At("config.json")))!;
        json.AsObject().Remove("pure_llm");
        json.AsObject().Remove("tie_word_embeddings");
        File.WriteAllText(folder.At("config.json"), json.ToJsonString());
        List<TensorSource> tensors = [];
        using (SafetensorsReader reader = new(folder.At("model.safetensors")))
        {
            foreach (SafetensorsEntry entry in reader.Tensors)
            {
                float[] values = reader.Read(entry);
                tensors.Add(new TensorSource(entry.Name["transformer.".Length..], entry.Shape, (first, piece) => values.AsSpan((int)first, piece.Length).CopyTo(piece)));
            }
        }
        tensors.Add(new TensorSource("h.0.attn.bias", [1, 1, 2, 2], (_, piece) => piece.Clear()));
        SafetensorsWriter.Save(folder.At("model.safetensors"), tensors);
        using LanguageModel model = ModelFolder.Load(folder.Path, test.Backend).Model;
        Assert.That(model.Slabs.Sha256(), Is.EqualTo(test.Model.Slabs.Sha256()));
    }

    [Test]
    public void Missing_unexpected_and_misshapen_tensors_are_all_named()
    {
        using TemporaryFolder folder = new();
        using TestModel test = new(Llama);
        ModelFolder.Save(folder.Path, test.Model, null);
        SafetensorsWriter.Save(folder.At("model.safetensors"),
        [
            new TensorSource("model.norm.weight", [15], (_, piece) => piece.Clear()),
            new TensorSource("extra", [1], (_, piece) => piece.Clear()),
        ]);
        Assert.That(() => ModelFolder.Load(folder.Path, test.Backend), Throws.TypeOf<ModelFileException>()
            .With.Message.Contains("'model.norm.weight' is [15] where config.json asks for [16]")
            .And.Message.Contains("'extra' is not expected")
            .And.Message.Contains("'lm_head.weight' [13, 16] is missing")
            .And.Message.Contains("'model.layers.1.mlp.down_proj.weight' [16, 24] is missing"));
    }

    [Test]
    public void Weights_of_another_network_are_refused_with_every_difference()
    {
        using TemporaryFolder folder = new();
        using TestModel stored = new(Llama), wanted = new(Llama with { Layers = 1, RopeTheta = 10000 }, vocabulary: 14);
        ModelFolder.Save(folder.Path, stored.Model, null);
        string before = wanted.Model.Slabs.Sha256();
        Assert.That(() => ModelFolder.LoadWeights(folder.Path, wanted.Model), Throws.TypeOf<ModelFileException>()
            .With.Message.Contains("layers is 2 there and 1 here").And.Message.Contains("rope_theta").And.Message.Contains("13 tokens there and 14 here"));
        Assert.That(wanted.Model.Slabs.Sha256(), Is.EqualTo(before));
    }

    [TestCase("model_type", "\"bert\"", "model_type 'bert' is not supported")]
    [TestCase("num_hidden_layers", "0", "'num_hidden_layers' is 0")]
    [TestCase("num_hidden_layers", "1000000000", "'num_hidden_layers' is 1000000000")]
    [TestCase("hidden_size", "\"16\"", "'hidden_size' is \"16\"")]
    [TestCase("vocab_size", "null", "'vocab_size' is missing")]
    [TestCase("attention_bias", "true", "'attention_bias' = true is not supported")]
    [TestCase("rope_scaling", "{\"rope_type\":\"yarn\"}", "'rope_scaling.rope_type' = \"yarn\"")]
    [TestCase("num_key_value_heads", "3", "3 key and value heads")]
    [TestCase("hidden_act", "\"mish\"", "'hidden_act' is 'mish'")]
    [TestCase("pure_llm", "{\"dropout\":2}", "pure_llm")]
    [TestCase("pure_llm", "7", "'pure_llm' is not an object")]
    public void A_config_that_can_not_be_run_is_refused_by_key(string key, string value, string expected)
    {
        using TemporaryFolder folder = new();
        using TestModel test = new(Llama);
        ModelFolder.Save(folder.Path, test.Model, null);
        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.At("config.json")))!;
        json[key] = JsonNode.Parse(value);
        File.WriteAllText(folder.At("config.json"), json.ToJsonString());
        Assert.That(() => ModelFolder.Load(folder.Path, test.Backend), Throws.TypeOf<ModelFileException>().With.Message.Contains(expected).And.Message.Contains("config.json"));
    }

    [Test]
    public void An_empty_folder_and_broken_JSON_are_refused_with_the_file()
    {
        using TemporaryFolder folder = new();
        using TestModel test = new(Llama);
        Assert.That(() => ModelFolder.Load(folder.Path, test.Backend), Throws.TypeOf<ModelFileException>().With.Message.Contains("config.json"));
        File.WriteAllText(folder.At("config.json"), "{\n \"a\": }");
        Assert.That(() => ModelFolder.Load(folder.Path, test.Backend), Throws.TypeOf<ModelFileException>().With.Message.Contains("config.json:2:"));
    }

    [Test]
    public void The_tokenizer_travels_with_the_model()
    {
        using TemporaryFolder folder = new();
        using TestModel test = new(Llama, vocabulary: 257);
        ModelFolder.Save(folder.Path, test.Model, new ByteTokenizer());
        LoadedModel loaded = ModelFolder.Load(folder.Path, test.Backend);
        loaded.Model.Dispose();
        Assert.That(loaded.Tokenizer!.Encode("añ"), Is.EqualTo(new ByteTokenizer().Encode("añ")));
        using TestModel small = new(Llama);
        ModelFolder.Save(folder.Path, small.Model, null);
        Assert.That(() => ModelFolder.Load(folder.Path, test.Backend), Throws.TypeOf<ModelFileException>().With.Message.Contains("257 tokens for a model that knows 13"));
    }

    [Test]
    public void Device_memory_is_saved_by_name_and_comes_back_or_is_refused()
    {
        using TemporaryFolder folder = new();
        using TestModel test = new(Llama);
        using AdamW adam = new(test.Backend, test.Model.Slabs, 0.9, 0.99, 1e-8, 0);
        (View m, View v) = (adam.State[0].Slab, adam.State[1].Slab);
        for (int i = 0; i < m.Length; i++) { m.Span[i] = i; }
        ViewFile.Save(folder.At("optimizer.safetensors"), test.Backend, [("m", m), ("v", v)], new Dictionary<string, string> { ["kind"] = "adamw" });
        float[] kept = m.Span.ToArray();
        m.Span.Clear();
        IReadOnlyDictionary<string, string> metadata = ViewFile.Load(folder.At("optimizer.safetensors"), test.Backend, [("m", m), ("v", v)]);
        Assert.That(metadata["kind"], Is.EqualTo("adamw"));
        Assert.That(m.Span.ToArray(), Is.EqualTo(kept));
        Assert.That(() => ViewFile.Load(folder.At("optimizer.safetensors"), test.Backend, [("m", m.Slice(0, 16)), ("w", v)]),
            Throws.TypeOf<ModelFileException>().With.Message.Contains("'m' is").And.Message.Contains("'w' is missing").And.Message.Contains("'v' is not expected"));
    }
}
