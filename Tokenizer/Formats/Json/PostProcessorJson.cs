using System.Text.Json;
using PureLlm.Tokenizer.PostProcessors;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The object "post_processor".</summary>
internal static class PostProcessorJson
{
    public static PostProcessor? Read(JsonField field)
    {
        if (field.IsNull)
        {
            return null;
        }
        return (field["type"].Text(null) ?? TypeByFields(field)) switch
        {
            "BertProcessing" => new BertProcessing(NameAndId(field["cls"]), NameAndId(field["sep"])),
            "RobertaProcessing" => new RobertaProcessing(NameAndId(field["cls"]), NameAndId(field["sep"]), field["trim_offsets"].Flag(true), field["add_prefix_space"].Flag(true)),
            "ByteLevel" => new ByteLevelProcessing(field["add_prefix_space"].Flag(true), field["trim_offsets"].Flag(true), field["use_regex"].Flag(true)),
            "TemplateProcessing" => Template(field),
            "Sequence" => new SequenceProcessing([.. field["processors"].Items().Select(item => Read(item) ?? throw item.Wrong("is null, not a post-processor"))]),
            string other => throw field["type"].Wrong($"is \"{other}\"; the post-processors are TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and Sequence"),
        };
    }

    public static void Write(Utf8JsonWriter json, PostProcessor? processor)
    {
        switch (processor)
        {
            case null:
                json.WriteNullValue();
                return;
            case ByteLevelProcessing level:
                ScannedSplitJson.WriteByteLevel(json, level.UseRegex, level.AddPrefixSpace, level.TrimOffsets);
                return;
        }
        json.WriteStartObject();
        json.WriteString("type", processor.Type);
        switch (processor)
        {
            case BertProcessing bert:
                WriteNameAndId(json, "sep", bert.Separator);
                WriteNameAndId(json, "cls", bert.Start);
                break;
            case RobertaProcessing roberta:
                WriteNameAndId(json, "sep", roberta.Separator);
                WriteNameAndId(json, "cls", roberta.Start);
                json.WriteBoolean("trim_offsets", roberta.TrimOffsets);
                json.WriteBoolean("add_prefix_space", roberta.AddPrefixSpace);
                break;
            case TemplateProcessing template:
                WriteTemplate(json, template);
                break;
            case SequenceProcessing sequence:
                json.WriteStartArray("processors");
                foreach (PostProcessor step in sequence.Processors)
                {
                    Write(json, step);
                }
                json.WriteEndArray();
                break;
        }
        json.WriteEndObject();
    }

    /// <summary>Old files have no type.</summary>
    private static string TypeByFields(JsonField field) =>
        !field["sep"].IsNull ? field["trim_offsets"].IsNull ? "BertProcessing" : "RobertaProcessing"
        : !field["single"].IsNull ? "TemplateProcessing"
        : !field["processors"].IsNull ? "Sequence"
        : throw field["type"].Wrong("is missing");

    /// <summary>A token as ["name", id].</summary>
    private static (string Name, int Id) NameAndId(JsonField field)
    {
        JsonField[] pair = [.. field.Items().Take(3)];
        return pair.Length == 2 ? (pair[0].Text(), pair[1].Whole(0, int.MaxValue)) : throw field.Wrong("is not a pair of a token and its id");
    }

    private static void WriteNameAndId(Utf8JsonWriter json, string property, (string Name, int Id) token)
    {
        json.WriteStartArray(property);
        json.WriteStringValue(token.Name);
        json.WriteNumberValue(token.Id);
        json.WriteEndArray();
    }

    private static TemplateProcessing Template(JsonField field)
    {
        Dictionary<string, TemplateToken> special = [];
        foreach ((string name, JsonField token) in field["special_tokens"].IsNull ? [] : field["special_tokens"].Fields())
        {
            int[] ids = [.. token["ids"].Items().Select(id => id.Whole(0, int.MaxValue))];
            string[] tokens = [.. token["tokens"].Items().Select(text => text.Text())];
            special[name] = ids.Length == tokens.Length ? new TemplateToken(ids, tokens)
                : throw token.Wrong($"has {ids.Length} ids and {tokens.Length} tokens; there must be as many");
        }
        List<TemplatePiece> single = Pieces(field["single"]), pair = Pieces(field["pair"]);
        foreach (TemplatePiece piece in single.Concat(pair))
        {
            if (piece.Special is { } name && !special.ContainsKey(name))
            {
                throw field["special_tokens"].Wrong($"lacks \"{name}\", which a template names");
            }
        }
        return new TemplateProcessing(single, pair, special);
    }

    private static List<TemplatePiece> Pieces(JsonField list) => [.. list.Items().Select(item =>
    {
        JsonField text = item["Sequence"], special = item["SpecialToken"];
        return !text.IsNull ? TemplatePiece.OfText(text["id"].Text() switch { "A" => 0, "B" => 1, string other => throw text["id"].Wrong($"is \"{other}\", not \"A\" or \"B\"") }, TypeId(text))
            : !special.IsNull ? TemplatePiece.OfSpecial(special["id"].Text(), TypeId(special))
            : throw item.Wrong("is neither a Sequence nor a SpecialToken");
    })];

    private static int TypeId(JsonField piece) => piece["type_id"].IsNull ? 0 : piece["type_id"].Whole(0, int.MaxValue);

    private static void WriteTemplate(Utf8JsonWriter json, TemplateProcessing template)
    {
        WritePieces(json, "single", template.Single);
        WritePieces(json, "pair", template.Pair);
        json.WriteStartObject("special_tokens");
        foreach ((string name, TemplateToken token) in template.SpecialTokens.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(name);
            json.WriteString("id", name);
            json.WriteStartArray("ids");
            foreach (int id in token.Ids)
            {
                json.WriteNumberValue(id);
            }
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            foreach (string text in token.Tokens)
            {
                json.WriteStringValue(text);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WritePieces(Utf8JsonWriter json, string property, IReadOnlyList<TemplatePiece> pieces)
    {
        json.WriteStartArray(property);
        foreach (TemplatePiece piece in pieces)
        {
            json.WriteStartObject();
            json.WriteStartObject(piece.Special is null ? "Sequence" : "SpecialToken");
            json.WriteString("id", piece.Special ?? (piece.Text == 0 ? "A" : "B"));
            json.WriteNumber("type_id", piece.TypeId);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
