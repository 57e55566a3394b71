using System.Globalization;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Inspection.Breakpoints;

/// <summary>Recursive descent over a breakpoint: or, and, not, one comparison, sums, products, a sign, then a number, a name, a function, a match or parentheses.</summary>
internal sealed class StepBreakParser
{
    private const int MaximumDepth = 64;
    private const string Ratio = "update/weight";
    private static readonly string[] Comparisons = ["<=", ">=", "==", "!=", "<", ">", "="];
    private static readonly string[] Known = [.. FrameTruth.Names, .. FrameMatch.Kinds, .. FrameNumber.Functions, .. StepNumber.Names, Ratio];

    private readonly string text;
    private int position, depth;

    private StepBreakParser(string text) => this.text = text;

    /// <exception cref="FormatException">The text is no breakpoint; the message names the place.</exception>
    public static StepCondition Parse(string text)
    {
        var parser = new StepBreakParser(text);
        StepCondition condition = parser.Or();
        parser.SkipBlanks();
        if (parser.position < text.Length) { throw parser.Wrong($"'{text[parser.position]}' was not expected here", parser.position); }
        return condition.IsTruth ? condition : throw parser.Wrong("a breakpoint is true or false: compare it, as in \"gnorm > 5\"", condition.Start);
    }

    private StepCondition Or() => Chain(And, "or", "||");

    private StepCondition And() => Chain(Not, "and", "&&");

    private StepCondition Chain(Func<StepCondition> next, string word, string sign)
    {
        StepCondition left = next();
        while (TakeWord(word) || Take(sign))
        {
            StepCondition right = next();
            left = Join(word, Truth(left), Truth(right));
        }
        return left;
    }

    private StepCondition Not()
    {
        SkipBlanks();
        int start = position;
        bool isSign = text.AsSpan(position).StartsWith("!") && !text.AsSpan(position).StartsWith("!=");
        if (!isSign && !TakeWord("not")) { return Comparison(); }
        position += isSign ? 1 : 0;
        Enter(start);
        StepCondition operand = Truth(Not());
        depth--;
        return new ConditionUnary("not", operand, start, position - start);
    }

    private StepCondition Comparison()
    {
        StepCondition left = Sum();
        foreach (string comparison in Comparisons)
        {
            if (Take(comparison)) { return Join(comparison == "=" ? "==" : comparison, Number(left), Number(Sum())); }
        }
        return left;
    }

    private StepCondition Sum()
    {
        StepCondition left = Product();
        while ((Take("+") ? "+" : Take("-") ? "-" : null) is { } sign) { left = Join(sign, Number(left), Number(Product())); }
        return left;
    }

    private StepCondition Product()
    {
        StepCondition left = Factor();
        while ((Take("*") ? "*" : Take("/") ? "/" : null) is { } sign) { left = Join(sign, Number(left), Number(Factor())); }
        return left;
    }

    private StepCondition Factor()
    {
        SkipBlanks();
        int start = position;
        if (Take("-"))
        {
            Enter(start);
            StepCondition operand = Number(Factor());
            depth--;
            return new ConditionUnary("-", operand, start, position - start);
        }
        if (Take("("))
        {
            Enter(start);
            StepCondition inner = Or();
            depth--;
            return Take(")") ? inner : throw Wrong("the parenthesis is not closed", start);
        }
        return position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.') ? Literal() : Named();
    }

    private ConditionNumber Literal()
    {
        int start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '.' || (text[position] is '+' or '-' && text[position - 1] is 'e' or 'E'))) { position++; }
        return double.TryParse(text.AsSpan(start, position - start), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value)
            ? new ConditionNumber(value, start, position - start)
            : throw Wrong($"'{text[start..position]}' is not a number", start);
    }

    private StepCondition Named()
    {
        int start = position;
        if (Take(Ratio)) { return new UpdateRatio(start, Ratio.Length); }
        string word = Word("-");
        if (FrameTruth.Names.Contains(word)) { return new FrameTruth(word, start, word.Length); }
        position = start;
        word = Word();
        if (FrameMatch.Kinds.Contains(word)) { return Match(word, start); }
        if (FrameNumber.Functions.Contains(word)) { return Function(word, start); }
        if (StepNumber.Names.Contains(word)) { return new StepNumber(word, start, word.Length); }
        throw word.Length == 0
            ? Wrong(position < text.Length ? $"'{text[position]}' was not expected here" : "a number or a name is missing", position)
            : Wrong($"unknown name '{word}'{(Spelling.Nearest(word, Known) is { } near ? $"; did you mean '{near}'?" : $"; names are {string.Join(", ", Known)}")}", start);
    }

    /// <summary>op=softmax, op!=softmax, tensor=wte[42,*].</summary>
    private StepCondition Match(string kind, int start)
    {
        bool isNot = Take("!=");
        if (!isNot && !Take("==") && !Take("=")) { throw Wrong($"'{kind}' is matched: {kind}=…, as in op=softmax, module=blocks.1.*, tensor=wte[42,*]", start); }
        SkipBlanks();
        int from = position;
        string pattern;
        if (Take("\""))
        {
            int close = text.IndexOf('"', position);
            if (close < 0) { throw Wrong("the quotation mark is not closed", from); }
            pattern = text[position..close];
            position = close + 1;
        }
        else
        {
            while (position < text.Length && (char.IsLetterOrDigit(text[position]) || "_.*?#-".Contains(text[position], StringComparison.Ordinal))) { position++; }
            pattern = text[from..position];
        }
        if (pattern.Length == 0) { throw Wrong($"{kind}= needs a name; * stands for any letters", from); }
        IReadOnlyList<int?> element = kind == "tensor" && Take("[") ? Indices() : [];
        var match = new FrameMatch(kind, pattern, element, start, position - start);
        return isNot ? new ConditionUnary("not", match, start, position - start) : match;
    }

    private List<int?> Indices()
    {
        int open = position - 1;
        List<int?> indices = [];
        do
        {
            SkipBlanks();
            int start = position;
            if (Take("*"))
            {
                indices.Add(null);
                continue;
            }
            while (position < text.Length && char.IsAsciiDigit(text[position])) { position++; }
            indices.Add(int.TryParse(text.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : throw Wrong("an index is a number from 0, or *", start));
        }
        while (Take(","));
        return Take("]") ? indices.Count <= 4 ? indices : throw Wrong("a tensor has at most 4 dimensions", open) : throw Wrong("the bracket is not closed", open);
    }

    /// <summary>max(|grad|).</summary>
    private FrameNumber Function(string function, int start)
    {
        bool isOpen = Take("("), isMagnitude = isOpen && Take("|");
        SkipBlanks();
        int at = position;
        string subject = isOpen ? Word() : "";
        if (subject is not ("grad" or "value")) { throw Wrong($"{function} is of grad or value: {function}(grad), {function}(|value|)", Math.Min(at, text.Length)); }
        if (isMagnitude && !Take("|")) { throw Wrong("the second | is missing", position); }
        return Take(")") ? new FrameNumber(function, isMagnitude, subject == "grad", start, position - start) : throw Wrong("the parenthesis is not closed", at);
    }

    private StepCondition Truth(StepCondition condition) => condition.IsTruth ? condition : throw Wrong("'and', 'or' and 'not' join conditions, and this is a number", condition.Start);

    private StepCondition Number(StepCondition condition) => condition.IsTruth ? throw Wrong("this is true or false, and a number is needed", condition.Start) : condition;

    private static ConditionBinary Join(string sign, StepCondition left, StepCondition right) => new(sign, left, right, left.Start, right.Start + right.Length - left.Start);

    private string Word(string more = "")
    {
        int start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_' || more.Contains(text[position], StringComparison.Ordinal))) { position++; }
        return text[start..position];
    }

    private bool Take(string sign)
    {
        SkipBlanks();
        bool found = text.AsSpan(position).StartsWith(sign, StringComparison.Ordinal);
        position += found ? sign.Length : 0;
        return found;
    }

    private bool TakeWord(string word)
    {
        SkipBlanks();
        int end = position + word.Length;
        return (end >= text.Length || !(char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) && Take(word);
    }

    private void Enter(int start)
    {
        if (++depth > MaximumDepth) { throw Wrong($"more than {MaximumDepth} levels of nesting", start); }
    }

    private void SkipBlanks()
    {
        while (position < text.Length && text[position] is ' ' or '\t') { position++; }
    }

    private FormatException Wrong(string message, int at) => new($"breakpoint \"{text}\", column {at + 1}: {message}.");
}
