using System.Diagnostics;
using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Times whole training steps of a configuration, by phase, on random tokens.</summary>
/// <remarks>One step is one micro-batch and one update. Operations: 6 for each weight of a matrix product and token, and 6·L·H·D·T a token for causal attention.</remarks>
internal static class TrainBench
{
    private const int WarmUp = 2;

    /// <summary>Rows "forward", "backward", "optimizer" and "step"; and the bytes that the model, its moments and its activations hold.</summary>
    public static (IReadOnlyList<BenchRow> Rows, long Bytes, long Parameters) Run(Backend backend, RunConfig config, int vocabulary, int threads, double seconds, MachineCeilings ceilings)
    {
        TrainSection train = config.Train;
        using LanguageModel model = LanguageModel.Create(config.Model, vocabulary);
        model.Allocate(backend, (ulong)config.Run.Seed, training: true, config.Precision.Slabs);
        int time = model.Config.Context;
        using ModelBatch batch = new(backend, train.Batch, time, model.Config.IsEncoderDecoder ? time : 0);
        using Tape tape = new(backend, memory: config.TapeMemory);
        using Optimizer optimizer = Optimizer.Create(train, model.Config, model.Slabs, backend, new MomentStorage(config.Precision.Moments, (ulong)config.Run.Seed));
        using GradientNorm norm = new(backend, model.Slabs);
        foreach (Tokens tokens in new[] { batch.Inputs, batch.Targets, batch.Source }.OfType<Tokens>()) { tokens.Set(Draw(tokens.Rows, vocabulary)); }
        batch.Targets.LossWeight = 1f / batch.Targets.Rows;

        double scale = config.Precision.AppliedLossScale.Value;
        List<double> forward = [], backward = [], update = [], step = [];
        long began = Stopwatch.GetTimestamp();
        for (int i = 1; i <= WarmUp + 3 || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            model.Slabs.SetRandomness((ulong)config.Run.Seed, i);
            tape.Reset();
            model.SetRandomness((ulong)config.Run.Seed, i, 0);
            Tensor loss = model.Loss(tape, batch);
            long lossDone = Stopwatch.GetTimestamp();
            model.Backward(tape, loss, scale: (float)scale);
            long gradientDone = Stopwatch.GetTimestamp();
            optimizer.Step(i, Math.Min(train.LearningRate, 1e-4), GradientNorm.ClipScale(norm.Measure() / scale, train.Clip) / scale);
            long end = Stopwatch.GetTimestamp();
            if (i == WarmUp) { began = end; }
            if (i <= WarmUp) { continue; }
            forward.Add(Stopwatch.GetElapsedTime(start, lossDone).TotalSeconds);
            backward.Add(Stopwatch.GetElapsedTime(lossDone, gradientDone).TotalSeconds);
            update.Add(Stopwatch.GetElapsedTime(gradientDone, end).TotalSeconds);
            step.Add(Stopwatch.GetElapsedTime(start, end).TotalSeconds);
        }
        double operations = Operations(model, batch.Inputs.Rows, time);
        string shape = $"B={train.Batch} T={time} C={model.Config.Width} L={model.Config.Layers} V={vocabulary}";
        BenchRow Row(string phase, List<double> samples, double share)
        {
            double[] all = [.. samples];
            return new BenchRow(config.Run.Name, phase, shape, threads, all) { Operations = share * operations, Tokens = batch.Inputs.Rows, Share = share > 0 ? share * operations / ceilings.Peak / SampleStatistics.Median(all) : double.NaN };
        }
        long held = model.Slabs.Bytes + optimizer.StateBytes + (sizeof(float) * tape.FloatsHeld);
        return ([Row("forward", forward, 1.0 / 3), Row("backward", backward, 2.0 / 3), Row("optimizer", update, 0), Row("step", step, 1)], held, model.ParameterCount);
    }

    /// <summary>Tokens that the configuration's tokenizer will have, as far as that is known without its text.</summary>
    public static int Vocabulary(TokenizerSection tokenizer) => tokenizer.Kind switch
    {
        TokenizerKind.Bytes => new Tokenizer.ByteTokenizer().VocabularySize,
        TokenizerKind.Chars => 65,
        TokenizerKind.Bpe or TokenizerKind.Words => tokenizer.Vocabulary,
        _ => 50257,
    };

    private static int[] Draw(int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(i => CounterRandom.Below(new RandomStream(1, 1), (ulong)i, vocabulary))];

    private static double Operations(LanguageModel model, int tokens, int time)
    {
        double weights = model.Parameters.Where(parameter => parameter.Shape.Rank == 2 && (parameter == model.Head || (parameter != model.Embedding && !parameter.Name.Contains("positions", StringComparison.Ordinal)))).Sum(parameter => (double)parameter.Shape.Length);
        return (6 * weights * tokens) + (6.0 * model.Config.Layers * model.Config.Heads * model.Config.HeadSize * time * tokens);
    }
}
