using System.Text;
using System.Text.Json;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web.Export;

/// <summary>What an exported file shows: views of the chosen frames, of their tensors and largest elements, and where each key leads.</summary>
/// <remarks>A viewer at a program computes any place; a file holds a choice of them. A key whose target is not held leads to the nearest place that is:
/// the same frame without the pane, the term, the level, the element, the tensor, in this order.</remarks>
internal sealed class StepPayload
{
    /// <summary>A key that stays where it is; one that leads to a frame that the file lacks.</summary>
    private const int Same = -1, Missing = -2;

    /// <summary>Tensors up to this length have all their elements.</summary>
    private const int SmallTensor = 32;

    /// <summary>Panes that show the whole step: they are kept once, at the start of the backward pass.</summary>
    private static readonly string[] Pictures = ["tokens", "attention", "lens", "line-search"];

    private readonly StepSession session;
    private readonly Func<StepView, StepView> edit;
    private readonly SharedJson pool = new();
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly List<(Cursor Cursor, int Root)> order = [];

    private StepPayload(StepSession session, Func<StepView, StepView> edit) => (this.session, this.edit) = (session, edit);

    /// <summary>{"start", "facts", "keys", "frames", "places": [cursor], "roots": [part of the pool], "moves": [[place of each key]], "pool"}.</summary>
    public string Json { get; private set; } = "";

    /// <summary>Frames in it.</summary>
    public int Frames { get; private set; }

    /// <summary>Cursors in it.</summary>
    public int Places => order.Count;

    /// <summary>Collects the views.</summary>
    /// <param name="session">The step.</param>
    /// <param name="start">Where the reader begins.</param>
    /// <param name="frames">Ids of the frames that are kept; empty: all.</param>
    /// <param name="elements">Elements of each tensor that can be selected.</param>
    /// <param name="edit">What is done to every view.</param>
    /// <param name="facts">Provenance, shown on the page.</param>
    public static StepPayload Create(StepSession session, Cursor start, IReadOnlyList<string> frames, int elements, Func<StepView, StepView> edit, IReadOnlyDictionary<string, string> facts)
    {
        var payload = new StepPayload(session, edit);
        IReadOnlyList<string> all = session.With(start.Step, trace => trace.Frames.Select(frame => frame.Id).ToList());
        string[] kept = [.. all.Where(id => frames.Count == 0 || frames.Contains(id))];
        payload.Frames = kept.Length;
        payload.Add(kept.Contains(start.Frame) ? start : new Cursor(start.Step, kept[0]));
        foreach (string id in kept) { payload.AddFrame(new Cursor(start.Step, id), elements); }
        foreach (string picture in kept.Contains("s") ? Pictures : []) { payload.Add(new Cursor(start.Step, "s", View: picture)); }
        payload.Write(facts);
        return payload;
    }

    /// <summary>A frame: its module, its tensors with their largest elements, the largest of all closely, with its terms and its finite difference.</summary>
    private void AddFrame(Cursor frame, int elements)
    {
        StepView view = Add(frame);
        Add(frame with { Level = StepLevel.Run });
        Add(frame with { Level = StepLevel.Module });
        if (view.Element is not null)
        {
            Add(frame with { Level = StepLevel.Element });
            Add(frame with { Level = StepLevel.Term });
            if (view.Frame.Kind == "backward" && elements > 0) { Add(frame with { View = "check" }); }
        }
        foreach (TensorView tensor in (view.Subject is null ? [] : new[] { view.Subject }).Concat(view.Downstream).DistinctBy(tensor => tensor.Name))
        {
            StepView selected = Add(frame with { Tensor = tensor.Name });
            if (selected.Element is null || elements == 0) { continue; }
            foreach (string element in Selectable(tensor, elements)) { Add(frame with { Tensor = tensor.Name, Element = element }); }
        }
    }

    private static IEnumerable<string> Selectable(TensorView tensor, int elements)
    {
        int count = tensor.Shape.Aggregate(1, (product, size) => product * size);
        if (count > SmallTensor) { return tensor.Largest.Take(elements).Select(value => value.Element); }
        return Enumerable.Range(0, count).Select(index =>
        {
            string text = "";
            for (int d = tensor.Shape.Count - 1; d >= 0; d--)
            {
                text = FormattableString.Invariant($"{index % tensor.Shape[d]}{(text.Length > 0 ? "," : "")}{text}");
                index /= tensor.Shape[d];
            }
            return text;
        });
    }

    private StepView Add(Cursor cursor)
    {
        StepView view = session.Explain(cursor);
        if (places.TryAdd(cursor.ToString(), order.Count))
        {
            using JsonDocument document = JsonDocument.Parse(StepViewJson.Write(edit(view with { Cursor = cursor.ToString() })));
            order.Add((cursor, pool.Add(document.RootElement)));
        }
        return view;
    }

    private void Write(IReadOnlyDictionary<string, string> facts)
    {
        string Text<T>(T value) => JsonSerializer.Serialize(value, StepViewJson.Options);
        var moves = new StringBuilder();
        foreach ((Cursor cursor, int _) in order)
        {
            moves.Append(moves.Length == 0 ? "" : ",\n").Append('[').AppendJoin(',', StepKeys.All.Select(key => Target(cursor, Move(cursor, key.Command)))).Append(']');
        }
        Json = $$"""
            {"schema":"{{StepViewJson.Schema}}","start":{{Text(order[0].Cursor.ToString())}},"facts":{{Text(facts)}},
            "keys":{{Text(StepKeys.All.Select(key => new { key.Key, Command = key.Command.ToString(), key.Meaning }))}},
            "frames":{{session.With(order[0].Cursor.Step, trace => Text(StepTimeline.Of(trace, session.Breakpoints)))}},
            "places":{{Text(order.Select(item => item.Cursor.ToString()))}},
            "roots":{{Text(order.Select(item => item.Root))}},
            "moves":[{{moves}}],
            "pool":{{pool.ToJson()}}}
            """;
    }

    /// <summary>A file holds one step: breakpoints are not looked for in others.</summary>
    private Cursor Move(Cursor cursor, StepCommand command) => command is StepCommand.Continue or StepCommand.ReverseContinue
        ? session.With(cursor.Step, trace => StepNavigator.Move(trace, cursor, command, session.Breakpoints))
        : session.Move(cursor, command);

    private int Target(Cursor from, Cursor target)
    {
        if (target == from) { return Same; }
        Span<Cursor> nearer =
        [
            target, target with { View = "" }, target with { View = "", Term = 0 }, target with { View = "", Term = 0, Level = StepLevel.Op },
            target with { View = "", Term = 0, Element = "" }, target with { View = "", Term = 0, Level = StepLevel.Op, Element = "" }, target with { View = "", Term = 0, Element = "", Tensor = "" }, new Cursor(target.Step, target.Frame),
        ];
        foreach (Cursor cursor in nearer)
        {
            if (places.TryGetValue(cursor.ToString(), out int place)) { return order[place].Cursor == from ? Same : place; }
        }
        return Missing;
    }
}
