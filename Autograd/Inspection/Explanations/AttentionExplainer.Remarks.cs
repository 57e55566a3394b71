namespace PureLlm.Autograd.Inspection.Explanations;

// What an element of attention stands for, and what is worth knowing about it.
internal sealed partial class AttentionExplainer
{
    /// <summary>A probability above which a softmax row passes almost no gradient.</summary>
    private const double Saturated = 0.999;

    /// <summary>A probability below which a key is not looked at.</summary>
    private const double Unseen = 1e-4;

    public override string Describe(NodeValues values, int input, int element)
    {
        AttentionCall call = AttentionCall.Of(values);
        if (input < 0)
        {
            int head = element / call.Size % call.Op.Heads;
            return $"{Place.Row(values.OutputShape, element / values.OutputShape.Columns)}, head {head}, channel {element % call.Size}";
        }
        AttentionPlace place = call.Locate(input, element);
        string part = place.Part switch { AttentionPart.Query => "query", AttentionPart.Key => "key", _ => "value" };
        Shape shape = values.InputShape(input);
        return $"{Place.Row(shape, element / shape.Columns)}, head {place.Head} ({part}), channel {place.Channel}";
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        AttentionCall call = AttentionCall.Of(values);
        AttentionPlace place = call.Locate(input, element);
        return place.Part == AttentionPart.Query ? ObserveQuery(values, call, place) : ObserveKey(values, call, place);
    }

    private static IEnumerable<Observation> ObserveQuery(NodeValues values, AttentionCall call, AttentionPlace place)
    {
        AttentionCell[] cells = call.Row(place.Batch, place.Head, place.Token).Cells;
        (int first, int end) = call.KeysOf(place.Token);
        if (cells.Length == 1)
        {
            yield return new("sees one token", $"token {place.Token} sees only token {cells[0].Key}: p = 1 whatever the score, so its query and that score get no gradient");
        }
        else if (cells.MaxBy(cell => cell.P) is { P: > Saturated } cell)
        {
            yield return new("saturated", $"p[{cell.Query},{cell.Key}] = {NumberText.Of(cell.P)}: the softmax is saturated, and p·(dp − δ) lets almost no gradient through to queries and keys", KeyInput(values), call.KeyAt(place.Batch, cell.Key, place.Head / call.Share) + place.Channel);
        }
        if (end < call.Keys)
        {
            yield return new("masked", $"{Tokens(end, call.Keys)} later than token {place.Token}: causally masked, p is exactly 0 and no gradient passes");
        }
        if (first > 0)
        {
            yield return new("masked", $"{Tokens(0, first)} outside the window of {call.Op.Window}: p is exactly 0 and no gradient passes");
        }
    }

    private static IEnumerable<Observation> ObserveKey(NodeValues values, AttentionCall call, AttentionPlace place)
    {
        AttentionCell[] cells = call.Column(place.Batch, place.Head, place.Token);
        if (cells.Length == 0)
        {
            yield return new("masked", $"no query sees token {place.Token}: its gradient is exactly 0");
            yield break;
        }
        if (cells[0].Query > 0)
        {
            yield return new("masked", $"{Tokens(0, cells[0].Query)} earlier than token {place.Token} and can not see it: p is exactly 0 and nothing comes back from there");
        }
        if (cells[^1].Query < call.Queries - 1)
        {
            yield return new("masked", $"{Tokens(cells[^1].Query + 1, call.Queries)} too far on to see token {place.Token} through the window of {call.Op.Window}: p is exactly 0");
        }
        if (call.Share > 1)
        {
            yield return new("shared head", $"query heads {place.Head * call.Share} to {((place.Head + 1) * call.Share) - 1} read this head: what they ask for adds up");
        }
        AttentionCell most = cells.MaxBy(cell => cell.P)!;
        if (most.P < Unseen)
        {
            yield return new("unseen", $"no query looks at token {place.Token}: the largest p is {NumberText.Of(most.P)}, so almost no gradient arrives");
        }
        else if (place.Part == AttentionPart.Key && cells.All(cell => cell.P is > Saturated or < 1 - Saturated))
        {
            yield return new("saturated", $"every query gives token {place.Token} nearly all or nearly nothing (p[{most.Query},{most.Key}] = {NumberText.Of(most.P)}): the softmax is saturated and its key gets almost no gradient", 0, call.QueryAt(place.Batch, most.Query, most.Head) + place.Channel);
        }
    }

    private static int KeyInput(NodeValues values) => values.InputCount - 1;

    /// <summary>"token 4 is", "tokens 4 to 9 are".</summary>
    private static string Tokens(int first, int end) => end - first == 1 ? $"token {first} is" : $"tokens {first} to {end - 1} are";
}
