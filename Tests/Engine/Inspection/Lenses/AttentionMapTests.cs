using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Lenses;
using PureLlm.Tests.Engine.Inspection.Updates;
using PureLlm.Tests.Engine.Modules;

namespace PureLlm.Tests.Engine.Inspection.Lenses;

public sealed class AttentionMapTests
{
    private static IEnumerable<ModelConfig> Models =>
    [
        TestModel.Small,
        TestModel.Small with { KeyValueHeads = 2, Position = PositionKind.Rope, QkNorm = true },
        TestModel.Small with { Window = 2 },
    ];

    [Test]
    public void The_probabilities_make_the_output_of_the_fused_kernel([Range(0, 2)] int model, [Range(0, 1)] int sequence)
    {
        using StepTrace trace = new(new ModelStep(Models.ElementAt(model)));
        foreach (NodeValues values in Attentions(trace))
        {
            var op = (Attention)values.Op;
            int size = values.OutputShape.Columns / op.Heads, kv = op.KeyValueHeads;
            float[] packed = values.Input(0).ToArray(), output = values.Output.ToArray();
            int columns = values.InputShape(0).Columns;
            for (int head = 0; head < op.Heads; head++)
            {
                AttentionMap map = AttentionMap.Of(values, sequence, head);
                for (int i = 0; i < map.Queries; i++)
                {
                    double[] p = map.Probabilities[(i * map.Keys)..((i + 1) * map.Keys)];
                    Assert.That(p.Sum(), Is.EqualTo(1).Within(1e-12));
                    Assert.That(p.Select((x, j) => x == 0 == (j > i || (op.Window > 0 && j <= i - op.Window))), Is.All.True, "exactly the masked keys have nothing");
                    Assert.That(map.Entropy[i], Is.EqualTo(-p.Sum(x => x == 0 ? 0 : x * Math.Log(x))).Within(1e-12));
                    for (int d = 0; d < size; d++)
                    {
                        double mix = 0;
                        int value = ((op.Heads + kv + (head * kv / op.Heads)) * size) + d;
                        for (int j = 0; j < map.Keys; j++) { mix += p[j] * packed[(((sequence * map.Keys) + j) * columns) + value]; }
                        Assert.That(output[(((sequence * map.Queries) + i) * op.Heads * size) + (head * size) + d], Is.EqualTo(mix).Within(2e-6));
                    }
                }
            }
        }
    }

    [Test]
    public void The_gradient_is_what_the_loss_does_when_a_probability_changes()
    {
        using StepTrace trace = new(new ModelStep(TestModel.Small));
        NodeValues values = Attentions(trace).First();
        const int Sequence = 1, Head = 2, Query = 3, Key = 1;
        AttentionMap map = AttentionMap.Of(values, Sequence, Head);
        int size = values.OutputShape.Columns / 4, columns = values.InputShape(0).Columns;
        double Loss(double change)
        {
            double[] y = [.. trace.Twin.ValuesOf(values.Node.Output)];
            for (int d = 0; d < size; d++)
            {
                double v = trace.Twin.ValuesOf(values.Node.Inputs[0])[(((Sequence * map.Keys) + Key) * columns) + ((8 + Head) * size) + d];
                y[(((Sequence * map.Queries) + Query) * 4 * size) + (Head * size) + d] += change * v;
            }
            return trace.Twin.With(new Dictionary<Tensor, double[]>(ReferenceEqualityComparer.Instance) { [values.Node.Output] = y })[trace.LossTensor][0];
        }
        double difference = (Loss(1e-5) - Loss(-1e-5)) / 2e-5;
        Assert.That(map.Gradient[(Query * map.Keys) + Key], Is.EqualTo(difference).Within(1e-6 * Math.Max(1, Math.Abs(difference))).And.Not.Zero);
        Assert.That(map.Gradient[(Query * map.Keys) + Query + 1], Is.Zero, "a masked key");
    }

    [Test]
    public void The_pane_shows_the_attention_of_the_module_and_the_head_of_the_cursor()
    {
        using StepTrace trace = new(new ModelStep(TestModel.Small));
        Frame frame = trace.Frames.First(frame => frame.Kind == FrameKind.Backward && frame.Module == "blocks.1.attention.output");
        StepView view = StepExplainer.Explain(trace, new Cursor(0, frame.Id, Term: 3, View: "attention"));
        Assert.That((view.Attention!.Module, view.Attention.Head, view.Attention.Heads, view.Attention.Queries), Is.EqualTo(("blocks.1.attention", 3, 4, 5)));
        Assert.That(view.Attention.Places!.Select(place => (place.Module, place.IsCurrent)), Is.EqualTo(new[] { ("blocks.0.attention", false), ("blocks.1.attention", true) }));
        StepView other = StepExplainer.Explain(trace, Cursor.Parse(view.Attention.Places![0].Cursor));
        Assert.That((other.Attention!.Module, other.Frame.Op), Is.EqualTo(("blocks.0.attention", "attention")));
        Assert.That(view.ReadAs, Has.Some.Contains("looks most at token"));
    }

    [Test]
    public void A_step_without_attention_says_so()
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection()));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "s", View: "attention"));
        Assert.That(view.Attention, Is.Null);
        Assert.That(view.Notes.Select(note => note.Kind), Has.Member("no attention"));
    }

    private static IEnumerable<NodeValues> Attentions(StepTrace trace) =>
        Enumerable.Range(0, trace.Tape.Count).Where(n => trace.Tape[n].Op is Attention).Select(trace.ValuesOf);
}
