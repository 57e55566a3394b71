using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Training;

public class TrainerTests
{
    [Test]
    public void Training_lowers_the_loss_from_the_logarithm_of_the_vocabulary()
    {
        using var run = new TestRun("train.budget=60 steps");
        TrainingResult result = run.Train();
        double start = run.Steps.First(step => step.Step == 1).Loss;
        Assert.That(start, Is.EqualTo(run.Plan!.GuessingLoss).Within(0.05));
        Assert.That(result.ValidationLoss, Is.LessThan(start - 0.5));
        Assert.That(result.Outcome, Is.EqualTo(TrainingOutcome.Completed));
        Assert.That(result.Tokens, Is.EqualTo(60 * 4 * 2 * 17));
    }

    [Test]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        string? expected = null;
        foreach (int threads in (int[])[1, 2, 3, 7])
        {
            using var run = new TestRun();
            string hash = run.Train(threads: threads).WeightsSha256!;
            Assert.That(hash, Is.EqualTo(expected ??= hash), $"{threads} threads");
        }
    }

    [Test]
    public void The_bits_do_not_depend_on_how_often_the_run_is_looked_at()
    {
        using var often = new TestRun("eval.every=1 steps", "checkpoint.every=3 steps");
        using var never = new TestRun("eval.every=0", "checkpoint.every=0", "eval.sample.tokens=0");
        Assert.That(never.Train().WeightsSha256, Is.EqualTo(often.Train().WeightsSha256));
    }

    [Test]
    public void Another_seed_gives_other_weights()
    {
        using var first = new TestRun();
        using var second = new TestRun("run.seed=6");
        Assert.That(second.Train().WeightsSha256, Is.Not.EqualTo(first.Train().WeightsSha256));
    }

    [TestCase("adamw")]
    [TestCase("sgd")]
    [TestCase("muon")]
    public void Every_optimizer_learns_and_resumes_bit_for_bit(string optimizer)
    {
        string[] overrides = [$"train.optimizer={optimizer}", optimizer == "sgd" ? "train.lr=0.3" : "train.lr=6e-3"];
        using var whole = new TestRun(overrides);
        using var parts = new TestRun(overrides);
        TrainingResult result = whole.Train();
        parts.Train(stopAfter: 7);
        Assert.That(parts.Resume().WeightsSha256, Is.EqualTo(result.WeightsSha256));
        Assert.That(whole.Steps[^1].Loss, Is.LessThan(whole.Steps[1].Loss));
    }

    [Test]
    public void A_batch_gives_the_same_gradient_however_it_is_split()
    {
        (double loss, float[] whole) = Gradient(32, 1);
        foreach ((int rows, int count) in ((int, int)[])[(8, 4), (1, 32)])
        {
            (double splitLoss, float[] split) = Gradient(rows, count);
            Assert.That(splitLoss, Is.EqualTo(loss).Within(1e-6));
            float largest = whole.Max(MathF.Abs);
            for (int i = 0; i < whole.Length; i++)
            {
                Assert.That(split[i], Is.EqualTo(whole[i]).Within(2e-6f * largest), $"{count} × {rows}, element {i}");
            }
        }
    }

    [Test]
    public void A_warm_step_allocates_nothing()
    {
        using var run = new TestRun("train.budget=10000 steps", "eval.every=0", "checkpoint.every=0");
        using var backend = new CpuBackend(2);
        using RunFolder folder = RunFolder.Create(run.Folder);
        RunConfig config = run.Config.Config;
        using TokenDataset data = DataLoader.Open(config.Data, config.Tokenizer, 5);
        using LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.Allocate(backend, 5, training: true);
        using var trainer = new Trainer(new TrainerParts { Config = run.Config, Backend = backend, Data = data, Model = model, Folder = folder, Observers = [new Silent()] });
        trainer.Start();
        for (int i = 0; i < 100; i++)
        {
            trainer.Advance();
        }
        long fewest = long.MaxValue;
        for (int attempt = 0; attempt < 10 && fewest > 0; attempt++)
        {
            long thread = GC.GetAllocatedBytesForCurrentThread(), all = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 20; i++)
            {
                trainer.Advance();
            }
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - all);
            long own = GC.GetAllocatedBytesForCurrentThread() - thread;
            Assert.That(own, Is.Zero, "bytes on the training thread");
        }
        // The test runner's own threads may allocate now and then, but not in every window.
        Assert.That(fewest, Is.Zero, "bytes on all threads");
    }

    [Test]
    public void An_encoder_decoder_trains_and_resumes_bit_for_bit()
    {
        string[] overrides = ["model.architecture=encoder-decoder", "data.source=reverse", "model.position=sinusoidal"];
        using var whole = new TestRun(overrides);
        using var parts = new TestRun(overrides);
        TrainingResult result = whole.Train();
        Assert.That(result.Tokens, Is.EqualTo(20 * 4 * 2 * 9), "eight letters and the end");
        parts.Train(stopAfter: 3);
        Assert.That(parts.Resume().WeightsSha256, Is.EqualTo(result.WeightsSha256));
        Assert.That(whole.Steps[^1].Loss, Is.LessThan(whole.Steps[1].Loss));
    }

    [Test]
    public void Recomputed_activations_give_the_same_weights_and_a_resumed_run_may_change_its_mind([Values("block", "selective")] string mode)
    {
        using var kept = new TestRun("model.layers=3");
        using var recomputed = new TestRun("model.layers=3", $"train.recompute={mode}");
        string expected = kept.Train().WeightsSha256!;
        Assert.That(recomputed.Train(stopAfter: 7, threads: 2).Outcome, Is.EqualTo(TrainingOutcome.Interrupted));
        Assert.That(recomputed.Resume(wanted: TestRun.Parse("model.layers=3")).WeightsSha256, Is.EqualTo(expected));
    }

    [Test]
    public void Activations_in_16_bits_train_alike_and_resume_bit_for_bit([Values("bfloat16", "float16")] string format)
    {
        string[] overrides = [$"precision.activations={format}", "train.recompute=block"];
        using var exact = new TestRun();
        using var whole = new TestRun(overrides);
        using var parts = new TestRun(overrides);
        TrainingResult expected = exact.Train(), actual = whole.Train();
        Assert.That(actual.WeightsSha256, Is.Not.EqualTo(expected.WeightsSha256));
        Assert.That(actual.ValidationLoss, Is.EqualTo(expected.ValidationLoss).Within(0.02));
        Assert.That(whole.Steps.Select(step => step.Loss), Is.EqualTo(exact.Steps.Select(step => step.Loss)).Within(0.03), "the loss curve");
        parts.Train(stopAfter: 6, threads: 2);
        Assert.That(parts.Resume().WeightsSha256, Is.EqualTo(actual.WeightsSha256));
    }

    private static (double Loss, float[] Gradient) Gradient(int rows, int count)
    {
        RunConfig config = TestRun.Parse("model.dropout=0").Config;
        using var backend = new CpuBackend(1);
        using TokenDataset data = DataLoader.Open(config.Data, config.Tokenizer, 5);
        using LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.Allocate(backend, 5, training: true);
        using Optimizer optimizer = Optimizer.Create(config.Train, model.Config, model.Slabs, backend);
        using var step = new TrainingStep(backend, model, data.Batches(rows, config.Model.Context, count), optimizer, 0, 5);
        (double loss, double _) = step.Measure(3);
        return (loss, model.Slabs.Gradients.Span.ToArray());
    }

    private sealed class Silent : ITrainingObserver;
}
