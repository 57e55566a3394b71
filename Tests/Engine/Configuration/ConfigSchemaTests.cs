using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Tests.Engine.Configuration;

public class ConfigSchemaTests
{
    [Test]
    public void Every_key_has_a_table_a_sentence_and_an_explanation()
    {
        foreach (ConfigKey key in ConfigSchema.Keys)
        {
            Assert.That(key.Table.Length == 0 || ConfigSchema.IsTable(key.Table), Is.True, key.Path);
            Assert.That(key.Help, Does.EndWith("."), key.Path);
            Assert.That(key.Explanation, Is.Not.Empty, key.Path);
            Assert.That(key.Help.Length, Is.LessThan(100), key.Path);
        }
        Assert.That(ConfigSchema.Keys.Select(key => key.Path), Is.Unique);
        Assert.That(ConfigSchema.Keys.SelectMany(key => key.Aliases.Select(alias => $"{key.Table}.{alias}")), Is.Unique);
    }

    [Test]
    public void No_alias_is_the_name_of_a_key_in_the_same_table() =>
        Assert.That(ConfigSchema.Keys.SelectMany(key => key.Aliases.Select(alias => $"{key.Table}.{alias}")).Where(path => ConfigSchema.Find(path) is not null), Is.Empty);

    [TestCase("train.learning_rate", "train.lr")]
    [TestCase("lr", "train.lr")]
    [TestCase("train.bacth", "train.batch")]
    [TestCase("checkpoint.every", "checkpoint.every")]
    [TestCase("n_layer", "model.layers")]
    public void Suggestions_begin_with_the_nearest(string path, string expected) =>
        Assert.That(ConfigSchema.Suggest(path)[0].Path, Is.EqualTo(expected));

    [Test]
    public void Nothing_is_suggested_for_a_word_that_is_near_to_nothing() => Assert.That(ConfigSchema.Suggest("qqqqqqqq"), Is.Empty);

    [Test]
    public void The_json_schema_describes_every_key_and_refuses_others()
    {
        JsonNode root = JsonNode.Parse(ConfigJsonSchema.Write())!;
        foreach (ConfigKey key in ConfigSchema.Keys)
        {
            JsonNode? node = root;
            foreach (string part in key.Path.Split('.'))
            {
                Assert.That((bool?)node!["additionalProperties"], Is.False, key.Path);
                node = node["properties"]![part];
            }
            Assert.That((string?)node!["description"], Does.StartWith(key.Help), key.Path);
        }
        Assert.That((int?)root["properties"]!["model"]!["properties"]!["layers"]!["default"], Is.EqualTo(2));
        Assert.That(root["properties"]!["train"]!["properties"]!["optimizer"]!["enum"]!.AsArray().Select(node => (string?)node), Is.EqualTo(new[] { "adamw", "sgd", "muon" }));
        Assert.That(root["properties"]!["eval"]!["properties"]!["sample"]!["properties"]!["top_k"], Is.Not.Null);
    }

    [Test]
    public void A_key_is_explained_with_type_default_presets_and_example() =>
        Assert.That(ConfigHelp.Explain("model.norm"), Is.EqualTo("""
            model.norm  rmsnorm (Llama) or layernorm (2017, GPT-2).

              RMSNorm (arXiv 1910.07467) drops the mean and is cheaper at the same quality.

              takes    "rmsnorm" | "layernorm"
              default  "rmsnorm"
              presets  gpt2 "layernorm" · transformer-2017 "layernorm"
              example  norm = "layernorm"

            """.ReplaceLineEndings("\n")));

    [Test]
    public void A_name_alone_a_table_and_an_unknown_word_are_answered()
    {
        Assert.That(ConfigHelp.Explain("lr"), Does.StartWith("train.lr  "));
        Assert.That(ConfigHelp.Explain("every"), Does.Contain("eval.every").And.Contain("checkpoint.every"));
        Assert.That(ConfigHelp.Explain("eval"), Does.StartWith("[eval]  ").And.Contain("sample"));
        Assert.That(ConfigHelp.Explain("[eval.sample]"), Does.Contain("top_k"));
        Assert.That(ConfigHelp.Explain("qqqq"), Is.Null);
    }
}
