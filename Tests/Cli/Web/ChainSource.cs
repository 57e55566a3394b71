using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Cli.Web;

/// <summary>A step with as many operations as one likes: logits scaled again and again, then cross-entropy.</summary>
internal sealed class ChainSource(int operations) : StepSource
{
    private readonly CpuBackend backend = new(1, CpuFeatures.Width);

    public override string Title => $"chain of {operations}";

    public override StepSubject Open(long step) => step == 0 ? new Chain(Title, backend, operations)
        : throw new ArgumentOutOfRangeException(nameof(step), $"{Title} has step 0, not {step}.");

    public override void Dispose() => backend.Dispose();

    private sealed class Chain : SmallSubject
    {
        private readonly Parameter logits;
        private readonly CrossEntropy loss;
        private readonly int operations;

        public Chain(string title, Backend backend, int operations) : base(title, backend)
        {
            this.operations = operations;
            logits = AddParameter("logits", new Shape(1, 8), 0.3f, -0.2f, 0.1f, 0.7f, -0.9f, 0.4f, 0f, 0.25f);
            loss = new CrossEntropy(AddTokens(3));
        }

        protected override Tensor Build(Tape tape)
        {
            Tensor x = logits.Tensor;
            for (int i = 0; i < operations - 1; i++)
            {
                tape.Scope = $"blocks.{i / 100}";
                x = tape.Apply(new Scale(i % 2 == 0 ? 1.01f : 0.99f), x);
            }
            tape.Scope = "loss";
            return tape.Apply(loss, x);
        }
    }
}
