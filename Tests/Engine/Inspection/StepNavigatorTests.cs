using PureLlm.Engine.Inspection;
using PureLlm.Kernels;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>The algebra of cursors (C3).</summary>
public sealed class StepNavigatorTests
{
    private static readonly StepCommand[] Commands = Enum.GetValues<StepCommand>();

    private StepTrace trace = null!;

    [OneTimeSetUp]
    public void Open() => trace = new StepTrace(new TransformerSubject());

    [OneTimeTearDown]
    public void Close() => trace.Dispose();

    [Test]
    public void A_thousand_moves_at_random_never_throw_and_can_be_taken_back([Range(1, 12)] int seed)
    {
        Cursor cursor = new(0, "s");
        Dictionary<Cursor, string> seen = [];
        for (ulong i = 0; i < 1000; i++)
        {
            StepCommand command = Commands[CounterRandom.Below(new RandomStream((ulong)seed, 7), i, Commands.Length)];
            Cursor next = StepNavigator.Move(trace, cursor, command);
            Assert.That(Cursor.Parse(next.ToString()), Is.EqualTo(next), "a cursor is what its text says");
            Assert.That(StepNavigator.Move(trace, cursor, command), Is.EqualTo(next), "a move is a function");
            RequireInverse(cursor, command, next);
            cursor = next;
            if (i % 25 != 0) { continue; }
            string view = StepViewJson.Write(StepExplainer.Explain(trace, cursor));
            if (seen.TryGetValue(cursor, out string? before)) { Assert.That(view, Is.EqualTo(before), cursor.ToString()); }
            seen[cursor] = view;
        }
    }

    /// <summary>Next and previous, into and out, left and right, up and down undo each other where the move led anywhere.</summary>
    private void RequireInverse(Cursor from, StepCommand command, Cursor to)
    {
        StepCommand? back = command switch
        {
            StepCommand.Next => StepCommand.Previous,
            StepCommand.Previous => StepCommand.Next,
            StepCommand.Into => StepCommand.Out,
            StepCommand.Left => StepCommand.Right,
            StepCommand.Right => StepCommand.Left,
            StepCommand.Up => StepCommand.Down,
            StepCommand.Down => StepCommand.Up,
            _ => null,
        };
        if (back is null || to == from) { return; }
        bool isSelected = StepScene.Resolve(trace, from).IsSelected, isOver = command is StepCommand.Next or StepCommand.Previous;
        bool isNormal = from.Level switch
        {
            _ when command == StepCommand.Into => true,
            StepLevel.Module => isOver && ModuleStart(from),
            StepLevel.Op => isOver || isSelected,
            StepLevel.Element => isSelected,
            _ => isOver || isSelected && from.Term == 0,
        };
        if (!isNormal) { return; }
        Assert.That(StepNavigator.Move(trace, to, back.Value), Is.EqualTo(from), $"{command} from {from} to {to}");
    }

    private bool ModuleStart(Cursor cursor) => trace.Find(cursor.Frame)! is var frame && (frame.Index == 0 || trace.Frames[frame.Index - 1].Module != frame.Module || trace.Frames[frame.Index - 1].Kind != frame.Kind && frame.Kind != FrameKind.Accumulate);

    [Test]
    public void Next_walks_through_all_frames_and_previous_back()
    {
        Cursor cursor = StepNavigator.Move(trace, new Cursor(0, "s"), StepCommand.First);
        List<string> there = [cursor.Frame], back = [];
        while (StepNavigator.Move(trace, cursor, StepCommand.Next) is var next && next != cursor) { there.Add((cursor = next).Frame); }
        Assert.That(there, Is.EqualTo(trace.Frames.Select(frame => frame.Id)));
        Assert.That(cursor, Is.EqualTo(StepNavigator.Move(trace, cursor, StepCommand.Last)));
        for (back.Add(cursor.Frame); StepNavigator.Move(trace, cursor, StepCommand.Previous) is var before && before != cursor;) { back.Add((cursor = before).Frame); }
        Assert.That(back, Is.EqualTo(Enumerable.Reverse(there)));
    }

    [Test]
    public void The_selection_stays_where_it_fits_and_is_ignored_elsewhere()
    {
        TraceTensor stream = trace.Tensors.First(tensor => trace.ContributorsOf(tensor).Length == 2 && tensor.Producer >= 0);
        int[] readers = trace.ContributorsOf(stream);
        Cursor cursor = new(0, $"b{readers[1]}", Tensor: stream.Id, Element: "0,2,3");
        Assert.That(StepExplainer.Explain(trace, cursor).Element!.Indices, Is.EqualTo("0,2,3"));
        Cursor next = StepNavigator.Move(trace, cursor, StepCommand.Next);
        Assert.That(StepExplainer.Explain(trace, next) is { Frame.Kind: "accumulate", Element.Indices: "0,2,3" });
        Cursor other = StepNavigator.Move(trace, cursor, StepCommand.Last);
        Assert.That(other with { Frame = cursor.Frame }, Is.EqualTo(cursor), "kept");
    }

    [Test]
    public void Into_leads_from_the_run_to_a_term_and_out_back()
    {
        Cursor start = new(0, "b3", StepLevel.Run);
        List<Cursor> way = [start];
        for (int i = 0; i < 4; i++) { way.Add(StepNavigator.Move(trace, way[^1], StepCommand.Into)); }
        Assert.That(way.Select(cursor => cursor.Level), Is.EqualTo(Enum.GetValues<StepLevel>()));
        for (int i = 4; i > 0; i--) { Assert.That(StepNavigator.Move(trace, way[i], StepCommand.Out), Is.EqualTo(way[i - 1])); }
    }

    [Test]
    public void Update_and_backward_lead_to_the_frames_of_the_selected_parameter()
    {
        Cursor cursor = new(0, "b3", Tensor: "blocks.0.attention.qkv.weight");
        Frame frame = trace.Frames.First(frame => frame.Kind == FrameKind.Backward && trace.Receivers(frame.Node).Any(tensor => tensor.Id == cursor.Tensor));
        Cursor update = StepNavigator.Move(trace, cursor with { Frame = frame.Id }, StepCommand.Update);
        Assert.That(trace.Find(update.Frame)!.Text, Is.EqualTo("upd blocks.0.attention.qkv.weight"));
        Assert.That(StepNavigator.Move(trace, update, StepCommand.Backward).Frame, Is.EqualTo(frame.Id));
        Assert.That(StepNavigator.Move(trace, new Cursor(0, "f3"), StepCommand.Backward).Frame, Is.EqualTo("b3"));
    }

    [Test]
    public void Modules_follow_each_other_and_come_back()
    {
        Cursor cursor = new(0, "f0");
        for (int i = 0; i < 6; i++)
        {
            Cursor next = StepNavigator.Move(trace, cursor, StepCommand.NextModule);
            Assert.That(trace.Find(next.Frame)!.Module, Is.Not.EqualTo(trace.Find(cursor.Frame)!.Module));
            Assert.That(StepNavigator.Move(trace, next, StepCommand.PreviousModule), Is.EqualTo(cursor));
            cursor = next;
        }
    }

    [Test]
    public void Continue_stops_at_the_next_frame_where_a_breakpoint_holds_and_back_at_the_one_before()
    {
        IStepBreakpoint[] breakpoints = [new OpBreakpoint("attention")];
        Cursor first = StepNavigator.Move(trace, new Cursor(0, "z"), StepCommand.Continue, breakpoints), second = StepNavigator.Move(trace, first, StepCommand.Continue, breakpoints);
        Assert.That(trace.Find(first.Frame)!.Text, Does.StartWith("fwd attention"));
        Assert.That(second.Frame, Is.Not.EqualTo(first.Frame));
        Assert.That(StepNavigator.Move(trace, second, StepCommand.ReverseContinue, breakpoints), Is.EqualTo(first));
        Assert.That(StepNavigator.Move(trace, first, StepCommand.ReverseContinue, breakpoints), Is.EqualTo(first), "there is none before");
        Assert.That(StepNavigator.Move(trace, first, StepCommand.Continue), Is.EqualTo(first), "no breakpoints");
    }

    [TestCase("x9", "names no frame")]
    [TestCase("", "names no frame")]
    [TestCase("f", "names no frame")]
    [TestCase("f99999999999", "names no frame")]
    [TestCase("b-1", "names no frame")]
    public void A_name_of_no_frame_is_refused_with_those_that_there_are(string frame, string expected)
    {
        Assert.That(() => StepExplainer.Explain(trace, new Cursor(0, frame)), Throws.InstanceOf<FormatException>().With.Message.Contains(expected).And.Message.Contains("f0 to f"));
        Assert.That(() => StepNavigator.Move(trace, new Cursor(0, frame), StepCommand.Next), Throws.InstanceOf<FormatException>());
    }

    [TestCase("f9999", "f")]
    [TestCase("b9999", "b")]
    [TestCase("u9999", "u")]
    [TestCase("a9999.7", "b")]
    public void A_frame_of_a_larger_step_gives_way_to_the_nearest_of_its_kind(string frame, string prefix) =>
        Assert.That(StepExplainer.Explain(trace, new Cursor(0, frame)).Frame.Id, Does.StartWith(prefix));

    [TestCase("0:b3?el=a", "names no element")]
    [TestCase("0:b3?el=-1", "names no element")]
    [TestCase("0:b3?el=1,2,3,4,5", "names no element")]
    [TestCase("0:b3?tensor=nope", "no tensor 'nope'")]
    [TestCase("0:f3?tensor=norm.weight&el=9,9", null)]
    [TestCase("0:u0?tensor=embedding.weight&el=7,0", "has no element 7,0")]
    [TestCase("0:b3?view=%26x%3D1", "name a view")]
    [TestCase("0:b3?term=99999", null)]
    public void What_the_step_does_not_have_is_refused_or_brought_back_to_what_it_has(string text, string? expected)
    {
        Cursor cursor = Cursor.Parse(text);
        if (expected is null) { Assert.That(() => StepExplainer.Explain(trace, cursor), Throws.Nothing); }
        else { Assert.That(() => StepExplainer.Explain(trace, cursor), Throws.InstanceOf<FormatException>().Or.InstanceOf<ArgumentException>().With.Message.Contains(expected)); }
    }

    private sealed class OpBreakpoint(string op) : IStepBreakpoint
    {
        public string Text => $"op={op}";

        public bool Holds(StepTrace trace, Frame frame, out string why)
        {
            why = "";
            return frame.Node >= 0 && trace.Tape[frame.Node].Op.Name == op;
        }
    }
}
