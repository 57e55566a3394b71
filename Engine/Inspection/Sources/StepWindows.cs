using System.Text;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Training;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>The batches of one training step that are looked at, on the device, all at the same time.</summary>
internal sealed class StepWindows : IDisposable
{
    private readonly List<WindowLoader> loaders = [];

    public StepWindows(Backend backend, BatchSource source, PairShape? pairs, long step, BatchCut cut)
    {
        int size = source.Rows * source.Context;
        int[] inputs = new int[size * source.MicroBatches], targets = new int[inputs.Length];
        for (int i = 0; i < source.MicroBatches; i++) { source.Fill(step, i, inputs.AsSpan(i * size, size), targets.AsSpan(i * size, size)); }
        int sequences = Math.Min(cut.Sequences, source.Rows * source.MicroBatches), context = pairs is null ? Math.Min(cut.Tokens, source.Context) : source.Context;
        (Sequences, Tokens) = (sequences, pairs is { } pair ? pair.Target : context);
        if (cut.IsWhole)
        {
            for (int i = 0; i < source.MicroBatches; i++) { Load(source.Rows, inputs.AsSpan(i * size, size), targets.AsSpan(i * size, size)); }
        }
        else { Load(sequences, Cut(inputs), Cut(targets)); }
        int counted = Batches.Sum(batch => batch.Targets.Counted);
        foreach (ModelBatch batch in Batches) { batch.Targets.LossWeight = counted == 0 ? 0f : 1f / counted; }

        void Load(int rows, ReadOnlySpan<int> windows, ReadOnlySpan<int> next)
        {
            loaders.Add(new WindowLoader(backend, rows, context, pairs));
            Batches.Add(loaders[^1].Load(windows, next));
        }

        int[] Cut(int[] ids) => [.. Enumerable.Range(0, sequences).SelectMany(row => ids.Skip(row * source.Context).Take(context))];
    }

    /// <summary>One for each micro-batch; under the microscope one.</summary>
    public List<ModelBatch> Batches { get; } = [];

    public int Sequences { get; }

    /// <summary>Of each sequence.</summary>
    public int Tokens { get; }

    /// <summary>Text of ids; without a tokenizer the ids.</summary>
    public static IReadOnlyList<string> Texts(TextTokenizer? tokenizer, int[] ids) =>
        Array.ConvertAll(ids, id => id < 0 ? "" : tokenizer is null ? $"{id}" : Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span));

    public void Dispose() => loaders.ForEach(loader => loader.Dispose());
}
