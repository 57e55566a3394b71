using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Breakpoints;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Modules;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Engine.Training;

namespace PureLlm.Tests.Engine.Inspection.Breakpoints;

public sealed class StepBreakpointTests
{
    [TestCase("residual", "op=matmul", "f1 f3 f5 b5 b3 b1")]
    [TestCase("residual", "op=mat* and module=head", "f5 b5")]
    [TestCase("residual", "module=mlp.*", "f1 f3 b3 b1")]
    [TestCase("residual", "module=mlp.* and op!=matmul", "")]
    [TestCase("residual", "tensor=W1", "b1 u0")]
    [TestCase("residual", "tensor=W1[2,1]", "b1 u0")]
    [TestCase("residual", "tensor=W1[2,*]", "b1 u0")]
    [TestCase("residual", "tensor=W1[3,*]", "u0", Description = "unit 3 is off: no gradient reaches its row")]
    [TestCase("residual", "tensor=x", "b4 a4.0 b0 a0.0")]
    [TestCase("residual", "max(|grad|)>0.48", "b6 b5 b4 a4.0 u2")]
    [TestCase("residual", "max(|value|) > 1.5 and op=rms_norm", "f0")]
    [TestCase("residual", "zeros(value) >= 1", "f2")]
    [TestCase("residual", "update/weight > 1e-9", "u0 u1 u2")]
    [TestCase("residual", "update/weight<1e-5", "")]
    [TestCase("residual", "loss>1.5", "f6")]
    [TestCase("residual", "loss > 1.5*prev", "", Description = "there is no step before")]
    [TestCase("residual", "gnorm>1", "c")]
    [TestCase("residual", "gnorm>1 and step=0 and loss<9", "c")]
    [TestCase("residual", "step=0", "z")]
    [TestCase("residual", "step=1", "")]
    [TestCase("residual", "step=0 and op=add", "f4 b4")]
    [TestCase("residual", "nan", "")]
    [TestCase("residual", "check-fails", "")]
    [TestCase("residual", "not (step > 0) and -lr < 0", "z")]
    [TestCase("nan", "nan", "f2")]
    [TestCase("nan", "inf", "f2")]
    [TestCase("nan", "nan or op=relu", "f1 f2 b1")]
    public void Holds_in_the_frames_that_are_meant_and_in_no_other(string demo, string text, string frames)
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new(demo, backend);
        using StepTrace trace = new(source.Open(0));
        var breakpoint = StepBreakpoint.Parse(text);
        Assert.That(string.Join(' ', trace.Frames.Where(frame => breakpoint.Holds(trace, frame, out string _)).Select(frame => frame.Id)), Is.EqualTo(frames));
    }

    [TestCase("residual", "gnorm>1", "c", "gnorm = 2.00")]
    [TestCase("residual", "max(|grad|)>0.48 and module=head", "b5", "max(|grad|) = ")]
    [TestCase("residual", "tensor=W1[2,1]", "b1", "∂L/∂W1[2,1] = −0.30405")]
    [TestCase("nan", "nan", "f2", "ln h[1] = −∞ from h = 0")]
    public void Says_what_it_found(string demo, string text, string frame, string expected)
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new(demo, backend);
        using StepTrace trace = new(source.Open(0));
        Assert.That(StepBreakpoint.Parse(text).Holds(trace, trace.Find(frame)!, out string why), Is.True);
        Assert.That(why, Does.Contain(expected));
    }

    [Test]
    public void A_check_that_fails_is_a_stop()
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new("residual", backend);
        using StepTrace trace = new(source.Open(0));
        Parameter w1 = trace.Subject.Slabs.Parameters.Single(parameter => parameter.Name == "W1");
        float[] gradient = trace.Gradient(w1.Tensor);
        gradient[(2 * 4) + 1] *= 1.01f;
        backend.Write(gradient, w1.Tensor.Grad);
        var breakpoint = StepBreakpoint.Parse("check-fails and op=matmul");
        Assert.That(trace.Frames.Where(frame => frame.Kind == FrameKind.Backward && breakpoint.Holds(trace, frame, out string _)).Select(frame => frame.Id), Does.Contain("b1"));
    }

    [TestCase("gnorm > 100")]
    [TestCase("loss > 2 * best and step >= 1_000")]
    [TestCase("not (val < 0.5 or seconds > 1e2) && lr != 0")]
    [TestCase("tokens / 1_000 - 3 > -prev")]
    public void Rules_of_training_hold_at_the_same_numbers_here(string text)
    {
        var breakpoint = StepBreakpoint.Parse(text);
        var rule = BreakRule.Parse(text);
        Assert.That(breakpoint.IsOfStep, Is.True);
        int held = 0;
        for (int i = 0; i < 200; i++)
        {
            BreakValues values = new() { Step = 10 * i, Tokens = 1000 * i, Seconds = i, Loss = i % 7, Previous = i % 5, Best = i % 3, Validation = i % 4, GradientNorm = i, LearningRate = i % 2 };
            held += rule.IsTrue(values) ? 1 : 0;
            Assert.That(breakpoint.HoldsIn(values), Is.EqualTo(rule.IsTrue(values)), $"{values}");
        }
        Assert.That(held, Is.InRange(1, 199));
    }

    [TestCase("gnrm>5", 1, "did you mean 'gnorm'?")]
    [TestCase("", 1, "a number or a name is missing")]
    [TestCase("gnorm", 1, "compare it")]
    [TestCase("gnorm >", 8, "a number or a name is missing")]
    [TestCase("gnorm > 5 5", 11, "'5' was not expected here")]
    [TestCase("(nan", 1, "the parenthesis is not closed")]
    [TestCase("nan > 1", 1, "a number is needed")]
    [TestCase("loss and nan", 1, "this is a number")]
    [TestCase("op", 1, "'op' is matched: op=")]
    [TestCase("op=", 4, "op= needs a name")]
    [TestCase("tensor=w[1,x]", 12, "an index is a number from 0, or *")]
    [TestCase("tensor=w[1", 9, "the bracket is not closed")]
    [TestCase("tensor=w[1,2,3,4,5]", 9, "at most 4 dimensions")]
    [TestCase("max(loss) > 1", 5, "max is of grad or value")]
    [TestCase("max(|grad) > 1", 10, "the second | is missing")]
    [TestCase("loss > 1.5x", 8, "'1.5x' is not a number")]
    [TestCase("loss $ 1", 6, "'$' was not expected here")]
    [TestCase("op=\"a", 4, "the quotation mark is not closed")]
    public void A_mistake_is_told_with_its_place(string text, int column, string message)
    {
        Assert.That(() => StepBreakpoint.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains($"column {column}: ").And.Message.Contains(message));
    }

    [Test]
    public void Depth_and_length_have_limits_and_no_text_fails_in_another_way()
    {
        Assert.That(() => StepBreakpoint.Parse(new string('(', 200)), Throws.TypeOf<FormatException>().With.Message.Contains("64 levels"));
        Assert.That(() => StepBreakpoint.Parse(new string('n', 600)), Throws.TypeOf<FormatException>().With.Message.Contains("500"));
        string[] parts = ["nan", "inf", "op=a*", "tensor=w[1,*]", "max(|grad|)", ">", "<=", "=", "and", "or", "not", "(", ")", "loss", "step", "5", "*", "-", "/", "update/weight", "check-fails", "!", "\"", "[", "|", "."];
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Join(random.Next(3) == 0 ? "" : " ", Enumerable.Range(0, random.Next(9)).Select(_ => parts[random.Next(parts.Length)]));
            try { StepBreakpoint.Parse(text); }
            catch (FormatException error) { Assert.That(error.Message, Does.StartWith("breakpoint ")); }
        }
    }

    [Test]
    public void Continue_goes_on_to_the_step_that_training_wrote_down()
    {
        using var run = new TestRun("train.budget=\"30 steps\"");
        run.Train();
        using CpuBackend backend = new(1);
        using StepSession session = new(ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Whole)) { Breakpoints = [StepBreakpoint.Parse("step=17"), StepBreakpoint.Parse("loss > 900")] };
        Cursor there = session.Move(session.Start, StepCommand.Continue);
        Assert.That((there.Step, there.Frame), Is.EqualTo((17L, "z")));
        Assert.That(session.Move(there, StepCommand.Continue), Is.EqualTo(there), "there is no other");
        Assert.That(session.Explain(there).Breaks, Is.EqualTo(["step=17: step = 17"]));
        Cursor after = there with { Step = 20, Frame = "s" };
        Assert.That(session.Move(after, StepCommand.ReverseContinue) is { Step: 17, Frame: "z" }, Is.True);
    }

    [Test]
    public void Continue_looks_for_a_frame_in_the_steps_beside_as_well_and_no_farther_than_it_may()
    {
        using CpuBackend backend = new(1);
        using StepSession session = new(new ExpressionSource("(a - 3)^2*(a + 1)^4", ["a=2.9"], backend)) { Breakpoints = [StepBreakpoint.Parse("op=multiply and max(|grad|) > 0")] };
        string[] here = Stops(0);
        Cursor cursor = session.Start with { Frame = here[^1] };
        Cursor there = session.Move(cursor, StepCommand.Continue);
        Assert.That((there.Step, there.Frame), Is.EqualTo((1L, Stops(1)[0])), "past the last of a step comes the first of the next");
        Assert.That(session.Move(there, StepCommand.ReverseContinue), Is.EqualTo(cursor));

        session.Breakpoints = [StepBreakpoint.Parse("op=no_such_op")];
        Assert.That(session.Move(cursor, StepCommand.Continue), Is.EqualTo(cursor), "it ends, and stays");
        session.Breakpoints = [StepBreakpoint.Parse("op=multiply and step = 8")];
        Assert.That(session.Move(cursor, StepCommand.Continue).Step, Is.EqualTo(8));
        session.Breakpoints = [StepBreakpoint.Parse("op=multiply and step = 9")];
        Assert.That(session.Move(cursor, StepCommand.Continue), Is.EqualTo(cursor), "eight steps are opened at once");
        session.Breakpoints = [StepBreakpoint.Parse("op=no_such_op"), StepBreakpoint.Parse("step=40")];
        Assert.That(session.Move(cursor, StepCommand.Continue).Step, Is.EqualTo(40), "what training wrote down is known farther away");

        string[] Stops(long step) => session.With(step, trace => trace.Frames.Where(frame => session.Breakpoints[0].Holds(trace, frame, out string _)).Select(frame => frame.Id).ToArray());
    }

    [Test]
    public void The_loss_of_the_step_before_is_known_in_a_run_and_in_a_demo()
    {
        using CpuBackend backend = new(1);
        using StepSession session = new(new ExpressionSource("(a - 3)^2*(a + 1)^4", ["a=2.9"], backend)) { Breakpoints = [StepBreakpoint.Parse("loss > 1.5*prev")] };
        using var run = new TestRun("train.budget=\"30 steps\"");
        run.Train();
        using ModelSource source = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Whole);
        Assert.That(source.Training(4)!.Value.Previous, Is.EqualTo(run.Steps.Single(step => step.Step == 4).Loss).Within(1e-6));
        Assert.That(source.Training(4)!.Value.Best, Is.EqualTo(run.Steps.Where(step => step.Step is >= 1 and <= 4).Min(step => step.Loss)).Within(1e-6));
        Assert.That(source.Training(99), Is.Null);
        Cursor there = session.Move(session.Start, StepCommand.Continue);
        double[] losses = [.. Enumerable.Range(0, 101).Select(step => session.Source.Training(step)!.Value.Loss)];
        int first = Enumerable.Range(1, 100).FirstOrDefault(step => losses[step] > 1.5 * losses[step - 1], -1);
        Assert.That(there.Step, Is.EqualTo(first < 0 ? 0 : first));
        Assert.That(first, Is.GreaterThan(0), "η = 0.1 is too much here");
    }
}
