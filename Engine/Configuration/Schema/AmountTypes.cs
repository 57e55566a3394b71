using System.Globalization;
using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>A time, a number of steps or of tokens, always with its unit.</summary>
public sealed class BudgetType(bool allowsZero) : KeyType<Budget>
{
    public override string Description => "a time, steps or tokens with the unit: \"120s\", \"2000 steps\", \"3M tokens\"" + (allowsZero ? "; 0 is off" : "");

    public override string Write(Budget value) => value.IsZero ? "0" : TomlText.Quote(value.ToString());

    public override JsonObject JsonSchema()
    {
        var text = new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]" };
        return allowsZero ? new JsonObject { ["oneOf"] = new JsonArray(text, new JsonObject { ["const"] = 0 }) } : text;
    }

    internal override Budget Read(TomlValue value, ReadContext context)
    {
        Budget budget = default;
        if (value is TomlInteger or TomlFloat)
        {
            if (value is TomlInteger { Value: 0 })
            {
                return Checked(value, budget, context);
            }
            string number = value.Span.Text;
            context.Fail("C003", $"{context.Path} needs a unit", value.Span, $"{number} what?  write \"{number}s\", \"{number} steps\" or \"{number}k tokens\"");
        }
        else if (value is not TomlString text)
        {
            context.FailType(value, Description);
        }
        else if (!Quantity.TryParseBudget(text.Value, out budget))
        {
            bool isBare = text.Value.Trim().TrimEnd('k', 'M', 'B', 'T').All(c => char.IsAsciiDigit(c) || c is '.' or '_') && text.Value.Any(char.IsAsciiDigit);
            context.Fail("C003", isBare ? $"{context.Path} needs a unit" : $"{context.Path} is not an amount", value.Span,
                isBare ? $"{text.Value} what?  write \"{text.Value} steps\" or \"{text.Value} tokens\"" : "write it as \"120s\", \"2m\", \"1h\", \"2000 steps\" or \"3M tokens\"");
        }
        return context.HasFailed ? default : Checked(value, budget, context);
    }

    private Budget Checked(TomlValue value, Budget budget, ReadContext context)
    {
        if (budget.IsZero && !allowsZero)
        {
            context.FailRange(value, "more than 0", "nothing would be trained");
        }
        return budget.IsZero ? default : budget;
    }
}

/// <summary>Steps or a share of the run: "40 steps", "2%".</summary>
public sealed class StepsOrShareType : KeyType<Portion>
{
    public override string Description => "steps or a share of the run: \"40 steps\" or \"2%\"";

    public override string Write(Portion value) => TomlText.Quote(value.IsShare ? value.ToString() : value + " steps");

    public override JsonObject JsonSchema() => new()
    {
        ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9][0-9_.]*([kM] )? *(steps?|%)$" }, new JsonObject { ["const"] = 0 }),
    };

    internal override Portion Read(TomlValue value, ReadContext context)
    {
        switch (value)
        {
            case TomlInteger { Value: 0 }:
                return Portion.Absolute(0);
            case TomlFloat { Value: > 0 and < 1 } fraction:
                context.Fail("C003", $"{context.Path} needs a unit", value.Span, $"a share is written \"{Portion.Share(fraction.Value)}\"");
                return default;
            case TomlInteger or TomlFloat:
                context.Fail("C003", $"{context.Path} needs a unit", value.Span, $"{value.Span.Text} what?  write \"{value.Span.Text} steps\" or \"2%\"");
                return default;
            case TomlString { Value: string text } when Quantity.TryParsePercent(text, out double share):
                if (share > 1)
                {
                    context.FailRange(value, "at most 100%");
                }
                return Portion.Share(share);
            case TomlString { Value: string text } when Quantity.TryParseBudget(text, out Budget budget) && budget.Unit == BudgetUnit.Steps:
                return Portion.Absolute(budget.Amount);
            default:
                context.FailType(value, Description, value is TomlString ? "write it as \"40 steps\" or \"2%\"" : null);
                return default;
        }
    }
}

/// <summary>A value, or a share of another key: 6e-4, "10%".</summary>
public sealed class ValueOrShareType(string whole) : KeyType<Portion>
{
    public override string Description => $"a number, 0 or more, or a share of {whole}: 6e-4 or \"10%\"";

    public override string Write(Portion value) => value.IsShare ? TomlText.Quote(value.ToString()) : TomlText.Number(value.Value);

    public override JsonObject JsonSchema() => new()
    {
        ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "number", ["minimum"] = 0 }, new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9][0-9_.]*%$" }),
    };

    internal override Portion Read(TomlValue value, ReadContext context)
    {
        double number = value switch
        {
            TomlInteger integer => integer.Value,
            TomlFloat fraction => fraction.Value,
            TomlString { Value: string text } when Quantity.TryParsePercent(text, out double share) => share,
            _ => double.NaN,
        };
        if (value is not (TomlInteger or TomlFloat) && double.IsNaN(number))
        {
            context.FailType(value, Description);
        }
        else if (!(number >= 0 && double.IsFinite(number)) || (value is TomlString && number > 1))
        {
            context.FailRange(value, value is TomlString ? "at most 100%" : "0 or more");
        }
        return new Portion(number, value is TomlString);
    }
}

/// <summary>Bytes with their unit.</summary>
public sealed class ByteSizeType : KeyType<long>
{
    public override string Description => "a size with its unit: \"500kB\", \"2MB\", \"1.5GB\"";

    public override string Write(long value) => TomlText.Quote(Quantity.ByteSize(value));

    public override JsonObject JsonSchema() => new() { ["type"] = "string", ["pattern"] = "^[0-9][0-9_.]* ?([kKMGT]i?)?B$" };

    internal override long Read(TomlValue value, ReadContext context)
    {
        long bytes = 0;
        if (value is TomlInteger or TomlFloat)
        {
            context.Fail("C003", $"{context.Path} needs a unit", value.Span, $"{value.Span.Text} what?  write \"{value.Span.Text}B\" or \"2MB\"");
        }
        else if (value is not TomlString text || !Quantity.TryParseBytes(text.Value, out bytes))
        {
            context.FailType(value, Description, value is TomlString ? "write it as \"500kB\" or \"2MB\"" : null);
        }
        else if (bytes == 0)
        {
            context.FailRange(value, "more than 0");
        }
        return bytes;
    }
}

/// <summary>A share of the source, or a file.</summary>
public sealed class HoldoutType : KeyType<(double Share, string File)>
{
    public override string Description => "a share from 0 to below 1, or a file: 0.03 or \"val.txt\"";

    public override string Write((double Share, string File) value) => value.File.Length > 0 ? TomlText.Quote(value.File) : TomlText.Number(value.Share);

    public override JsonObject JsonSchema() => new()
    {
        ["oneOf"] = new JsonArray(new NumberType(0, 1).JsonSchema(), new JsonObject { ["type"] = "string" }),
    };

    internal override (double Share, string File) Read(TomlValue value, ReadContext context)
    {
        switch (value)
        {
            case TomlString { Value: string text } when Quantity.TryParsePercent(text, out double share):
                context.FailType(value, Description, $"write {share.ToString("R", CultureInfo.InvariantCulture)}");
                return default;
            case TomlString { Value.Length: > 0 } file:
                return (0, file.Value);
            case TomlInteger or TomlFloat:
                double number = value is TomlInteger integer ? integer.Value : ((TomlFloat)value).Value;
                if (!(number >= 0 && number < 1))
                {
                    context.FailRange(value, Description);
                }
                return (number, "");
            default:
                context.FailType(value, Description, value is TomlString ? "the path is empty" : null);
                return default;
        }
    }
}
