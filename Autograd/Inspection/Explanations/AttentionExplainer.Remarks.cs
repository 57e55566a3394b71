namespace PureLlm.Autograd.Inspection.Explanations;

// What an element of attention stands for, and what is worth knowing about it.
public sealed partial class AttentionExplainer
{
    /// <summary>A probability above which a softmax row passes almost no gradient.</summary>
    private const double Saturated = 0.999;

    /// <summary>A probability below which a key is not looked at.</summary>
    private const double Unseen = 1e-4;

    /// <inheritdoc/>
    public override string Describe(NodeValues values, int input, int element)
    {
        AttentionCall call = AttentionCall.Of(values);
        if (input < 0)
        {
            int head = element / call.Size % call.Op.Heads;
            return FormattableString.Invariant($"{Shown.Row(values.OutputShape, element / values.OutputShape.Columns)}, head {head}, channel {element % call.Size}");
        }
        AttentionPlace place = call.Locate(input, element);
        string part = place.Part switch { AttentionPart.Query => "query", AttentionPart.Key => "key", _ => "value" };
        Shape shape = values.InputShape(input);
        return FormattableString.Invariant($"{Shown.Row(shape, element / shape.Columns)}, head {place.Head} ({part}), channel {place.Channel}");
    }

    /// <inheritdoc/>
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
            yield return new("sees one token", FormattableString.Invariant($"Token {place.Token} sees only token {cells[0].Key}: p = 1 whatever the score, so its query and that score get no gradient."));
        }
        else if (cells.MaxBy(cell => cell.P) is { P: > Saturated } cell)
        {
            yield return new("saturated", FormattableString.Invariant($"p[{cell.Query},{cell.Key}] = {Shown.Probability(cell.P)}: the softmax is saturated, and p × (dp − δ) lets almost no gradient through to queries and keys."), KeyInput(values), call.KeyAt(place.Batch, cell.Key, place.Head / call.Share) + place.Channel);
        }
        if (end < call.Keys)
        {
            yield return new("masked", FormattableString.Invariant($"{Tokens(end, call.Keys)} later than token {place.Token}: causally masked, p is exactly 0 and no gradient passes."));
        }
        if (first > 0)
        {
            yield return new("masked", FormattableString.Invariant($"{Tokens(0, first)} outside the window of {call.Op.Window}: p is exactly 0 and no gradient passes."));
        }
    }

    private static IEnumerable<Observation> ObserveKey(NodeValues values, AttentionCall call, AttentionPlace place)
    {
        AttentionCell[] cells = call.Column(place.Batch, place.Head, place.Token);
        if (cells.Length == 0)
        {
            yield return new("masked", FormattableString.Invariant($"No query sees token {place.Token}: its gradient is exactly 0."));
            yield break;
        }
        if (cells[0].Query > 0)
        {
            yield return new("masked", FormattableString.Invariant($"{Tokens(0, cells[0].Query)} earlier than token {place.Token} and can not see it: p is exactly 0 and nothing comes back from there."));
        }
        if (cells[^1].Query < call.Queries - 1)
        {
            yield return new("masked", FormattableString.Invariant($"{Tokens(cells[^1].Query + 1, call.Queries)} too far on to see token {place.Token} through the window of {call.Op.Window}: p is exactly 0."));
        }
        if (call.Share > 1)
        {
            yield return new("shared head", FormattableString.Invariant($"Query heads {place.Head * call.Share} to {((place.Head + 1) * call.Share) - 1} read this head: what they ask for adds up."));
        }
        AttentionCell most = cells.MaxBy(cell => cell.P)!;
        if (most.P < Unseen)
        {
            yield return new("unseen", FormattableString.Invariant($"No query looks at token {place.Token}: the largest p is {Shown.Probability(most.P)}, so almost no gradient arrives."));
        }
        else if (place.Part == AttentionPart.Key && cells.All(cell => cell.P is > Saturated or < 1 - Saturated))
        {
            yield return new("saturated", FormattableString.Invariant($"Every query gives token {place.Token} nearly all or nearly nothing (p[{most.Query},{most.Key}] = {Shown.Probability(most.P)}): the softmax is saturated and its key gets almost no gradient."), 0, call.QueryAt(place.Batch, most.Query, most.Head) + place.Channel);
        }
    }

    private static int KeyInput(NodeValues values) => values.InputCount - 1;

    /// <summary>"Token 4 is", "Tokens 4 to 9 are".</summary>
    private static string Tokens(int first, int end) => end - first == 1 ? FormattableString.Invariant($"Token {first} is") : FormattableString.Invariant($"Tokens {first} to {end - 1} are");
}
