using System.Globalization;

namespace PureLlm.Engine.Configuration.Toml;

/// <content>Scalars: numbers, booleans, dates and times.</content>
internal sealed partial class TomlScanner
{
    private const string NumberRule = "digits, one _ between two digits, no leading zeros";

    /// <summary>Any value but an array or an inline table.</summary>
    public TomlValue Scalar()
    {
        int start = Position;
        if (Current is '"' or '\'')
        {
            bool isLong = text.AsSpan(Position).StartsWith("\"\"\"") || text.AsSpan(Position).StartsWith("'''");
            string value = isLong ? QuotedLines() : Quoted();
            return new TomlString(SpanFrom(start), value);
        }
        while (!AtEnd && (char.IsAsciiLetterOrDigit(Current) || Current is '+' or '-' or '.' or '_' or ':'))
        {
            Position++;
        }
        // A date may be joined to its time by a blank.
        if (Position - start == 10 && text[start + 4] == '-' && Current == ' ' && Position + 1 < text.Length && char.IsAsciiDigit(text[Position + 1]))
        {
            Position++;
            while (!AtEnd && (char.IsAsciiLetterOrDigit(Current) || Current is '+' or '-' or '.' or ':'))
            {
                Position++;
            }
        }
        string token = text[start..Position];
        return token switch
        {
            "" => throw MissingValue(start),
            "true" => new TomlBoolean(SpanFrom(start), true),
            "false" => new TomlBoolean(SpanFrom(start), false),
            "inf" or "+inf" => new TomlFloat(SpanFrom(start), double.PositiveInfinity),
            "-inf" => new TomlFloat(SpanFrom(start), double.NegativeInfinity),
            "nan" or "+nan" or "-nan" => new TomlFloat(SpanFrom(start), double.NaN),
            _ when char.IsAsciiLetter(token[0]) => throw BareText(token, start),
            _ when (token.Length > 4 && token[4] == '-' && char.IsAsciiDigit(token[3])) || (token.Length > 2 && token[2] == ':') => Date(token, start),
            _ => Number(token, start),
        };
    }

    private TomlSyntaxException MissingValue(int start) => Current switch
    {
        End or '\n' or '\r' or '#' => Error("a value is missing after `=`", start, 1),
        '“' or '”' or '„' or '‘' or '’' => Error("typographic quotes do not make a string", start, 1, "write straight quotes: \"text\""),
        _ => Error($"`{RuneAt(start)}` does not start a value", start, 1, "text needs quotes: \"text\""),
    };

    private TomlSyntaxException BareText(string token, int start)
    {
        int length = RestOfLine(start);
        int comment = text.AsSpan(start, length).IndexOfAny('#', ',', ']');
        length = comment > 0 ? text.AsSpan(start, comment).TrimEnd().Length : length;
        string note = token.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" => "write true",
            "false" or "no" or "off" => "write false",
            "none" or "null" or "nil" => "TOML has no null: leave the key out",
            _ => $"text needs quotes: \"{text.AsSpan(start, length)}\"",
        };
        return Error("this is no value", start, length, note);
    }

    private TomlValue Number(string token, int start)
    {
        ReadOnlySpan<char> digits = token.AsSpan();
        bool isSigned = digits[0] is '+' or '-';
        if (digits.Length > 2 && digits[0] == '0' && digits[1] is 'x' or 'o' or 'b')
        {
            return Based(token, start, digits[1] switch { 'x' => 16, 'o' => 8, _ => 2 });
        }
        digits = isSigned ? digits[1..] : digits;
        int dot = digits.IndexOf('.'), exponent = digits.IndexOfAny('e', 'E');
        int whole = dot >= 0 ? dot : exponent >= 0 ? exponent : digits.Length;
        bool isValid = IsDigits(digits[..whole]) && (whole == 1 || digits[0] != '0');
        if (dot >= 0)
        {
            isValid &= IsDigits(digits[(dot + 1)..(exponent > dot ? exponent : digits.Length)]);
        }
        if (exponent >= 0)
        {
            ReadOnlySpan<char> power = digits[(exponent + 1)..];
            isValid &= IsDigits(power.Length > 0 && power[0] is '+' or '-' ? power[1..] : power);
        }
        if (!isValid)
        {
            throw Error($"`{token}` is not a number", start, token.Length, NumberNote(token));
        }
        string plain = token.Replace("_", "", StringComparison.Ordinal);
        if (dot >= 0 || exponent >= 0)
        {
            return new TomlFloat(SpanFrom(start), double.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture));
        }
        return long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? new TomlInteger(SpanFrom(start), value)
            : throw Error($"{token} does not fit in 64 bits", start, token.Length, "integers go from -2^63 to 2^63 - 1");
    }

    private static string NumberNote(string token)
    {
        string digits = token.TrimStart('+', '-');
        int unit = digits.AsSpan().IndexOfAnyExcept("0123456789._".AsSpan());
        return digits.StartsWith('.') ? $"write 0{digits}"
            : digits.EndsWith('.') ? $"write {digits}0"
            : unit > 0 && char.IsAsciiLetter(digits[unit]) && !digits.Contains('-') ? $"a number with a unit needs quotes: \"{token}\""
            : NumberRule;
    }

    private TomlInteger Based(string token, int start, int radix)
    {
        ulong value = 0;
        bool previousIsDigit = false;
        foreach (char c in token.AsSpan(2))
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (c == '_' ? !previousIsDigit : digit >= radix)
            {
                throw Error($"`{token}` is not a number of base {radix}", start, token.Length, NumberRule);
            }
            previousIsDigit = c != '_';
            if (previousIsDigit && value > (long.MaxValue - (ulong)digit) / (ulong)radix)
            {
                throw Error($"{token} does not fit in 64 bits", start, token.Length, "integers go from -2^63 to 2^63 - 1");
            }
            value = previousIsDigit ? (value * (ulong)radix) + (ulong)digit : value;
        }
        return previousIsDigit ? new TomlInteger(SpanFrom(start), (long)value) : throw Error($"`{token}` is not a number of base {radix}", start, token.Length, NumberRule);
    }

    /// <summary>One digit or more, with single underscores between two of them.</summary>
    private static bool IsDigits(ReadOnlySpan<char> digits)
    {
        bool previousIsDigit = false;
        foreach (char c in digits)
        {
            if (c == '_' ? !previousIsDigit : !char.IsAsciiDigit(c))
            {
                return false;
            }
            previousIsDigit = c != '_';
        }
        return previousIsDigit;
    }

    /// <summary>RFC 3339: a date, a time, or both with or without an offset; a fraction is cut to 100 ns.</summary>
    private TomlDate Date(string token, int start)
    {
        ReadOnlySpan<char> rest = token;
        bool hasDate = rest.Length > 4 && rest[4] == '-';
        bool isValid = true;
        DateOnly date = default;
        if (hasDate)
        {
            isValid = rest.Length >= 10 && DateOnly.TryParseExact(rest[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
            rest = isValid ? rest[10..] : rest;
            if (isValid && rest.Length == 0)
            {
                return new TomlDate(SpanFrom(start), TomlDateKind.LocalDate, date, default, null);
            }
            isValid = isValid && rest[0] is 'T' or 't' or ' ';
            rest = isValid ? rest[1..] : rest;
        }
        TimeSpan? offset = null;
        TimeOnly time = default;
        isValid = isValid && TakeTime(ref rest, out time) && (rest.Length == 0 || (hasDate && TakeOffset(ref rest, out offset)));
        if (!isValid || rest.Length > 0)
        {
            throw Error($"`{token}` is not a date or time", start, token.Length, "as in 1979-05-27T07:32:00Z");
        }
        TomlDateKind kind = !hasDate ? TomlDateKind.LocalTime : offset is null ? TomlDateKind.LocalDateTime : TomlDateKind.OffsetDateTime;
        return new TomlDate(SpanFrom(start), kind, date, time, offset);
    }

    private static bool TakeTime(ref ReadOnlySpan<char> rest, out TimeOnly time)
    {
        time = default;
        if (rest.Length < 8 || rest[2] != ':' || rest[5] != ':' || !TwoDigits(rest, 23, out int hour) || !TwoDigits(rest[3..], 59, out int minute) || !TwoDigits(rest[6..], 60, out int second))
        {
            return false;
        }
        rest = rest[8..];
        long ticks = 0;
        if (rest.Length > 0 && rest[0] == '.')
        {
            int end = rest[1..].IndexOfAnyExceptInRange('0', '9');
            ReadOnlySpan<char> fraction = end < 0 ? rest[1..] : rest[1..(end + 1)];
            if (fraction.Length == 0)
            {
                return false;
            }
            for (int i = 0; i < 7; i++)
            {
                ticks = (ticks * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
            }
            rest = rest[(fraction.Length + 1)..];
        }
        // A leap second is kept as the last tick of its minute.
        time = second == 60 ? new TimeOnly(hour, minute, 59, 999) : new TimeOnly(hour, minute, second).Add(TimeSpan.FromTicks(ticks));
        return true;
    }

    private static bool TakeOffset(ref ReadOnlySpan<char> rest, out TimeSpan? offset)
    {
        offset = TimeSpan.Zero;
        if (rest is "Z" or "z")
        {
            rest = [];
            return true;
        }
        if (rest.Length != 6 || rest[0] is not ('+' or '-') || rest[3] != ':' || !TwoDigits(rest[1..], 23, out int hours) || !TwoDigits(rest[4..], 59, out int minutes))
        {
            return false;
        }
        offset = new TimeSpan(hours, minutes, 0) * (rest[0] == '-' ? -1 : 1);
        rest = [];
        return true;
    }

    private static bool TwoDigits(ReadOnlySpan<char> text, int maximum, out int value)
    {
        value = text.Length >= 2 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) ? ((text[0] - '0') * 10) + text[1] - '0' : int.MaxValue;
        return value <= maximum;
    }
}
