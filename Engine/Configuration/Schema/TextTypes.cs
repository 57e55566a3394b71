using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>Any text; where told, not an empty one.</summary>
public sealed class TextType(bool allowsEmpty = true) : KeyType<string>
{
    public override string Description => allowsEmpty ? "text in quotes" : "text in quotes, not empty";

    public override string Write(string value) => TomlText.Quote(value);

    public override JsonObject JsonSchema() => allowsEmpty ? new() { ["type"] = "string" } : new() { ["type"] = "string", ["minLength"] = 1 };

    internal override string Read(TomlValue value, ReadContext context)
    {
        string? text = context.TextOf(value);
        if (text is null)
        {
            context.FailType(value, Description, value is TomlInteger or TomlFloat or TomlBoolean ? $"write \"{value.Span.Text}\"" : null);
        }
        else if (text.Length == 0 && !allowsEmpty)
        {
            context.FailRange(value, Description, "this is empty");
        }
        return text ?? "";
    }
}

/// <summary>The name of a run, which becomes a folder.</summary>
public sealed class NameType : KeyType<string>
{
    private const string Forbidden = "/\\:*?\"<>|";

    public override string Description => "a name that can be a folder: letters, digits, blanks, - _ .";

    public override string Write(string value) => TomlText.Quote(value);

    public override JsonObject JsonSchema() => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 100 };

    internal override string Read(TomlValue value, ReadContext context)
    {
        string? text = context.TextOf(value);
        if (text is null)
        {
            context.FailType(value, Description);
        }
        else if (!IsValid(text))
        {
            context.FailRange(value, Description, $"no {Forbidden} and no . or blank at an end; 1 to 100 characters");
        }
        return text ?? "";
    }

    internal static bool IsValid(string name) => name.Length is > 0 and <= 100 && name.Trim(' ', '.') == name && !name.Any(c => char.IsControl(c) || Forbidden.Contains(c));
}

/// <summary>One of the members of an enumeration, by its spelling.</summary>
public sealed class ChoiceType<TEnum> : KeyType<TEnum> where TEnum : struct, Enum
{
    private static readonly (TEnum Value, string Text)[] Members =
        [.. typeof(TEnum).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((TEnum)field.GetValue(null)!, Spelling(field)))];

    public override string Description => string.Join(" | ", Choices.Select(choice => $"\"{choice}\""));

    public override IReadOnlyList<string> Choices => [.. Members.Select(member => member.Text)];

    /// <summary>The spelling of a member: "warmup-stable-decay".</summary>
    public static string Text(TEnum value) => Array.Find(Members, member => member.Value.Equals(value)).Text;

    public override string Write(TEnum value) => TomlText.Quote(Text(value));

    public override JsonObject JsonSchema() => new() { ["enum"] = new JsonArray([.. Choices.Select(choice => JsonValue.Create(choice))]) };

    internal override TEnum Read(TomlValue value, ReadContext context) =>
        WordChoice.Find(value, Choices, context) is string word ? Array.Find(Members, member => member.Text == word).Value : default;

    private static string Spelling(FieldInfo field)
    {
        if (field.GetCustomAttribute<SpelledAttribute>() is SpelledAttribute spelled)
        {
            return spelled.Text;
        }
        var text = new StringBuilder();
        foreach (char c in field.Name)
        {
            text.Append(char.IsUpper(c) && text.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}

/// <summary>One of a few words.</summary>
public sealed class WordType(IReadOnlyList<string> words) : KeyType<string>
{
    public override string Description => string.Join(" | ", words.Select(word => $"\"{word}\""));

    public override IReadOnlyList<string> Choices => words;

    public override string Write(string value) => TomlText.Quote(value);

    public override JsonObject JsonSchema() => new() { ["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]) };

    internal override string Read(TomlValue value, ReadContext context) => WordChoice.Find(value, words, context) ?? "";
}

internal static class WordChoice
{
    /// <summary>The word, or null and a diagnostic with the nearest one.</summary>
    public static string? Find(TomlValue value, IReadOnlyList<string> words, ReadContext context, string? extra = null)
    {
        string all = string.Join(", ", words) + extra;
        if (context.TextOf(value) is not string text)
        {
            context.FailType(value, "one of " + all);
            return null;
        }
        if (words.Contains(text))
        {
            return text;
        }
        string? near = words.FirstOrDefault(word => Plain(word) == Plain(text)) ?? Spelling.Nearest(text, words);
        context.Fail("C004", $"{context.Path} cannot be \"{text}\"", value.Span, near is null ? $"choices: {all}" : $"did you mean \"{near}\"?", near is null ? null : $"choices: {all}");
        return null;
    }

    private static string Plain(string word) => word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}

/// <summary>One text or an array of them.</summary>
public sealed class TextsType : KeyType<Values<string>>
{
    public override string Description => "text in quotes or an array of it";

    public override string Write(Values<string> value) => value.Count == 1 ? TomlText.Quote(value[0]) : $"[{string.Join(", ", value.Select(TomlText.Quote))}]";

    public override JsonObject JsonSchema() => new()
    {
        ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" }, ["minItems"] = 1 }),
    };

    internal override Values<string> Read(TomlValue value, ReadContext context)
    {
        List<TomlValue> items = value is TomlArray array ? array.Items : [value];
        if (items.Count == 0)
        {
            context.FailRange(value, "at least one text", "this is empty");
        }
        foreach (TomlValue item in items)
        {
            if (item is TomlString { Value.Length: 0 })
            {
                context.FailRange(item, "a name or a path", "this is empty");
            }
            else if (item is not TomlString && (value is TomlArray || context.Raw is null))
            {
                context.FailType(item, Description);
            }
        }
        return [.. items.Select(item => (item as TomlString)?.Value ?? context.Raw ?? "")];
    }
}

/// <summary>chars, bytes, words, bpe, or file:path.</summary>
public sealed class TokenizerKindType : KeyType<(TokenizerKind Kind, string File)>
{
    private const string FilePrefix = "file:";

    public override string Description => string.Join(" | ", Choices.Select(choice => $"\"{choice}\"")) + " | \"file:path/tokenizer.json\"";

    public override IReadOnlyList<string> Choices => ["chars", "bytes", "words", "bpe"];

    public override string Write((TokenizerKind Kind, string File) value) =>
        TomlText.Quote(value.Kind == TokenizerKind.File ? FilePrefix + value.File : ChoiceType<TokenizerKind>.Text(value.Kind));

    public override JsonObject JsonSchema() => new()
    {
        ["oneOf"] = new JsonArray(new WordType(Choices).JsonSchema(), new JsonObject { ["type"] = "string", ["pattern"] = "^file:." }),
    };

    internal override (TokenizerKind Kind, string File) Read(TomlValue value, ReadContext context)
    {
        if (value is TomlString { Value: string text } && text.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            if (text.Length == FilePrefix.Length)
            {
                context.FailRange(value, Description, "the path is empty");
            }
            return (TokenizerKind.File, text[FilePrefix.Length..]);
        }
        return WordChoice.Find(value, Choices, context, ", file:path") is string word ? ((TokenizerKind)Choices.ToList().IndexOf(word), "") : default;
    }
}

/// <summary>The rules of [break].</summary>
public sealed class RulesType : KeyType<Values<BreakRule>>
{
    public override string Description => "an array of rules: [\"nan\", \"gnorm > 100\"]";

    public override string Write(Values<BreakRule> value) => $"[{string.Join(", ", value.Select(rule => TomlText.Quote(rule.Text)))}]";

    public override JsonObject JsonSchema() => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };

    internal override Values<BreakRule> Read(TomlValue value, ReadContext context)
    {
        var rules = new List<BreakRule>();
        foreach (TomlValue item in value is TomlArray array ? array.Items : [value])
        {
            if (item is not TomlString text)
            {
                context.FailType(item, Description);
            }
            else if (BreakRule.TryParse(text.Value, out BreakRule? rule, out BreakError error))
            {
                rules.Add(rule!);
            }
            else
            {
                // Inside plain quotes the place in the rule is a place in the file.
                SourceSpan span = item.Span;
                bool isPlain = span.Length == text.Value.Length + 2;
                context.Fail("C012", $"{context.Path}: \"{text.Value}\" is not a rule", isPlain ? span with { Start = span.Start + 1 + error.Start, Length = error.Length } : span, error.Message);
            }
        }
        return [.. rules];
    }
}
