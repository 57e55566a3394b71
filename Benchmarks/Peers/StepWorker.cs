using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Benchmarks.Steps;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Peers;

/// <summary>Training steps of one model on request: forward, backward, clipped AdamW update on the batches of a token file, round and round.</summary>
/// <remarks>The file holds uint16 ids; a batch is B rows of T + 1 of them. Request: <c>steps N</c>. Answer: seconds, the loss of each step, peak memory.</remarks>
internal sealed class StepWorker : IDisposable
{
    private readonly StepShape shape;
    private readonly CpuBackend backend;
    private readonly LanguageModel model;
    private readonly ModelBatch batch;
    private readonly Tape tape;
    private readonly Optimizer optimizer;
    private readonly GradientNorm norm;
    private readonly ushort[] tokens;
    private readonly int[] inputs, targets;
    private readonly TrainSection training;
    private long step;

    private StepWorker(StepShape shape, int threads, string tokenFile, TrainSection training)
    {
        (this.shape, this.training) = (shape, training);
        backend = new CpuBackend(threads);
        model = LanguageModel.Create(shape.Model, shape.Vocabulary);
        model.Allocate(backend, 1, training: true);
        batch = new ModelBatch(backend, shape.Batch, shape.Time);
        tape = new Tape(backend, memory: new TapeMemory());
        optimizer = Optimizer.Create(training, model.Config, model.Slabs, backend);
        norm = new GradientNorm(backend, model.Slabs);
        tokens = MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(tokenFile)).ToArray();
        inputs = new int[shape.Tokens];
        targets = new int[shape.Tokens];
    }

    /// <param name="arguments">Model, threads, token file, folder for the initial weights; learning rate, betas, decay and clip of AdamW.</param>
    public static int Run(string[] arguments)
    {
        StepShape shape = StepShape.All.First(shape => shape.Name == arguments[0]);
        int threads = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        double[] numbers = [.. arguments[4..].Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        TrainSection training = new() { LearningRate = numbers[0], Beta1 = numbers[1], Beta2 = numbers[2], Decay = numbers[3], Clip = numbers[4] };
        using StepWorker worker = new(shape, threads, arguments[2], training);
        ModelFolder.Save(arguments[3], worker.model, null);
        return Worker.Serve(
            new
            {
                program = Worker.Version,
                cpu = CpuFeatures.Description,
                parameters = worker.model.ParameterCount,
                operations = shape.Operations(worker.model),
            },
            request => worker.Steps(int.Parse(request[1], CultureInfo.InvariantCulture)));
    }

    private object Steps(int count)
    {
        float[] losses = new float[count];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) { losses[i] = Step(); }
        return new { seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, losses, peak = Worker.PeakMemory };
    }

    private float Step()
    {
        Load((int)(step % (tokens.Length / (shape.Batch * (shape.Time + 1)))));
        tape.Reset();
        Tensor loss = model.Loss(tape, batch);
        model.Backward(tape, loss);
        Span<float> value = stackalloc float[1];
        backend.Read(loss.Data, value);
        optimizer.Step(++step, training.LearningRate, GradientNorm.ClipScale(norm.Measure(), training.Clip));
        return value[0];
    }

    private void Load(int index)
    {
        ReadOnlySpan<ushort> block = tokens.AsSpan(index * shape.Batch * (shape.Time + 1));
        for (int row = 0; row < shape.Batch; row++)
        {
            for (int t = 0; t < shape.Time; t++)
            {
                inputs[(row * shape.Time) + t] = block[(row * (shape.Time + 1)) + t];
                targets[(row * shape.Time) + t] = block[(row * (shape.Time + 1)) + t + 1];
            }
        }
        batch.Inputs.Set(inputs);
        batch.Targets.Set(targets);
    }

    public void Dispose()
    {
        norm.Dispose();
        optimizer.Dispose();
        tape.Dispose();
        batch.Dispose();
        model.Dispose();
        backend.Dispose();
    }
}
