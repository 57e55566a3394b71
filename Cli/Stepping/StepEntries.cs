using System.Globalization;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Comparing;

namespace PureLlm.Cli.Stepping;

/// <summary>What typed text means at a place: where it leads, and which other value of a number it asks about.</summary>
internal static class StepEntries
{
    /// <summary>A place as one types it: a whole cursor, or a frame of this step.</summary>
    /// <exception cref="FormatException">It is no place.</exception>
    public static Cursor Place(StepSession session, Cursor from, string text)
    {
        Cursor cursor = char.IsAsciiDigit(text[0]) ? Cursor.Parse(text) : Cursor.Parse(FormattableString.Invariant($"{from.Step}:{text}"));
        return session.With(cursor.Step, trace => trace.Find(cursor.Frame)) is not null ? cursor
            : throw new FormatException($"step {cursor.Step} has no frame '{cursor.Frame}'");
    }

    /// <summary>What if the selected number were another: a value, or a change: "+=0.01".</summary>
    /// <exception cref="FormatException">It is no number, or none is selected.</exception>
    public static WhatIfView WhatIfItWere(StepSession session, Cursor at, StepView view, string text)
    {
        if (view is not { Subject: { } subject, Element: { } element }) { throw new FormatException("no number is selected here"); }
        double value = Value(element, text);
        return session.With(at.Step, trace => WhatIf.Evaluate(trace, subject.Name, element.Indices, value));
    }

    private static double Value(ElementView element, string text)
    {
        bool isChange = text.StartsWith("+=", StringComparison.Ordinal) || text.StartsWith("-=", StringComparison.Ordinal) || text.StartsWith("−=", StringComparison.Ordinal);
        string digits = (isChange ? text[2..] : text).Replace('−', '-');
        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
        {
            throw new FormatException($"'{text}' is no number: 0.5 is a value, +=0.01 a change");
        }
        return !isChange ? value : (element.Value ?? throw new FormatException("its value is not known here: give a value")) + (text[0] == '+' ? value : -value);
    }
}
