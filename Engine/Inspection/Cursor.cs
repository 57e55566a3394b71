namespace PureLlm.Engine.Inspection;

/// <summary>How closely one looks; "over" moves at the level, "into" and "out" change it.</summary>
public enum StepLevel { Run, Module, Op, Element, Term }

/// <summary>A place in a run that can be shared: the URL in the browser, the status line of the terminal, the argument of --at.</summary>
/// <remarks>All that is shown is a function of the trace and this. Text: "500:b41?tensor=x&amp;el=1,2&amp;level=element&amp;term=3&amp;view=check"; what has its default is left out.
/// The selection (tensor, element) is kept by moves and ignored by frames that it does not fit.</remarks>
/// <param name="Step">Training step, from 0.</param>
/// <param name="Frame">Id of the frame.</param>
/// <param name="Level">How closely.</param>
/// <param name="Tensor">Name of the selected tensor; empty: the frame's own choice.</param>
/// <param name="Element">Indices of the selected element: "1,2"; empty: the largest.</param>
/// <param name="Term">Selected term, from 0 in the order of size.</param>
/// <param name="View">Pane that is asked for: empty, "check" (finite difference of the element), "check-tensor", "heat", "histogram", "code", "ledger", "line-search", "attention", "lens", "tokens".</param>
public readonly record struct Cursor(long Step, string Frame, StepLevel Level = StepLevel.Op, string Tensor = "", string Element = "", int Term = 0, string View = "")
{
    /// <summary>The cursor as one shares it.</summary>
    public override string ToString()
    {
        List<string> query = [];
        if (Tensor.Length > 0) { query.Add($"tensor={Uri.EscapeDataString(Tensor)}"); }
        if (Element.Length > 0) { query.Add($"el={Element}"); }
        if (Level != StepLevel.Op) { query.Add($"level={Level.ToString().ToLowerInvariant()}"); }
        if (Term != 0) { query.Add(FormattableString.Invariant($"term={Term}")); }
        if (View.Length > 0) { query.Add($"view={View}"); }
        return FormattableString.Invariant($"{Step}:{Frame}{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}");
    }

    /// <summary>Reads what <see cref="ToString"/> writes; the frame may be missing ("500"): the start of the backward pass.</summary>
    /// <exception cref="FormatException">It is no cursor; says why and what one looks like.</exception>
    public static Cursor Parse(string text)
    {
        string[] halves = text.Split('?', 2), places = halves[0].Split(':', 2);
        if (!long.TryParse(places[0], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long step))
        {
            throw new FormatException($"'{text}' is no place in a run: the step '{places[0]}' is not a number. Examples: 500, 500:b41, 500:b41?el=1,2");
        }
        var cursor = new Cursor(step, places.Length > 1 ? places[1] : "s");
        foreach (string part in halves.Length > 1 ? halves[1].Split('&', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            string[] pair = part.Split('=', 2);
            string value = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
            cursor = pair[0] switch
            {
                "tensor" => cursor with { Tensor = value },
                "el" => cursor with { Element = value },
                "level" when Enum.TryParse(value, ignoreCase: true, out StepLevel level) && Enum.IsDefined(level) => cursor with { Level = level },
                "term" when int.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int term) => cursor with { Term = term },
                "view" => cursor with { View = value },
                _ => throw new FormatException($"'{text}' is no place in a run: '{part}' is none of tensor=, el=, level=run|module|op|element|term, term=, view="),
            };
        }
        return cursor;
    }
}
