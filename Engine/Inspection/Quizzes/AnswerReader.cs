using System.Globalization;

namespace PureLlm.Engine.Inspection.Quizzes;

/// <summary>Evaluates what a learner types: a number, or an expression over the numbers of a step, as in C#.</summary>
/// <remarks>Numbers, names with indices (dy[0,2]), + - * / ^, parentheses, sqrt exp log abs tanh sin cos pow min max (also as Math.Sqrt), and sum(t: dy[t,2]*x[t,1]),
/// which runs t from 0 as far as the tensors go. Signs may be typed as they are shown: − · × ÷.</remarks>
/// <param name="text">The answer.</param>
/// <param name="find">The value of a name with its indices, in order; null: there is none.</param>
internal sealed class AnswerReader(string text, Func<string, int[], double?> find)
{
    /// <summary>Longest answer.</summary>
    public const int MaximumLength = 500;

    private const int MaximumDepth = 40, MaximumRounds = 100_000;

    private readonly Dictionary<string, int> counters = [];
    private int next, depth, rounds;
    private bool isBeyond;

    /// <summary>The answer's value.</summary>
    /// <exception cref="FormatException">It is no expression; says where and what was expected.</exception>
    public static double Evaluate(string text, Func<string, int[], double?> find)
    {
        if (text.Length > MaximumLength) { throw new FormatException($"the answer has {text.Length} characters; at most {MaximumLength} are read."); }
        AnswerReader reader = new(text, find);
        double value = reader.Sum();
        return reader.Peek() == '\0' ? value : throw reader.Wrong("an operator or the end");
    }

    private double Sum()
    {
        if (++depth > MaximumDepth) { throw new FormatException($"the answer is nested more than {MaximumDepth} deep."); }
        double value = Product();
        while (true)
        {
            if (Take('+')) { value += Product(); }
            else if (Take('-') || Take('−')) { value -= Product(); }
            else
            {
                depth--;
                return value;
            }
        }
    }

    private double Product()
    {
        double value = Signed();
        while (true)
        {
            if (Take('*') || Take('·') || Take('×')) { value *= Signed(); }
            else if (Take('/') || Take('÷')) { value /= Signed(); }
            else { return value; }
        }
    }

    private double Signed()
    {
        bool isNegative = false;
        while (true)
        {
            if (Take('-') || Take('−')) { isNegative = !isNegative; }
            else if (!Take('+')) { break; }
        }
        double value = Power();
        return isNegative ? -value : value;
    }

    private double Power()
    {
        double value = Primary();
        if (!Take('^')) { return value; }
        if (++depth > MaximumDepth) { throw new FormatException($"the answer is nested more than {MaximumDepth} deep."); }
        double exponent = Signed();
        depth--;
        return Math.Pow(value, exponent);
    }

    private double Primary()
    {
        char first = Peek();
        if (char.IsAsciiDigit(first) || first == '.') { return Number(); }
        if (Take('('))
        {
            double inner = Sum();
            Require(')');
            return inner;
        }
        if (!char.IsLetter(first) && first != '_') { throw Wrong("a number, a name or '('"); }
        string name = Name();
        if (name is "Math" or "MathF" or "double" or "float" && Take('.')) { name = Name(); }
        if (Take('(')) { return Call(name); }
        return Known(name, Indices());
    }

    private double Number()
    {
        int start = next;
        while (next < text.Length && (char.IsAsciiDigit(text[next]) || text[next] == '.' || (text[next] is 'e' or 'E' && IsExponent(next + 1)))) { next += text[next] is 'e' or 'E' && text[next + 1] is '+' or '-' or '−' ? 2 : 1; }
        string digits = text[start..next].Replace('−', '-');
        if (next < text.Length && text[next] is 'f' or 'F' or 'd' or 'D' && (next + 1 == text.Length || !char.IsLetterOrDigit(text[next + 1]))) { next++; }
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw new FormatException($"'{digits}' is no number.");
    }

    private bool IsExponent(int at) => at < text.Length && (char.IsAsciiDigit(text[at]) || (text[at] is '+' or '-' or '−' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])));

    private double Call(string name)
    {
        if (name == "sum") { return Summed(); }
        double x = Sum(), y = Take(',') ? Sum() : double.NaN;
        Require(')');
        return name.ToLowerInvariant() switch
        {
            "sqrt" => Math.Sqrt(x),
            "exp" => Math.Exp(x),
            "log" or "ln" => Math.Log(x),
            "abs" => Math.Abs(x),
            "tanh" => Math.Tanh(x),
            "sin" => Math.Sin(x),
            "cos" => Math.Cos(x),
            "pow" => Math.Pow(x, y),
            "min" => Math.Min(x, y),
            "max" => Math.Max(x, y),
            _ => throw new FormatException($"there is no function '{name}'; there are sqrt, exp, log, abs, tanh, sin, cos, pow, min, max and sum(t: …)."),
        };
    }

    /// <summary>sum(t: …): t from 0 until an index leaves its tensor.</summary>
    private double Summed()
    {
        string counter = Name();
        if (!Take(':') && !Take(',')) { throw Wrong("':' after the index of the sum, as in sum(t: dy[t,2]*x[t,1])"); }
        if (counters.ContainsKey(counter)) { throw new FormatException($"the index '{counter}' is already used by the sum around."); }
        int body = next;
        double total = 0;
        bool outer = isBeyond;
        for (int round = 0; ; round++)
        {
            if (++rounds > MaximumRounds) { throw new FormatException(FormattableString.Invariant($"the sum over '{counter}' has no end: use it as an index of a tensor.")); }
            (next, isBeyond, counters[counter]) = (body, false, round);
            double value = Sum();
            if (isBeyond)
            {
                if (round == 0) { throw new FormatException($"the sum over '{counter}' is empty: a name is not known here, or an index is outside of its tensor."); }
                break;
            }
            total += value;
        }
        isBeyond = outer;
        counters.Remove(counter);
        Require(')');
        return total;
    }

    private int[] Indices()
    {
        if (!Take('[')) { return []; }
        List<int> indices = [];
        do
        {
            if (char.IsLetter(Peek()))
            {
                string counter = Name();
                indices.Add(counters.TryGetValue(counter, out int value) ? value : throw new FormatException($"'{counter}' is no index here; write sum({counter}: …) around."));
            }
            else
            {
                int start = next;
                while (next < text.Length && char.IsAsciiDigit(text[next])) { next++; }
                indices.Add(int.TryParse(text[start..next], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Wrong("an index from 0"));
            }
        } while (Take(','));
        Require(']');
        return [.. indices];
    }

    private double Known(string name, int[] indices)
    {
        if (indices.Length == 0 && counters.TryGetValue(name, out int counter)) { return counter; }
        if (find(name, indices) is { } value) { return value; }
        if (counters.Count > 0 && indices.Length > 0)
        {
            isBeyond = true;
            return 0;
        }
        throw new FormatException($"there is no '{name}{(indices.Length > 0 ? $"[{string.Join(',', indices)}]" : "")}' here.");
    }

    private string Name()
    {
        _ = Peek();
        int start = next;
        while (next < text.Length && (char.IsLetterOrDigit(text[next]) || text[next] is '_' or '\'' or '′' or '₀' or '₁' or '₂')) { next++; }
        return next > start ? text[start..next] : throw Wrong("a name");
    }

    private char Peek()
    {
        while (next < text.Length && char.IsWhiteSpace(text[next])) { next++; }
        return next < text.Length ? text[next] : '\0';
    }

    private bool Take(char sign)
    {
        if (Peek() != sign) { return false; }
        next++;
        return true;
    }

    private void Require(char sign)
    {
        if (!Take(sign)) { throw Wrong($"'{sign}'"); }
    }

    private FormatException Wrong(string expected) => new(next >= text.Length ? $"the answer ends where {expected} is expected." : $"character {next + 1} is '{text[next]}' where {expected} is expected.");
}
