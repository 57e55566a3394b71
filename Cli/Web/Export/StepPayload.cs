using System.Text;
using System.Text.Json;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web.Export;

/// <summary>What an exported file shows: views of the chosen frames, of their tensors and largest elements, and where each key leads.</summary>
/// <param name="Json">{"pool": [...], "places": {cursor: root}, "moves": {cursor: [place of each key]}, …}.</param>
/// <param name="Frames">Frames in it.</param>
/// <param name="Places">Cursors in it.</param>
internal sealed record StepPayload(string Json, int Frames, int Places)
{
    /// <summary>Visits the cursors of the frames and everything that a key reaches from them, breadth first.</summary>
    /// <param name="session">The step.</param>
    /// <param name="start">Where the reader begins.</param>
    /// <param name="frames">Ids of the frames that are kept; empty: all.</param>
    /// <param name="elements">Elements of each tensor that can be selected.</param>
    /// <param name="edit">What is done to every view.</param>
    /// <param name="facts">Provenance, shown on the page.</param>
    public static StepPayload Create(StepSession session, Cursor start, IReadOnlyList<string> frames, int elements, Func<StepView, StepView> edit, IReadOnlyDictionary<string, string> facts)
    {
        var pool = new SharedJson();
        HashSet<string> kept = [.. frames];
        Dictionary<string, (int Index, int Root)> places = new(StringComparer.Ordinal);
        List<(Cursor Cursor, string Text)> order = [];
        Queue<Cursor> waiting = new();
        IReadOnlyList<string> all = session.With(start.Step, trace => trace.Frames.Select(frame => frame.Id).ToList());
        if (kept.Count == 0) { kept.UnionWith(all); }
        if (!kept.Contains(start.Frame)) { start = new Cursor(start.Step, all.First(kept.Contains)); }

        string first = Visit(start)!;
        foreach (string id in all.Where(kept.Contains)) { Visit(new Cursor(start.Step, id)); }
        foreach (string picture in Pictures) { Visit(new Cursor(start.Step, "s", View: picture)); }
        while (waiting.TryDequeue(out Cursor cursor)) { Spread(cursor); }

        var moves = new StringBuilder();
        foreach ((Cursor cursor, string text) in order)
        {
            IEnumerable<int> targets = StepKeys.All.Select(key => Target(session.Move(cursor, key.Command), text));
            moves.Append(moves.Length == 0 ? "" : ",\n").Append('[').AppendJoin(',', targets).Append(']');
        }
        string json = $$"""
            {"schema":"{{StepViewJson.Schema}}","start":{{Quote(first)}},"facts":{{JsonSerializer.Serialize(facts, StepViewJson.Options)}},
            "keys":{{JsonSerializer.Serialize(StepKeys.All.Select(key => new { key.Key, Command = key.Command.ToString(), key.Meaning }), StepViewJson.Options)}},
            "frames":{{session.With(start.Step, trace => JsonSerializer.Serialize(StepTimeline.Of(trace, session.Breakpoints), StepViewJson.Options))}},
            "places":[{{string.Join(",\n", order.Select(item => Quote(item.Text)))}}],
            "roots":[{{string.Join(',', order.Select(item => places[item.Text].Root))}}],
            "moves":[{{moves}}],
            "pool":{{pool.ToJson()}}}
            """;
        return new StepPayload(json, kept.Count, order.Count);

        // The view of a cursor goes into the pool; null: the frame is not kept.
        string? Visit(Cursor cursor)
        {
            if (cursor.Step != start.Step || !kept.Contains(cursor.Frame)) { return null; }
            StepView view = session.Explain(cursor);
            if (!places.ContainsKey(view.Cursor))
            {
                using JsonDocument document = JsonDocument.Parse(StepViewJson.Write(edit(view)));
                places[view.Cursor] = (order.Count, pool.Add(document.RootElement));
                order.Add((Cursor.Parse(view.Cursor), view.Cursor));
                waiting.Enqueue(Cursor.Parse(view.Cursor));
                if (cursor is { Tensor: "", Element: "", View: "", Level: StepLevel.Op }) { SelectLargest(view); }
            }
            return view.Cursor;
        }

        // The frame's tensors and their largest elements can be selected.
        void SelectLargest(StepView view)
        {
            Cursor cursor = Cursor.Parse(view.Cursor);
            foreach (TensorView tensor in (view.Subject is null ? [] : new[] { view.Subject }).Concat(view.Downstream).DistinctBy(tensor => tensor.Name))
            {
                Visit(cursor with { Tensor = tensor.Name });
                foreach (ValueView element in tensor.Largest.Take(elements)) { Visit(cursor with { Tensor = tensor.Name, Element = element.Element }); }
            }
        }

        // What one key reaches without selecting another element.
        void Spread(Cursor cursor)
        {
            foreach (StepCommand command in (ReadOnlySpan<StepCommand>)[StepCommand.Next, StepCommand.Previous, StepCommand.NextTensor, StepCommand.Update, StepCommand.Backward, StepCommand.Into, StepCommand.Out])
            {
                Cursor target = session.Move(cursor, command);
                if (target.Element == cursor.Element && target.View == cursor.View && target.Level <= StepLevel.Element && order.Count < MostPlaces) { Visit(target); }
            }
        }

        int Target(Cursor target, string from)
        {
            string text = target.ToString();
            return text == from ? Same : places.TryGetValue(text, out (int Index, int Root) place) ? place.Index : Missing;
        }
    }

    /// <summary>Panes that show the whole step: they are kept once, at the start of the backward pass.</summary>
    private static readonly string[] Pictures = ["tokens", "attention", "lens", "line-search"];

    /// <summary>A key that stays where it is; one whose target is not in the file.</summary>
    private const int Same = -1, Missing = -2;

    /// <summary>Cursors that a file holds at most.</summary>
    private const int MostPlaces = 20_000;

    private static string Quote(string text) => JsonSerializer.Serialize(text, StepViewJson.Options);
}
