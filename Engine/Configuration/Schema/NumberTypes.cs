using System.Globalization;
using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>An integer between two bounds, both included.</summary>
public sealed class IntegerType(long minimum, long maximum = int.MaxValue) : KeyType<long>
{
    public override string Description => maximum >= int.MaxValue ? $"an integer, {minimum} or more" : $"an integer from {minimum} to {maximum}";

    public override string Write(long value) => value.ToString(CultureInfo.InvariantCulture);

    public override JsonObject JsonSchema() => new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum };

    internal override long Read(TomlValue value, ReadContext context)
    {
        switch (value)
        {
            case TomlInteger { Value: long number } when number >= minimum && number <= maximum:
                return number;
            case TomlInteger:
                context.FailRange(value, Description);
                return 0;
            case TomlFloat { Value: double number } when number == Math.Floor(number) && Math.Abs(number) < 1e15:
                context.FailType(value, Description, $"write {number.ToString("F0", CultureInfo.InvariantCulture)}");
                return 0;
            case TomlString { Value: string text } when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number):
                context.FailType(value, Description, $"write {number} without quotes");
                return 0;
            default:
                context.FailType(value, Description);
                return 0;
        }
    }
}

/// <summary>A finite number between two bounds; the upper one, and the lower one where told, excluded.</summary>
public sealed class NumberType(double minimum, double maximum = double.PositiveInfinity, bool excludesMinimum = false, bool includesMaximum = false) : KeyType<double>
{
    public override string Description => (excludesMinimum, double.IsPositiveInfinity(maximum)) switch
    {
        (true, true) => $"a number above {Plain(minimum)}",
        (true, false) => $"a number above {Plain(minimum)} and {Top}",
        (false, true) => $"a number, {Plain(minimum)} or more",
        (false, false) => $"a number from {Plain(minimum)} {(includesMaximum ? "to" : "to below")} {Plain(maximum)}",
    };

    private string Top => includesMaximum ? $"at most {Plain(maximum)}" : $"below {Plain(maximum)}";

    public override string Write(double value) => TomlText.Number(value);

    public override JsonObject JsonSchema()
    {
        var schema = new JsonObject { ["type"] = "number", [excludesMinimum ? "exclusiveMinimum" : "minimum"] = minimum };
        if (double.IsFinite(maximum))
        {
            schema[includesMaximum ? "maximum" : "exclusiveMaximum"] = maximum;
        }
        return schema;
    }

    internal override double Read(TomlValue value, ReadContext context)
    {
        double number = value switch { TomlInteger integer => integer.Value, TomlFloat fraction => fraction.Value, _ => double.NaN };
        if (value is not (TomlInteger or TomlFloat))
        {
            bool isQuoted = value is TomlString { Value: string text } && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
            context.FailType(value, Description, isQuoted ? $"write {((TomlString)value).Value} without quotes" : null);
        }
        else if (!Contains(number))
        {
            context.FailRange(value, Description);
        }
        return number;
    }

    internal bool Contains(double number) => double.IsFinite(number)
        && (excludesMinimum ? number > minimum : number >= minimum)
        && (includesMaximum ? number <= maximum : number < maximum);

    private static string Plain(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>true or false.</summary>
public sealed class BooleanType : KeyType<bool>
{
    public override string Description => "true or false";

    public override IReadOnlyList<string> Choices => ["true", "false"];

    public override string Write(bool value) => value ? "true" : "false";

    public override JsonObject JsonSchema() => new() { ["type"] = "boolean" };

    internal override bool Read(TomlValue value, ReadContext context)
    {
        if (value is TomlBoolean boolean)
        {
            return boolean.Value;
        }
        bool isQuoted = value is TomlString { Value: "true" or "false" };
        context.FailType(value, Description, isQuoted ? $"write {((TomlString)value).Value} without quotes" : null);
        return false;
    }
}

/// <summary>[beta1, beta2], each from 0 to below 1.</summary>
public sealed class BetasType : KeyType<(double First, double Second)>
{
    private static readonly NumberType Share = new(0, 1);

    public override string Description => "two numbers from 0 to below 1, as in [0.9, 0.95]";

    public override string Write((double First, double Second) value) => $"[{TomlText.Number(value.First)}, {TomlText.Number(value.Second)}]";

    public override JsonObject JsonSchema() => new() { ["type"] = "array", ["items"] = Share.JsonSchema(), ["minItems"] = 2, ["maxItems"] = 2 };

    internal override (double First, double Second) Read(TomlValue value, ReadContext context)
    {
        if (value is TomlArray { Items: [TomlInteger or TomlFloat, TomlInteger or TomlFloat] items })
        {
            return (Share.Read(items[0], context), Share.Read(items[1], context));
        }
        context.FailType(value, Description);
        return default;
    }
}

/// <summary>"auto" (0) or a number of threads.</summary>
public sealed class ThreadsType : KeyType<int>
{
    private const int Maximum = 1024;

    public override string Description => $"\"auto\" or an integer from 1 to {Maximum}";

    public override IReadOnlyList<string> Choices => ["auto"];

    public override string Write(int value) => value == 0 ? "\"auto\"" : value.ToString(CultureInfo.InvariantCulture);

    public override JsonObject JsonSchema() => new()
    {
        ["oneOf"] = new JsonArray(new JsonObject { ["const"] = "auto" }, new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = Maximum }),
    };

    internal override int Read(TomlValue value, ReadContext context)
    {
        switch (value)
        {
            case TomlString { Value: "auto" }:
                return 0;
            case TomlInteger { Value: >= 1 and <= Maximum } number:
                return (int)number.Value;
            case TomlInteger:
                context.FailRange(value, Description);
                return 0;
            default:
                context.FailType(value, Description);
                return 0;
        }
    }
}
