namespace PureLlm.Engine.Data.Generators;

/// <summary>Writes one generated document and, byte by byte, how probable it was.</summary>
/// <remarks>
/// Every choice is between texts of which none begins another, and each text stands at the very place of the choice. So the bytes alone
/// tell which choices were made, and the probability of a byte is the weight of the alternatives that agree with it over the weight of
/// those that agreed with the bytes before. The parts of one choice multiply to its probability, and those of a document to the document's.
/// The empty text is the end of the document: it is a choice too, and has a number of its own after the last byte.
/// </remarks>
public sealed class DocumentWriter
{
    private readonly List<byte> _text = [];
    private readonly List<float> _nats = [];
    private Func<IReadOnlyList<double>, int> _choose = _ => 0;

    /// <summary>The bytes so far (ASCII).</summary>
    public IReadOnlyList<byte> Text => _text;

    /// <summary>−ln p of each byte; once the document has ended, also of its end.</summary>
    public IReadOnlyList<float> Nats => _nats;

    /// <summary>The product of all probabilities so far, as −ln.</summary>
    public double TotalNats { get; private set; }

    /// <summary>True after the empty text was chosen, or <see cref="End"/> called.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Sees every choice before it is made: the texts and their weights.</summary>
    internal Action<IReadOnlyList<string>, IReadOnlyList<double>>? Choosing { get; set; }

    /// <summary>Starts a document whose choices come from <paramref name="choose"/>: weights in, index out.</summary>
    public void Begin(Func<IReadOnlyList<double>, int> choose)
    {
        _text.Clear();
        _nats.Clear();
        TotalNats = 0;
        HasEnded = false;
        _choose = choose;
    }

    /// <summary>Starts document <paramref name="index"/> of the sequence <paramref name="seed"/>.</summary>
    public void Begin(ulong seed, long index)
    {
        SplitMix64 random = SplitMix64.At(seed, (ulong)index);
        Begin(weights => Draw(ref random, weights));
    }

    /// <summary>Text without an alternative.</summary>
    public void Write(string text)
    {
        foreach (char c in text)
        {
            Append(c, 0);
        }
    }

    /// <summary>Chooses among equally likely texts, writes it, and returns its index.</summary>
    public int Choose(IReadOnlyList<string> texts) => Choose(texts, Uniform.Weights(texts.Count));

    /// <summary>Chooses among texts with the given weights, writes the chosen one, and returns its index. A text of weight 0 is never chosen.</summary>
    public int Choose(IReadOnlyList<string> texts, IReadOnlyList<double> weights)
    {
        Choosing?.Invoke(texts, weights);
        int chosen = _choose(weights);
        string text = texts[chosen];
        double left = weights.Sum();
        Span<bool> agrees = stackalloc bool[texts.Count];
        for (int i = 0; i < texts.Count; i++)
        {
            agrees[i] = weights[i] > 0;
        }
        for (int at = 0; at < Math.Max(1, text.Length); at++)
        {
            double now = 0;
            for (int i = 0; i < texts.Count; i++)
            {
                agrees[i] = agrees[i] && (text.Length == 0 ? texts[i].Length == 0 : at < texts[i].Length && texts[i][at] == text[at]);
                now += agrees[i] ? weights[i] : 0;
            }
            double nats = Math.Log(left / now);
            left = now;
            if (text.Length == 0)
            {
                EndWith(nats);
                return chosen;
            }
            Append(text[at], nats);
        }
        return chosen;
    }

    /// <summary>Ends the document where nothing else could follow.</summary>
    public void End() => EndWith(0);

    private void EndWith(double nats)
    {
        HasEnded = true;
        TotalNats += nats;
        _nats.Add((float)nats);
    }

    private void Append(char c, double nats)
    {
        _text.Add((byte)c);
        _nats.Add((float)nats);
        TotalNats += nats;
    }

    private static int Draw(ref SplitMix64 random, IReadOnlyList<double> weights)
    {
        if (ReferenceEquals(weights, Uniform.Weights(weights.Count)))
        {
            return random.Below(weights.Count);
        }
        double at = random.NextDouble() * weights.Sum();
        int last = 0;
        for (int i = 0; i < weights.Count; i++)
        {
            if (weights[i] <= 0)
            {
                continue;
            }
            last = i;
            if ((at -= weights[i]) < 0)
            {
                break;
            }
        }
        return last;
    }

    /// <summary>One list of equal weights per length, so that equal choices are drawn exactly.</summary>
    private static class Uniform
    {
        private static readonly double[][] Lists = [.. Enumerable.Range(0, 64).Select(n => Enumerable.Repeat(1.0, n).ToArray())];

        public static double[] Weights(int count) => Lists[count];
    }
}
