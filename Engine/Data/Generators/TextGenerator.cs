using System.Runtime.InteropServices;

namespace PureLlm.Engine.Data.Generators;

/// <summary>Writes documents of one kind; document i of a seed is a pure function of (version, seed, i).</summary>
public abstract class TextGenerator
{
    /// <summary>"stories", "sort", "copy", "reverse" or "names".</summary>
    public abstract string Name { get; }

    /// <summary>A published version never changes; a better grammar gets the next number.</summary>
    public abstract int Version { get; }

    /// <summary>Measures of text in this manner.</summary>
    public abstract ICorpusScorer Scorer { get; }

    /// <summary>Writes one whole document, up to its end.</summary>
    public abstract void WriteDocument(DocumentWriter writer);

    /// <summary>Documents until together they have <paramref name="size"/> bytes.</summary>
    public Documents Generate(ulong seed, long size, bool withNats)
    {
        if (size is < 1 or > 1_500_000_000)
        {
            throw new DataException("D005", $"{Name}: a size of {size:N0} bytes cannot be generated; use 1 byte to 1.5 GB.");
        }
        List<byte> text = new((int)size + 1024);
        List<float>? nats = withNats ? new((int)size + 1024) : null;
        List<int> starts = [];
        var writer = new DocumentWriter();
        while (text.Count < size)
        {
            writer.Begin(seed, starts.Count);
            WriteDocument(writer);
            starts.Add(text.Count);
            text.AddRange(CollectionsMarshal.AsSpan((List<byte>)writer.Text));
            nats?.AddRange(CollectionsMarshal.AsSpan((List<float>)writer.Nats));
        }
        return new Documents([.. text], [.. starts], nats?.ToArray());
    }

    /// <summary>The corpus of this generator: training documents from one seed, held-out ones from another.</summary>
    public Corpus Corpus(ulong seed, long size, double validationShare) => new()
    {
        Name = Name,
        Train = Generate(TrainingSeed(seed), size, withNats: false),
        Validation = Generate(ValidationSeed(seed), Math.Max(1, (long)(size * validationShare)), withNats: true),
        EndsDocuments = true,
        Scorer = Scorer,
    };

    /// <summary>The stream of training documents.</summary>
    public static ulong TrainingSeed(ulong seed) => SplitMix64.Mix(seed ^ 0x7261_696E);

    /// <summary>The stream of held-out documents.</summary>
    public static ulong ValidationSeed(ulong seed) => SplitMix64.Mix(seed ^ 0x7661_6C69);

    /// <summary>The stream of prompts for a score.</summary>
    public static ulong PromptSeed(ulong seed, string kind) => kind.Aggregate(SplitMix64.Mix(seed ^ 0x7072_6F6D), (h, c) => SplitMix64.Mix(h ^ c));
}
