using PureLlm.Autograd;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Training;

/// <summary>How an encoder-decoder reads a document "source=target": all documents have the same sizes, since nothing is masked.</summary>
/// <param name="Source">Tokens before the separator.</param>
/// <param name="Target">Tokens after it, the end of text included; the decoder reads the separator and all but the last.</param>
public readonly record struct PairShape(int Source, int Target)
{
    public const string Separator = "=";

    /// <summary>The common shape of all training documents.</summary>
    /// <exception cref="DataException">They are no pairs, differ in size, or do not fit into the context.</exception>
    public static PairShape Of(TokenDataset data, int context)
    {
        int separator = data.Tokenizer?.Encode(Separator) is [int id] ? id
            : throw new DataException("D005", $"an encoder-decoder learns pairs \"source{Separator}target\", and '{Separator}' is not one token here; use source = \"reverse\" with kind = \"chars\".");
        PairShape? common = null;
        int[] document = [];
        for (int i = 0; i < data.Train.DocumentStarts.Count; i++)
        {
            int length = checked((int)data.Train.DocumentLength(i));
            document = document.Length == length ? document : new int[length];
            data.Train.Tokens.Read(data.Train.DocumentStarts[i], document);
            int at = Array.IndexOf(document, separator);
            if (at <= 0 || at == length - 1 || length > context + 1 || (common is PairShape known && known != new PairShape(at, length - at - 1)))
            {
                throw new DataException("D005", $"document {i} has {length} tokens and its '{Separator}' at {at}: an encoder-decoder needs pairs \"source{Separator}target\" of equal sizes that fit into the context of {context}; use source = \"reverse\", \"copy\" or \"sort\".");
            }
            common = new PairShape(at, length - at - 1);
        }
        return common!.Value;
    }
}

/// <summary>Puts windows of tokens on the device: whole for a decoder, split into source and target for an encoder-decoder.</summary>
internal sealed class WindowLoader : IDisposable
{
    private readonly int rows, context;
    private readonly PairShape? pairs;
    private readonly int[] source, inputs, targets;
    private readonly ModelBatch batch;

    public WindowLoader(Backend backend, int rows, int context, PairShape? pairs)
    {
        (this.rows, this.context, this.pairs) = (rows, context, pairs);
        batch = pairs is PairShape pair ? new ModelBatch(backend, rows, pair.Target, pair.Source) : new ModelBatch(backend, rows, context);
        (source, inputs, targets) = (new int[rows * (pairs?.Source ?? 0)], new int[rows * (pairs?.Target ?? 0)], new int[rows * (pairs?.Target ?? 0)]);
    }

    /// <summary>Targets that count in windows [rows, context].</summary>
    public int Count(ReadOnlySpan<int> windowTargets)
    {
        if (pairs is not PairShape pair)
        {
            return windowTargets.Length - windowTargets.Count(Tokens.Ignored);
        }
        int counted = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<int> target = windowTargets.Slice((row * context) + pair.Source, pair.Target);
            counted += target.Length - target.Count(Tokens.Ignored);
        }
        return counted;
    }

    /// <summary>Loads windows [rows, context] with their targets, one token later.</summary>
    public ModelBatch Load(ReadOnlySpan<int> windowInputs, ReadOnlySpan<int> windowTargets)
    {
        if (pairs is not PairShape pair)
        {
            batch.Inputs.Set(windowInputs);
            batch.Targets.Set(windowTargets);
            return batch;
        }
        for (int row = 0; row < rows; row++)
        {
            windowInputs.Slice(row * context, pair.Source).CopyTo(source.AsSpan(row * pair.Source));
            windowInputs.Slice((row * context) + pair.Source, pair.Target).CopyTo(inputs.AsSpan(row * pair.Target));
            windowTargets.Slice((row * context) + pair.Source, pair.Target).CopyTo(targets.AsSpan(row * pair.Target));
        }
        batch.Source!.Set(source);
        batch.Inputs.Set(inputs);
        batch.Targets.Set(targets);
        return batch;
    }

    public void Dispose() => batch.Dispose();
}
