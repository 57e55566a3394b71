using System.Text.Json;
using System.Text.Json.Nodes;
using PureLlm.Cli.Web.Export;

namespace PureLlm.Tests.Cli.Web;

[TestFixture]
public sealed class SharedJsonTests
{
    private const string Long = """[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]""";

    [Test]
    public void Documents_come_back_as_they_were()
    {
        string[] documents = ["""{"a":1,"b":{"values":""" + Long + ""","name":"the first of two names that are long enough"},"c":[]}""", """{"a":2,"b":{"values":""" + Long + ""","name":"another name that is long enough as well"},"c":{}}""", "[]", "{}", "\"x\"", "null"];
        var pool = new SharedJson();
        int[] roots = Array.ConvertAll(documents, document => pool.Add(JsonDocument.Parse(document).RootElement));
        JsonArray parts = JsonNode.Parse(pool.ToJson())!.AsArray();
        Assert.That(roots.Select(root => Resolve(parts[root], parts)), Is.EqualTo(documents));
    }

    [Test]
    public void Equal_parts_are_kept_once()
    {
        var pool = new SharedJson();
        pool.Add(JsonDocument.Parse($$"""{"a":1,"values":{{Long}}}""").RootElement);
        long before = pool.Length;
        pool.Add(JsonDocument.Parse($$"""{"a":2,"values":{{Long}}}""").RootElement);
        Assert.That(pool.Length - before, Is.LessThan(Long.Length));
    }

    private static string Resolve(JsonNode? node, JsonArray parts) => node switch
    {
        JsonObject o when o.Count == 1 && o["$"] is JsonValue place => Resolve(parts[place.GetValue<int>()], parts),
        JsonObject o => $"{{{string.Join(',', o.Select(property => $"\"{property.Key}\":{Resolve(property.Value, parts)}"))}}}",
        JsonArray a => $"[{string.Join(',', a.Select(item => Resolve(item, parts)))}]",
        null => "null",
        _ => node.ToJsonString(),
    };
}
