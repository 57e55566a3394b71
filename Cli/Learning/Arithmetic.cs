using System.Globalization;

namespace PureLlm.Cli.Learning;

/// <summary>A calculation in numbers: + − * / ^, parentheses, sqrt, exp, ln, tanh, abs.</summary>
internal ref struct Arithmetic
{
    private readonly ReadOnlySpan<char> text;
    private int at;

    private Arithmetic(ReadOnlySpan<char> text) => this.text = text;

    /// <exception cref="FormatException">It is no calculation.</exception>
    public static double Evaluate(string expression)
    {
        var reader = new Arithmetic(expression.Replace('−', '-').Replace('·', '*').Replace('×', '*'));
        double value = reader.Sum();
        reader.Skip();
        return reader.at == reader.text.Length ? value : throw new FormatException($"'{expression}': what is '{reader.text[reader.at..]}'?");
    }

    private double Sum()
    {
        double value = Product();
        while (true)
        {
            if (Takes('+')) { value += Product(); }
            else if (Takes('-')) { value -= Product(); }
            else { return value; }
        }
    }

    private double Product()
    {
        double value = Factor();
        while (true)
        {
            if (Takes('*')) { value *= Factor(); }
            else if (Takes('/')) { value /= Factor(); }
            else { return value; }
        }
    }

    private double Factor() => Takes('-') ? -Factor() : Power();

    private double Power()
    {
        double value = Atom();
        return Takes('^') ? Math.Pow(value, Factor()) : value;
    }

    private double Atom()
    {
        if (Takes('('))
        {
            double inner = Sum();
            return Takes(')') ? inner : throw new FormatException("a ) is missing");
        }
        int start = at;
        while (at < text.Length && char.IsAsciiLetter(text[at])) { at++; }
        if (at > start)
        {
            string name = text[start..at].ToString();
            double argument = Atom();
            return name switch
            {
                "sqrt" => Math.Sqrt(argument),
                "exp" => Math.Exp(argument),
                "ln" => Math.Log(argument),
                "tanh" => Math.Tanh(argument),
                "abs" => Math.Abs(argument),
                _ => throw new FormatException($"there is no function '{name}': sqrt, exp, ln, tanh, abs"),
            };
        }
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '.' || (text[at] is 'e' && at > start) || (text[at] is '+' or '-' && at > start && text[at - 1] is 'e'))) { at++; }
        return at > start && double.TryParse(text[start..at], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw new FormatException($"a number is missing at '{text[start..]}'");
    }

    private bool Takes(char sign)
    {
        Skip();
        if (at == text.Length || text[at] != sign) { return false; }
        at++;
        Skip();
        return true;
    }

    private void Skip()
    {
        while (at < text.Length && text[at] == ' ') { at++; }
    }
}
