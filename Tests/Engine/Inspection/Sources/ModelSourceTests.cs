using PureLlm.Engine.Data;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Engine.Training;

namespace PureLlm.Tests.Engine.Inspection.Sources;

/// <summary>Replays are the run, bit for bit (C4).</summary>
public sealed class ModelSourceTests
{
    private static readonly string[] Long = ["train.budget=\"110 steps\"", "checkpoint.every=\"37 steps\"", "checkpoint.keep=9", "eval.every=\"50 steps\""];

    [TestCase("adamw", "none")]
    [TestCase("muon", "block")]
    [TestCase("sgd", "none")]
    public void The_weights_of_any_step_are_those_that_an_uninterrupted_run_saved(string optimizer, string recompute)
    {
        string[] settings = [.. Long, $"train.optimizer={optimizer}", $"train.recompute={recompute}"];
        using var run = new TestRun(settings);
        run.Train();
        using CpuBackend backend = new(2);
        using ModelSource source = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope);
        foreach (long step in new long[] { 100, 0, 1, 37, 38, 36 })
        {
            using var whole = new TestRun([.. settings, $"checkpoint.every=\"{(step == 0 ? 1 : step)} steps\""]);
            using StepSubject subject = source.Open(step);
            whole.Train(stopAfter: Math.Max(1, step));
            string expected = step == 0 ? Initial(whole) : CheckpointState.Read(Path.Combine(whole.Folder, "checkpoints", CheckpointStore.NameOf(step))).WeightsSha256;
            Assert.That(subject.Slabs.Sha256(), Is.EqualTo(expected), $"step {step}");
        }
        Assert.That(File.Exists(Path.Combine(run.Folder, ".lock")), Is.False);
    }

    [Test]
    public void Moments_come_with_the_weights()
    {
        using var run = new TestRun(Long);
        run.Train(stopAfter: 74);
        using CpuBackend backend = new(1);
        using ModelSource source = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope);
        string kept = Path.Combine(run.Folder, "checkpoints", CheckpointStore.NameOf(74)), aside = Path.Combine(run.Folder, "aside");
        using StepSubject saved = source.Open(74);
        float[][] expected = [.. saved.Optimizer!.State.Select(item => Read(backend, item.Slab))];
        Directory.Move(kept, aside);
        using ModelSource again = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope);
        using StepSubject replayed = again.Open(74);
        Assert.That(replayed.Optimizer!.State.Select(item => Read(backend, item.Slab)), Is.EqualTo(expected));
        Assert.That(expected[0], Has.Some.Not.Zero);
    }

    [TestCase("model.dropout=0.1", "train.accumulate=2")]
    [TestCase("model.dropout=0", "train.accumulate=3")]
    [TestCase("model.tie=true", "train.accumulate=1")]
    [TestCase("train.recompute=block", "train.accumulate=2")]
    [TestCase("precision.gradients=bfloat16", "train.accumulate=1")]
    public void Gradients_of_the_whole_batch_have_the_bits_of_training(params string[] settings)
    {
        using var run = new TestRun([.. Long, .. settings]);
        run.Train(stopAfter: 12);
        using CpuBackend backend = new(2);
        using ModelSource source = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Whole);
        using StepTrace trace = new(source.Open(7));
        using TokenDataset data = DataLoader.Open(run.Config.Config.Data, run.Config.Config.Tokenizer, (ulong)run.Config.Config.Run.Seed);
        using LanguageModel model = LanguageModel.Create(run.Config.Config.Model, data.VocabularySize);
        model.Allocate(backend, 1, training: true, run.Config.Config.Precision.Slabs);
        TensorBuffer[] weights = trace.Subject.Slabs.CopyValues();
        model.Slabs.RestoreValues(weights);
        using Optimizer optimizer = Optimizer.Create(run.Config.Config.Train, model.Config, model.Slabs, backend);
        BatchSource batches = data.Batches(run.Config.Config.Train.Batch, model.Config.Context, run.Config.Config.Train.Accumulate);
        using var work = new TrainingStep(backend, model, batches, optimizer, 1, (ulong)run.Config.Config.Run.Seed, memory: run.Config.Config.TapeMemory);
        (double loss, double _) = work.Measure(7);
        for (int i = 0; i < model.Slabs.Parameters.Count; i++)
        {
            int[] expected = Bits(backend, model.Slabs.Parameters[i].Tensor.Grad), actual = Bits(backend, trace.Subject.Slabs.Parameters[i].Tensor.Grad);
            Assert.That(actual, Is.EqualTo(expected), model.Slabs.Parameters[i].Name);
            Assert.That(expected, Has.Some.Not.Zero, model.Slabs.Parameters[i].Name);
        }
        Assert.That(trace.Loss, Is.EqualTo(loss).Within(1e-6));
        Array.ForEach(weights, buffer => buffer.Dispose());
    }

    [Test]
    public void Two_traces_of_one_step_give_the_same_bytes()
    {
        using var run = new TestRun(Long);
        run.Train(stopAfter: 40);
        string[] texts = [.. Enumerable.Range(1, 2).Select(threads =>
        {
            using CpuBackend backend = new(threads);
            using StepSession session = new(ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope));
            return string.Join('\n', session.With(39, trace => trace.Frames.Select(frame => StepViewJson.Write(StepExplainer.Explain(trace, new Cursor(39, frame.Id)))).ToArray()));
        })];
        Assert.That(texts[1], Is.EqualTo(texts[0]));
        Assert.That(texts[0], Has.Length.GreaterThan(10_000));
    }

    [Test]
    public void The_microscope_shows_the_beginning_of_the_real_batch_and_says_so()
    {
        using var run = new TestRun("model.context=40", "train.accumulate=1");
        run.Train(stopAfter: 2);
        using CpuBackend backend = new(1);
        using ModelSource narrow = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope), whole = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Whole);
        using StepSubject part = narrow.Open(1), all = whole.Open(1);
        Assert.That(part.Tokens, Has.Count.EqualTo(32));
        Assert.That(all.Tokens, Has.Count.EqualTo(4 * 40));
        Assert.That(all.Tokens.Take(32), Is.EqualTo(part.Tokens));
        Assert.That(part.Targets.Take(31), Is.EqualTo(part.Tokens.Skip(1)));
        Assert.That(part.Remarks, Has.Some.Contains("1 of 4 sequences × 32 of 40 tokens"));
        Assert.That(all.Remarks, Has.Some.Contains("bit for bit"));
    }

    [Test]
    public void A_run_is_only_read_and_can_be_opened_while_another_process_trains_in_it()
    {
        using var run = new TestRun(Long);
        run.Train(stopAfter: 40);
        string[] before = Files(run.Folder);
        using (RunFolder.Open(run.Folder))
        {
            using CpuBackend backend = new(1);
            using ModelSource source = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope);
            using StepTrace trace = new(source.Open(40));
            Assert.That(trace.Subject.Remarks, Has.None.Contains("not exact"));
        }
        Assert.That(Files(run.Folder), Is.EqualTo(before));
    }

    [Test]
    public void A_replay_that_is_not_the_run_says_so()
    {
        using var run = new TestRun([.. Long, "train.lr=0.003"]);
        run.Train(stopAfter: 30);
        string config = Path.Combine(run.Folder, RunFolder.ConfigFile);
        File.WriteAllText(config, File.ReadAllText(config).Replace("0.003", "0.004", StringComparison.Ordinal));
        using CpuBackend backend = new(1);
        using ModelSource source = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope);
        using StepSubject subject = source.Open(20);
        Assert.That(subject.Remarks, Has.Some.Contains("The replay is not exact: the loss of step 1 "));
    }

    [Test]
    public void A_step_that_was_not_done_is_refused_with_those_that_were()
    {
        using var run = new TestRun(Long);
        run.Train(stopAfter: 12);
        using CpuBackend backend = new(1);
        using ModelSource source = ModelSource.OfRun("runs/test", run.Folder, backend, BatchCut.Microscope);
        Assert.That(() => source.Open(13), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.EqualTo("runs/test has done 12 steps: 0 to 12 can be opened, 13 cannot."));
        Assert.That(() => source.Open(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ModelSource.OfRun("runs/none", run.Folder + "x", backend, BatchCut.Microscope), Throws.InstanceOf<RunException>());
    }

    [Test]
    public void A_configuration_gives_the_steps_that_its_run_would_have()
    {
        using var run = new TestRun(Long);
        string expected = run.Train(stopAfter: 9).WeightsSha256!;
        using CpuBackend backend = new(1);
        using ModelSource source = ModelSource.OfConfig("test.toml", run.Config.Config, backend, BatchCut.Microscope);
        using StepSubject subject = source.Open(9);
        Assert.That(subject.Slabs.Sha256(), Is.EqualTo(expected));
        Assert.That(source.LastStep, Is.EqualTo(110));
    }

    private static string Initial(TestRun run)
    {
        using CpuBackend backend = new(1);
        using TokenDataset data = DataLoader.Open(run.Config.Config.Data, run.Config.Config.Tokenizer, (ulong)run.Config.Config.Run.Seed);
        using LanguageModel model = LanguageModel.Create(run.Config.Config.Model, data.VocabularySize);
        model.Allocate(backend, (ulong)run.Config.Config.Run.Seed, training: true);
        return model.Slabs.Sha256();
    }

    private static float[] Read(Backend backend, View view)
    {
        float[] host = new float[view.Length];
        backend.Read(view, host);
        return host;
    }

    private static int[] Bits(Backend backend, View view) => Array.ConvertAll(Read(backend, view), BitConverter.SingleToInt32Bits);

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O} {new FileInfo(file).Length}")];
}
