using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>A fault that is planted at one element of one operation is reported there and nowhere else (C5).</summary>
public sealed class StepOriginTests
{
    private const int Stages = 12;

    private static IEnumerable<TestCaseData> Faults()
    {
        // Every kind of fault, at each of 12 places of a chain, at an element that differs from place to place.
        for (int stage = 0; stage < Stages; stage++)
        {
            foreach (string fault in new[] { "log(0)", "0/0", "exp overflow", "inf*0" }) { yield return new TestCaseData(fault, stage, (stage * 5) + 2); }
        }
    }

    [TestCaseSource(nameof(Faults))]
    public void A_planted_fault_is_found_at_its_frame_and_element(string fault, int stage, int element)
    {
        using CpuBackend backend = new(1);
        using StepTrace trace = new(new Chain(fault, stage, element, backend));
        Assert.That(float.IsFinite((float)trace.Loss), Is.False, "the fault reaches the loss");
        StepOrigin origin = StepOrigin.Find(trace)!;
        Assert.That((origin.Frame.Kind, origin.Reading.Tensor.Id), Is.EqualTo((FrameKind.Forward, "fault")), origin.ToString());
        Assert.That(origin.Element, Is.EqualTo(element));
        Assert.That(origin.Count, Is.EqualTo(1));
        Assert.That(origin.IsGiven, Is.False);
        Assert.That(origin.ToString(), Does.Contain("inputs finite ✓").And.Contain($"(1 of {Chain.Size})").And.Contain("downstream damage: "));
        Assert.That(trace.Frames.Where(frame => frame.Kind == FrameKind.Forward && StepOrigin.Of(trace, frame) is not null).Select(frame => frame.Id), Is.EqualTo([origin.Frame.Id]), "and at no other");
    }

    [Test]
    public void A_fault_that_only_gradients_have_is_found_in_the_backward_pass([Range(0, Stages - 1)] int stage)
    {
        using CpuBackend backend = new(1);
        int element = (stage * 5) + 1;
        using StepTrace trace = new(new Chain("sqrt(0)", stage, element, backend));
        Assert.That(double.IsFinite(trace.Loss), Is.True, "√0 is a number, its slope is not");
        StepOrigin origin = StepOrigin.Find(trace)!;
        Assert.That(origin.Frame.Kind, Is.EqualTo(FrameKind.Backward));
        Assert.That(trace.Of(trace.Tape[origin.Frame.Node].Output).Id, Is.EqualTo("fault"));
        Assert.That(origin.Element, Is.EqualTo(element));
        Assert.That(origin.Value, Is.EqualTo(double.PositiveInfinity));
    }

    [Test]
    public void A_weight_that_was_none_before_is_told_as_such()
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new("residual", backend);
        StepSubject subject = source.Open(0);
        Parameter w2 = subject.Slabs.Parameters.Single(parameter => parameter.Name == "W2");
        backend.Write([float.NaN], w2.Tensor.Data.Slice(6, 1));
        using StepTrace trace = new(subject);
        StepOrigin origin = StepOrigin.Find(trace)!;
        Assert.That((origin.IsGiven, origin.Reading.Tensor.Id, origin.Indices, origin.Frame.Id), Is.EqualTo((true, "W2", "1,2", "f3")));
        Assert.That(origin.ToString(), Does.Contain("W2[1,2] = NaN before the step"));
    }

    [Test]
    public void Where_all_is_finite_there_is_no_origin()
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new("block", backend);
        using StepTrace trace = new(source.Open(0));
        Assert.That(StepOrigin.Find(trace), Is.Null);
    }

    [Test]
    public void The_demo_begins_at_the_logarithm_of_zero()
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new("nan", backend);
        using StepTrace trace = new(source.Open(0));
        string[] lines = StepOrigin.Find(trace)!.ToString().Split('\n');
        Assert.That(lines[0], Is.EqualTo("step 0   forward f2: mlp.log   ln h[1] = −∞ from h = 0   (1 of 3)"));
        Assert.That(lines[1], Does.Contain("→ loss NaN at f4.   inputs finite ✓"));
    }

    /// <summary>Twelve linear stages that keep the numbers small; one of them is followed by an operation that fails at one element.</summary>
    private sealed class Chain : SmallSubject
    {
        public const int Size = 64;
        private readonly string fault;
        private readonly int stage;
        private readonly Parameter w;
        private readonly Tensor pass, poison, sum;
        private readonly Op[] ops;
        private readonly MatMul total = new();
        private readonly Multiply mask = new(), times = new();
        private readonly Add add = new();

        public Chain(string fault, int stage, int element, Backend backend) : base("chain", backend)
        {
            (this.fault, this.stage) = (fault, stage);
            ops = [.. Enumerable.Range(0, Stages).Select(i => (Op)new Scale(i % 2 == 0 ? 1.5f : 0.8f))];
            w = AddParameter("w", new Shape(Size), [.. Enumerable.Range(0, Size).Select(i => 0.05f + (0.01f * i))]);
            // The element becomes exactly 0, and what is added makes the fault; all others pass as they are.
            pass = AddConstant("pass", new Shape(Size), [.. Enumerable.Range(0, Size).Select(i => i == element ? 0f : 1f)]);
            poison = AddConstant("poison", new Shape(Size), [.. Enumerable.Range(0, Size).Select(i => i != element ? 0f : fault switch { "exp overflow" => 200f, "inf*0" => 3e38f, _ => 0f })]);
            sum = AddConstant("ones", new Shape(1, Size), [.. Enumerable.Repeat(0.01f, Size)]);
        }

        protected override Tensor Build(Tape tape)
        {
            Tensor x = w.Tensor;
            for (int i = 0; i < Stages; i++)
            {
                tape.Scope = $"stage.{i}";
                x = tape.Apply(ops[i], x);
                if (i == stage) { x = Fail(tape, tape.Apply(add, tape.Apply(mask, x, pass), poison)); }
            }
            tape.Scope = "loss";
            return Named("L", tape.Apply(total, x, sum));
        }

        private Tensor Fail(Tape tape, Tensor x) => fault switch
        {
            "log(0)" => Named("fault", tape.Apply(new Map<Log>(), x)),
            "0/0" => tape.Apply(times, x, Named("fault", tape.Apply(new Map<Reciprocal>(), x))),
            "exp overflow" => Named("fault", tape.Apply(new Map<Exp>(), x)),
            "inf*0" => tape.Apply(times, Named("fault", tape.Apply(add, x, x)), pass),
            _ => Named("fault", tape.Apply(new Map<Sqrt>(), x)),
        };
    }
}
