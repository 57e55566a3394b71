using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>Pre-tokenizers in tokenizer.json, both ways.</summary>
internal static class PreTokenizerJson
{
    private const int DeepestSequence = 20;

    /// <summary>The pre-tokenizer of a field; null where the field is absent or null.</summary>
    /// <param name="json">The field.</param>
    /// <param name="visible">For ByteLevel: true where the model's vocabulary is spelled in the visible alphabet, false where it holds bytes.</param>
    /// <exception cref="TokenizerException">Something in it is not understood; the message names the field.</exception>
    public static PreTokenizer? Read(JsonField json, bool visible = false) => json.IsNull ? null : Read(json, visible, 0);

    private static PreTokenizer Read(JsonField json, bool visible, int depth)
    {
        string type = json["type"].Text();
        return type switch
        {
            "BertPreTokenizer" => new BertPreTokenizer(),
            "ByteLevel" => new ByteLevelPreTokenizer(json["add_prefix_space"].Flag(), json["use_regex"].Flag(true), visible, json["trim_offsets"].Flag()),
            "CharDelimiterSplit" => new DelimiterPreTokenizer(Character(json["delimiter"])),
            "Digits" => new DigitsPreTokenizer(json["individual_digits"].Flag()),
            "FixedLength" => new FixedLengthPreTokenizer(json["length"].IsNull ? 5 : json["length"].Whole(1, int.MaxValue)),
            "Metaspace" => ReadMetaspace(json),
            "Punctuation" => new PunctuationPreTokenizer(json["behavior"].IsNull ? SplitBehavior.Isolated : Behavior(json["behavior"])),
            "Sequence" when depth == DeepestSequence => throw json.Wrong($"is a Sequence within {DeepestSequence} others; write them as one"),
            "Sequence" => new SequencePreTokenizer([.. json["pretokenizers"].Items().Select(item => Read(item, visible, depth + 1))]),
            "Split" => PatternJson.Build(json["pattern"], (pattern, isRegex) =>
                new SplitPreTokenizer(pattern, isRegex, Behavior(json["behavior"]), json["invert"].Flag())),
            "UnicodeScripts" => new UnicodeScriptsPreTokenizer(),
            "Whitespace" => new WhitespacePreTokenizer(),
            "WhitespaceSplit" => new WhitespaceSplitPreTokenizer(),
            _ => throw json["type"].Wrong($"is \"{type}\"; known are BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Sequence, Split, UnicodeScripts, Whitespace, WhitespaceSplit"),
        };
    }

    /// <summary>Writes a pre-tokenizer as a value, null for none.</summary>
    public static void Write(Utf8JsonWriter json, PreTokenizer? preTokenizer)
    {
        if (preTokenizer is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", preTokenizer.Type);
        switch (preTokenizer)
        {
            case ByteLevelPreTokenizer level:
                json.WriteBoolean("add_prefix_space", level.AddPrefixSpace);
                json.WriteBoolean("trim_offsets", level.TrimOffsets);
                json.WriteBoolean("use_regex", level.UseRegex);
                break;
            case DelimiterPreTokenizer delimiter:
                json.WriteString("delimiter", delimiter.Delimiter.ToString());
                break;
            case DigitsPreTokenizer digits:
                json.WriteBoolean("individual_digits", digits.IndividualDigits);
                break;
            case FixedLengthPreTokenizer pieces:
                json.WriteNumber("length", pieces.Length);
                break;
            case MetaspacePreTokenizer metaspace:
                json.WriteString("replacement", metaspace.Replacement.ToString());
                json.WriteString("prepend_scheme", SchemeName(metaspace.Scheme));
                json.WriteBoolean("split", metaspace.Splits);
                break;
            case PunctuationPreTokenizer punctuation:
                json.WriteString("behavior", punctuation.Behavior.ToString());
                break;
            case SplitPreTokenizer split:
                PatternJson.Write(json, split.Pattern, split.IsRegex);
                json.WriteString("behavior", split.Behavior.ToString());
                json.WriteBoolean("invert", split.Invert);
                break;
            case SequencePreTokenizer sequence:
                json.WriteStartArray("pretokenizers");
                foreach (PreTokenizer step in sequence.Steps)
                {
                    Write(json, step);
                }
                json.WriteEndArray();
                break;
        }
        json.WriteEndObject();
    }

    /// <summary>How tokenizer.json writes a scheme.</summary>
    public static string SchemeName(PrependScheme scheme) => scheme switch
    {
        PrependScheme.Always => "always",
        PrependScheme.First => "first",
        _ => "never",
    };

    /// <summary>The fields that the Metaspace pre-tokenizer and decoder share: the mark, where it is put, and whether it splits.</summary>
    public static (Rune Replacement, PrependScheme Scheme, bool Splits) ReadMetaspaceFields(JsonField json)
    {
        JsonField scheme = json["prepend_scheme"];
        PrependScheme prepends = scheme.Text("always") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw scheme.Wrong($"is \"{other}\", not \"always\", \"first\" or \"never\""),
        };
        // Older files say add_prefix_space; false means never, and must not contradict the scheme where both stand.
        if (!json["add_prefix_space"].Flag(true))
        {
            if (!scheme.IsNull && prepends != PrependScheme.Never)
            {
                throw json["add_prefix_space"].Wrong($"is false, but {scheme.Path} is \"{SchemeName(prepends)}\"");
            }
            prepends = PrependScheme.Never;
        }
        return (Character(json["replacement"]), prepends, json["split"].Flag(true));
    }

    private static MetaspacePreTokenizer ReadMetaspace(JsonField json)
    {
        (Rune replacement, PrependScheme scheme, bool splits) = ReadMetaspaceFields(json);
        return new MetaspacePreTokenizer(replacement, scheme, splits);
    }

    private static SplitBehavior Behavior(JsonField json) => json.Text() switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw json.Wrong($"is \"{other}\", not \"Removed\", \"Isolated\", \"MergedWithPrevious\", \"MergedWithNext\" or \"Contiguous\""),
    };

    private static Rune Character(JsonField json)
    {
        Rune[] runes = [.. json.Text().EnumerateRunes()];
        return runes is [var only] ? only : throw json.Wrong($"has {runes.Length} characters, not one");
    }
}
