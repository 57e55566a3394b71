using System.Diagnostics;
using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>A configuration that takes training steps on random tokens, one at a time, and notes what each phase took.</summary>
internal sealed class StepRun : IDisposable
{
    /// <summary>The parts of a step, in their order; the last is the whole.</summary>
    public static IReadOnlyList<string> Phases { get; } = ["data", "forward", "backward", "norm", "update", "step"];

    private readonly Backend backend;
    private readonly RunConfig config;
    private readonly int vocabulary;
    private readonly ModelBatch batch;
    private readonly Tape tape;
    private readonly Optimizer optimizer;
    private readonly GradientNorm norm;
    private readonly int[] ids;
    private readonly DeviceWait device;
    private Tensor? loss;
    private int step;

    public StepRun(string name, Backend backend, RunConfig config, int vocabulary)
    {
        (Name, this.backend, this.config, this.vocabulary) = (name, backend, config, vocabulary);
        Model = LanguageModel.Create(config.Model, vocabulary);
        Model.Allocate(backend, (ulong)config.Run.Seed, training: true, config.Precision.Slabs);
        int time = Model.Config.Context;
        batch = new ModelBatch(backend, config.Train.Batch, time, Model.Config.IsEncoderDecoder ? time : 0);
        tape = new Tape(backend, memory: config.TapeMemory);
        optimizer = Optimizer.Create(config.Train, Model.Config, Model.Slabs, backend, new MomentStorage(config.Precision.Moments, (ulong)config.Run.Seed));
        norm = new GradientNorm(backend, Model.Slabs);
        ids = new int[batch.Inputs.Rows];
        device = new DeviceWait(backend);
        batch.Targets.LossWeight = 1f / batch.Targets.Rows;
    }

    public string Name { get; }

    /// <summary>Each token is the one before it plus a number, which can be learned; else they are random.</summary>
    public bool IsLearnable { get; init; }

    public LanguageModel Model { get; }

    /// <summary>Tokens of a step.</summary>
    public int Tokens => batch.Inputs.Rows;

    /// <summary>Seconds of each phase, by <see cref="Phases"/>, one for each step since <see cref="Forget"/>.</summary>
    public List<double>[] Seconds { get; } = [.. Phases.Select(_ => new List<double>())];

    public long GradientBytes => Model.Slabs.GradientParts.Sum(part => part.Buffer.Bytes);

    public long WeightBytes => Model.Slabs.Bytes - GradientBytes;

    public long MomentBytes => optimizer.StateBytes;

    /// <summary>Activations, their gradients, and what operations keep for the backward pass.</summary>
    public long ActivationBytes => sizeof(float) * tape.FloatsHeld;

    public long Bytes => Model.Slabs.Bytes + MomentBytes + ActivationBytes;

    /// <summary>Multiply-adds count two: 6 for each weight of a matrix product and token, and 6·L·H·D·T a token for causal attention.</summary>
    public double Operations
    {
        get
        {
            ModelConfig sizes = Model.Config;
            double weights = Model.Parameters.Where(parameter => parameter.Shape.Rank == 2 && (parameter == Model.Head || (parameter != Model.Embedding && !parameter.Name.Contains("positions", StringComparison.Ordinal)))).Sum(parameter => (double)parameter.Shape.Length);
            return (6 * weights * Tokens) + (6.0 * sizes.Layers * sizes.Heads * sizes.HeadSize * sizes.Context * Tokens);
        }
    }

    public string Shape => $"B={config.Train.Batch} T={Model.Config.Context} C={Model.Config.Width} L={Model.Config.Layers} V={vocabulary}";

    /// <summary>One micro-batch and one update.</summary>
    public void Step()
    {
        step++;
        long start = Stopwatch.GetTimestamp(), last = start;
        int phase = 0;
        Draw(batch.Inputs, 0);
        Draw(batch.Targets, 1);
        if (batch.Source is Tokens source) { Draw(source, 2); }
        Model.Slabs.SetRandomness((ulong)config.Run.Seed, step);
        Model.SetRandomness((ulong)config.Run.Seed, step, 0);
        Note();
        tape.Reset();
        loss = Model.Loss(tape, batch);
        Note();
        double scale = config.Precision.AppliedLossScale.Value;
        Model.Backward(tape, loss, scale: (float)scale);
        Note();
        double length = norm.Measure() / scale;
        Note();
        optimizer.Step(step, Math.Min(config.Train.LearningRate, 1e-4), GradientNorm.ClipScale(length, config.Train.Clip) / scale);
        Note();
        Seconds[phase].Add(Stopwatch.GetElapsedTime(start, last).TotalSeconds);

        void Note()
        {
            device.Wait();
            long now = Stopwatch.GetTimestamp();
            Seconds[phase++].Add(Stopwatch.GetElapsedTime(last, now).TotalSeconds);
            last = now;
        }
    }

    /// <summary>Loss of the last step, before its update.</summary>
    public float Loss()
    {
        float[] value = new float[1];
        backend.Read(loss!.Data, value);
        return value[0];
    }

    /// <summary>Drops the samples: the steps so far were for warming up.</summary>
    public void Forget()
    {
        foreach (List<double> samples in Seconds) { samples.Clear(); }
    }

    public void Dispose()
    {
        device.Dispose();
        norm.Dispose();
        optimizer.Dispose();
        tape.Dispose();
        batch.Dispose();
        Model.Dispose();
    }

    private void Draw(Tokens tokens, ulong stream)
    {
        const int Stride = 7;
        for (int i = 0; i < tokens.Rows; i++) { ids[i] = IsLearnable ? (int)((step + ((long)Stride * (i + (int)stream))) % vocabulary) : CounterRandom.Below(new RandomStream((ulong)step, stream), (ulong)i, vocabulary); }
        tokens.Set(ids.AsSpan(0, tokens.Rows));
    }
}
