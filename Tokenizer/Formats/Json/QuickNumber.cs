namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>A JSON number as the reader of Hugging Face's tokenizers takes it: the digits as one whole number, then a single multiplication or division.</summary>
/// <remarks>
/// With more than 15 digits the result may be the neighbour of the nearest double. Two spellings of a text with the same tokens in another order
/// tie but for such a bit, so that a Unigram model gives the same ids only with the same bits.
/// </remarks>
internal static class QuickNumber
{
    /// <summary>The value of a number in JSON's grammar; infinite where it is out of range.</summary>
    public static double Parse(ReadOnlySpan<char> number)
    {
        bool negative = number[0] == '-';
        int at = negative ? 1 : 0;
        ulong digits = 0;
        long exponent = 0;
        bool fraction = false, full = false;
        for (; at < number.Length && number[at] is not ('e' or 'E'); at++)
        {
            if (number[at] == '.')
            {
                fraction = true;
                continue;
            }
            uint digit = (uint)(number[at] - '0');
            full |= digits > (ulong.MaxValue - digit) / 10;
            if (!full)
            {
                digits = (digits * 10) + digit;
            }
            exponent += (fraction ? -1 : 0) + (full ? 1 : 0);
        }
        if (at < number.Length)
        {
            exponent += Exponent(number[(at + 1)..]);
        }
        double value = Scale(digits, exponent);
        return negative ? -value : value;
    }

    private static long Exponent(ReadOnlySpan<char> text)
    {
        long exponent = 0;
        foreach (char c in text)
        {
            exponent = c is '+' or '-' ? 0 : Math.Min((exponent * 10) + (c - '0'), int.MaxValue);
        }
        return text[0] == '-' ? -exponent : exponent;
    }

    private static double Scale(double value, long exponent)
    {
        while (exponent < -308 && value != 0)
        {
            value /= 1e308;
            exponent += 308;
        }
        if (value == 0 || exponent == 0)
        {
            return value;
        }
        return exponent > 308 ? double.PositiveInfinity : exponent > 0 ? value * Power(exponent) : value / Power(-exponent);
    }

    /// <summary>The double nearest to a power of ten from 0 to 308.</summary>
    private static double Power(long exponent) => double.Parse($"1e{exponent}", System.Globalization.CultureInfo.InvariantCulture);
}
