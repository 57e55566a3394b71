using System.Globalization;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Inspection.Breakpoints;

/// <summary>Recursive descent over a breakpoint: or, and, not, one comparison, sums, products, a sign, then a number, a name, a function, a match or parentheses.</summary>
internal sealed class StepBreakParser
{
    private const string Ratio = "update/weight";
    private static readonly string[] Known = [.. FrameTruth.Names, .. FrameMatch.Kinds, .. FrameNumber.Functions, .. StepNumber.Names, Ratio];

    private readonly string text;
    private readonly RuleText rule;

    private StepBreakParser(string text) => (this.text, rule) = (text, new RuleText(text));

    /// <exception cref="FormatException">The text is no breakpoint; the message names the place.</exception>
    public static StepCondition Parse(string text)
    {
        var parser = new StepBreakParser(text);
        StepCondition condition = parser.Or();
        parser.rule.SkipBlanks();
        if (!parser.rule.IsAtEnd) { throw parser.Wrong($"'{parser.rule.Next}' was not expected here", parser.rule.Position); }
        return condition.IsTruth ? condition : throw parser.Wrong("a breakpoint is true or false: compare it, as in \"gnorm > 5\"", condition.Start);
    }

    private StepCondition Or() => Chain(And, "or", "||");

    private StepCondition And() => Chain(Not, "and", "&&");

    private StepCondition Chain(Func<StepCondition> next, string word, string sign)
    {
        StepCondition left = next();
        while (rule.TakeWord(word) || rule.Take(sign))
        {
            StepCondition right = next();
            left = Join(word, Truth(left), Truth(right));
        }
        return left;
    }

    private StepCondition Not()
    {
        rule.SkipBlanks();
        int start = rule.Position;
        if (!rule.TakeNot()) { return Comparison(); }
        Enter(start);
        StepCondition operand = Truth(Not());
        rule.Leave();
        return new ConditionUnary("not", operand, start, rule.Position - start);
    }

    private StepCondition Comparison()
    {
        StepCondition left = Sum();
        return rule.TakeComparison() is { } comparison ? Join(comparison, Number(left), Number(Sum())) : left;
    }

    private StepCondition Sum()
    {
        StepCondition left = Product();
        while (rule.Take("+", "-") is { } sign) { left = Join(sign, Number(left), Number(Product())); }
        return left;
    }

    private StepCondition Product()
    {
        StepCondition left = Factor();
        while (rule.Take("*", "/") is { } sign) { left = Join(sign, Number(left), Number(Factor())); }
        return left;
    }

    private StepCondition Factor()
    {
        rule.SkipBlanks();
        int start = rule.Position;
        if (rule.Take("-"))
        {
            Enter(start);
            StepCondition operand = Number(Factor());
            rule.Leave();
            return new ConditionUnary("-", operand, start, rule.Position - start);
        }
        if (rule.Take("("))
        {
            Enter(start);
            StepCondition inner = Or();
            rule.Leave();
            return rule.Take(")") ? inner : throw Wrong("the parenthesis is not closed", start);
        }
        return rule.IsAtNumber ? Literal() : Named();
    }

    private ConditionNumber Literal()
    {
        int start = rule.Position;
        return rule.TakeNumber(out double value) ? new ConditionNumber(value, start, rule.Position - start) : throw Wrong($"'{rule.From(start)}' is not a number", start);
    }

    private StepCondition Named()
    {
        int start = rule.Position;
        if (rule.Take(Ratio)) { return new UpdateRatio(start, Ratio.Length); }
        string word = rule.TakeName("-");
        if (FrameTruth.Names.Contains(word)) { return new FrameTruth(word, start, word.Length); }
        rule.Position = start;
        word = rule.TakeName();
        if (FrameMatch.Kinds.Contains(word)) { return Match(word, start); }
        if (FrameNumber.Functions.Contains(word)) { return Function(word, start); }
        if (StepNumber.Names.Contains(word)) { return new StepNumber(word, start, word.Length); }
        throw word.Length == 0
            ? Wrong(rule.IsAtEnd ? "a number or a name is missing" : $"'{rule.Next}' was not expected here", rule.Position)
            : Wrong($"unknown name '{word}'{(Spelling.Nearest(word, Known) is { } near ? $"; did you mean '{near}'?" : $"; names are {string.Join(", ", Known)}")}", start);
    }

    /// <summary>op=softmax, op!=softmax, tensor=wte[42,*].</summary>
    private StepCondition Match(string kind, int start)
    {
        bool isNot = rule.Take("!=");
        if (!isNot && !rule.Take("==") && !rule.Take("=")) { throw Wrong($"'{kind}' is matched: {kind}=…, as in op=softmax, module=blocks.1.*, tensor=wte[42,*]", start); }
        rule.SkipBlanks();
        int from = rule.Position;
        string pattern;
        if (rule.Take("\""))
        {
            pattern = rule.TakeWhile(c => c != '"');
            if (!rule.Take("\"")) { throw Wrong("the quotation mark is not closed", from); }
        }
        else
        {
            pattern = rule.TakeWhile(c => char.IsLetterOrDigit(c) || "_.*?#-".Contains(c, StringComparison.Ordinal));
        }
        if (pattern.Length == 0) { throw Wrong($"{kind}= needs a name; * stands for any letters", from); }
        IReadOnlyList<int?> element = kind == "tensor" && rule.Take("[") ? Indices() : [];
        var match = new FrameMatch(kind, pattern, element, start, rule.Position - start);
        return isNot ? new ConditionUnary("not", match, start, rule.Position - start) : match;
    }

    private List<int?> Indices()
    {
        int open = rule.Position - 1;
        List<int?> indices = [];
        do
        {
            rule.SkipBlanks();
            int start = rule.Position;
            if (rule.Take("*"))
            {
                indices.Add(null);
                continue;
            }
            indices.Add(int.TryParse(rule.TakeWhile(char.IsAsciiDigit), NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : throw Wrong("an index is a number from 0, or *", start));
        }
        while (rule.Take(","));
        return rule.Take("]") ? indices.Count <= 4 ? indices : throw Wrong("a tensor has at most 4 dimensions", open) : throw Wrong("the bracket is not closed", open);
    }

    /// <summary>max(|grad|).</summary>
    private FrameNumber Function(string function, int start)
    {
        bool isOpen = rule.Take("("), isMagnitude = isOpen && rule.Take("|");
        rule.SkipBlanks();
        int at = rule.Position;
        string subject = isOpen ? rule.TakeName() : "";
        if (subject is not ("grad" or "value")) { throw Wrong($"{function} is of grad or value: {function}(grad), {function}(|value|)", Math.Min(at, text.Length)); }
        if (isMagnitude && !rule.Take("|")) { throw Wrong("the second | is missing", rule.Position); }
        return rule.Take(")") ? new FrameNumber(function, isMagnitude, subject == "grad", start, rule.Position - start) : throw Wrong("the parenthesis is not closed", at);
    }

    private StepCondition Truth(StepCondition condition) => condition.IsTruth ? condition : throw Wrong("'and', 'or' and 'not' join conditions, and this is a number", condition.Start);

    private StepCondition Number(StepCondition condition) => condition.IsTruth ? throw Wrong("this is true or false, and a number is needed", condition.Start) : condition;

    private static ConditionBinary Join(string sign, StepCondition left, StepCondition right) => new(sign, left, right, left.Start, right.Start + right.Length - left.Start);

    private void Enter(int start)
    {
        if (!rule.Enter()) { throw Wrong($"more than {RuleText.MaximumDepth} levels of nesting", start); }
    }

    private FormatException Wrong(string message, int at) => new($"breakpoint \"{text}\", column {at + 1}: {message}.");
}
