using System.Text.Json;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Comparing;
using PureLlm.Tests.Engine.Inspection.Lenses;
using PureLlm.Tests.Engine.Inspection.Updates;
using PureLlm.Tests.Engine.Modules;

namespace PureLlm.Tests.Engine.Inspection.Comparing;

public sealed class WhatIfTests
{
    [Test]
    public void A_small_change_moves_the_loss_as_the_gradient_says([Values("x", "blocks.0.up", "head", "norm.weight")] string name)
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection()));
        TraceTensor tensor = trace.FindTensor(name)!;
        for (int e = 0; e < tensor.Tensor.Shape.Length; e++)
        {
            string element = ElementText.Of(tensor.Tensor.Shape, e);
            double value = trace.Read(tensor.Tensor.Data)[e], gradient = trace.Gradient(tensor.Tensor)[e];
            WhatIfView view = WhatIf.Evaluate(trace, name, element, value + 1e-4);
            Assert.That(view.Before, Is.EqualTo(value));
            Assert.That(view.Gradient, Is.EqualTo(gradient));
            Assert.That(view.Predicted, Is.EqualTo(1e-4 * gradient).Within(1e-12));
            Assert.That(view.Change, Is.EqualTo(1e-4 * gradient).Within(1e-6), "but for curvature");
            Assert.That(view.Change, Is.EqualTo(view.LossAfter - view.LossBefore));
        }
    }

    /// <summary>An independent evaluation: the same weights with one changed, recorded anew.</summary>
    [Test]
    public void A_large_change_gives_the_loss_of_a_step_with_that_weight()
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection()));
        WhatIfView view = WhatIf.Evaluate(trace, "blocks.0.down", "1,3", 2.5);
        ResidualSubject other = new(new TrainSection());
        float[] w = trace.Read(trace.FindTensor("blocks.0.down")!.Tensor.Data);
        w[(1 * 6) + 3] = 2.5f;
        other.Backend.Write(w, other.Parameter("blocks.0.down").Tensor.Data);
        using StepTrace moved = new(other);
        Assert.That(view.LossAfter, Is.EqualTo(moved.Loss).Within(1e-6));
        Assert.That(view.LossBefore, Is.EqualTo(trace.Loss).Within(1e-6));
        Assert.That(trace.Subject.Slabs.Sha256(), Is.EqualTo(new Func<string>(() => { using ResidualSubject fresh = new(new TrainSection()); return fresh.Slabs.Sha256(); })()), "the trace is not touched");
    }

    [Test]
    public void Of_an_activation_only_what_follows_changes()
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection()));
        string hidden = trace.Of(trace.Tape[1].Output).Id;
        float[] values = trace.Read(trace.Tape[1].Output.Data);
        int active = Array.FindIndex(values, value => value > 0), dead = Array.FindIndex(values, value => value < -0.1f);
        WhatIfView view = WhatIf.Evaluate(trace, hidden, ElementText.Of(trace.Tape[1].Output.Shape, active), values[active] + 0.5);
        Assert.That(view.Changed.Select(one => one.Name), Is.EqualTo(new[] { hidden }.Concat(Enumerable.Range(2, 5).Select(n => trace.Of(trace.Tape[n].Output).Id))));
        Assert.That(view.Changed[0].Changed, Is.EqualTo(1));
        Assert.That(view.Changed[1].Changed, Is.EqualTo(1), "relu² sees one element");
        Assert.That(view.Changed[2].Changed, Is.EqualTo(4), "and the projection one row");
        Assert.That(view.Changed[2].Difference!.Values.Count(cell => cell != 0), Is.EqualTo(4));
        Assert.That(view.Changed[^1].Largest.Single().After, Is.EqualTo(view.LossAfter));

        WhatIfView off = WhatIf.Evaluate(trace, hidden, ElementText.Of(trace.Tape[1].Output.Shape, dead), values[dead] - 1);
        Assert.That(off.Changed, Has.Count.EqualTo(1), "a unit that is off stays off");
        Assert.That((off.Change, off.Predicted), Is.EqualTo((0.0, (double?)-0.0)));
    }

    [Test]
    public void A_later_token_does_not_change_what_earlier_ones_said()
    {
        using StepTrace trace = new(new ModelStep(TestModel.Small));
        WhatIfView view = WhatIf.Evaluate(trace, "blocks.0.attention.qkv.matmul", "0,3,1", 4);
        ChangedTensorView attention = view.Changed.Single(one => one.Name == "blocks.0.attention.attention");
        Assert.That(attention.Largest.Select(cell => cell.Element), Is.All.StartsWith("0,3,").Or.StartsWith("0,4,"), "a causal mask");
    }

    [Test]
    public void It_can_be_written_as_json()
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection()));
        using JsonDocument json = JsonDocument.Parse(JsonSerializer.Serialize(WhatIf.Evaluate(trace, "x", "0,1", 1), StepViewJson.Options));
        Assert.That(json.RootElement.GetProperty("changed")[0].GetProperty("name").GetString(), Is.EqualTo("x"));
    }

    [TestCase("y", "0,1", 1.0, "no tensor 'y'")]
    [TestCase("x", "3,1", 1.0, "the last is 2,3")]
    [TestCase("x", "0", 1.0, "the last is 2,3")]
    [TestCase("x", "0,1", double.NaN, "must be a finite number")]
    [TestCase("x", "0,1", double.PositiveInfinity, "must be a finite number")]
    public void What_can_not_be_is_refused_with_its_reason(string tensor, string element, double value, string reason)
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection()));
        Assert.That(() => WhatIf.Evaluate(trace, tensor, element, value), Throws.ArgumentException.With.Message.Contains(reason));
        Assert.That(() => WhatIf.Evaluate(trace, "x", "a", 1), Throws.TypeOf<FormatException>());
    }
}
