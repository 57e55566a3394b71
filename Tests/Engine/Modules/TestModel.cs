using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Modules;

/// <summary>A small model with its backend, tape and one batch of random tokens.</summary>
internal sealed class TestModel : IDisposable
{
    public const int Vocabulary = 13;

    public TestModel(ModelConfig config, int batch = 2, int time = 5, int vocabulary = Vocabulary, int threads = 1, bool records = true, ulong seed = 3, TapeMemory? memory = null)
    {
        Backend = new CpuBackend(threads);
        Model = LanguageModel.Create(config, vocabulary);
        Model.Allocate(Backend, seed, training: true);
        Tape = new Tape(Backend, records, memory);
        Batch = new ModelBatch(Backend, batch, time, config.IsEncoderDecoder ? time : 0);
        Batch.Inputs.Set(Draw(batch * time, vocabulary, 1));
        Batch.Targets.Set(Draw(batch * time, vocabulary, 2));
        Batch.Source?.Set(Draw(batch * time, vocabulary, 3));
    }

    public CpuBackend Backend { get; }

    public LanguageModel Model { get; }

    public Tape Tape { get; }

    public ModelBatch Batch { get; }

    /// <summary>A model of 8 to 16 columns that runs in a millisecond.</summary>
    public static ModelConfig Small { get; } = new() { Layers = 2, Width = 16, Heads = 4, Context = 8, MlpWidth = 24 };

    public static int[] Draw(int count, int vocabulary, ulong stream) =>
        [.. Enumerable.Range(0, count).Select(i => CounterRandom.Below(new RandomStream(9, stream), (ulong)i, vocabulary))];

    public float Loss()
    {
        Tape.Reset();
        return Value(Model.Loss(Tape, Batch));
    }

    /// <summary>Loss, with gradients in the slab.</summary>
    public float Step()
    {
        Tape.Reset();
        Backend.Fill(Model.Slabs.Gradients, 0f);
        Tensor loss = Model.Loss(Tape, Batch);
        Tape.Backward(loss);
        return Value(loss);
    }

    public float[] Logits()
    {
        Tape.Reset();
        return Model.Logits(Tape, Batch).Data.Span.ToArray();
    }

    public Parameter Parameter(string name) => Model.Parameters.Single(parameter => parameter.Name == name);

    /// <summary>Moves weights away from their small beginnings, so that every part of the model matters.</summary>
    public TestModel Scramble(float size = 0.4f)
    {
        foreach (Parameter parameter in Model.Parameters)
        {
            Span<float> values = parameter.Tensor.Data.Span;
            for (int i = 0; i < values.Length; i++)
            {
                float random = size * ((2 * CounterRandom.Uniform(new RandomStream(5, (ulong)parameter.Name.Length), (ulong)((parameter.Tensor.Data.Offset * 7) + i))) - 1);
                values[i] = parameter.Name.Contains("norm.weight", StringComparison.Ordinal) ? 1 + random : random;
            }
        }
        return this;
    }

    public void Dispose()
    {
        Batch.Dispose();
        Tape.Dispose();
        Model.Dispose();
        Backend.Dispose();
    }

    private static float Value(Tensor scalar) => scalar.Data.Span[0];
}
