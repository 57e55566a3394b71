namespace PureLlm.Engine.Data.Generators;

/// <summary>Invented names of two to four syllables ("mirado", "tuga"), one per document.</summary>
/// <remarks>
/// A syllable is a consonant and a vowel; a last possible one may close with n, r, s or l. Which vowel follows depends on the consonant,
/// so there is something to learn at each letter. Every choice is visible in the next letter.
/// </remarks>
public sealed class NameGenerator : TextGenerator
{
    private const string Vowels = "aeiou";
    private const string Closings = "nrsl";

    private static readonly string[] VowelTexts = Letters(Vowels);
    private static readonly string[] EndOrClosing = ["", .. Letters(Closings)];
    private static readonly double[] ClosingWeights = [2, 1, 0.5, 0.5, 0.25];

    private readonly string _consonants;
    private readonly int _most;
    private readonly string[] _first;
    private readonly string[] _endOrConsonant;
    private readonly double[] _continueWeights;
    private readonly double[][] _vowelWeights;

    public NameGenerator()
        : this("bdfgklmnrstv", 4)
    {
    }

    /// <summary>A smaller language of the same kind.</summary>
    internal NameGenerator(string consonants, int mostSyllables)
    {
        _consonants = consonants;
        _most = mostSyllables;
        _first = Letters(consonants);
        _endOrConsonant = ["", .. _first];
        _continueWeights = [consonants.Length * 0.75, .. Enumerable.Repeat(1.0, consonants.Length)];
        // Each consonant has two vowels that like it and three that do not.
        _vowelWeights = [.. Enumerable.Range(0, consonants.Length)
            .Select(c => Enumerable.Range(0, Vowels.Length).Select(v => (c + v) % Vowels.Length < 2 ? 4.0 : 1.0).ToArray())];
    }

    public override string Name => "names";

    public override int Version => 1;

    public override ICorpusScorer Scorer => new NameScorer(this);

    public override void WriteDocument(DocumentWriter writer)
    {
        for (int syllable = 1; syllable <= _most; syllable++)
        {
            int consonant = syllable <= 2 ? writer.Choose(_first) : writer.Choose(_endOrConsonant, _continueWeights) - 1;
            if (consonant < 0)
            {
                return;
            }
            writer.Choose(VowelTexts, _vowelWeights[consonant]);
        }
        if (writer.Choose(EndOrClosing, ClosingWeights) > 0)
        {
            writer.End();
        }
    }

    /// <summary>True for a name that this grammar can produce.</summary>
    internal bool IsName(string name)
    {
        int syllables = name.Length / 2;
        bool closed = name.Length % 2 == 1;
        return syllables >= 2 && syllables <= _most
            && (!closed || (syllables == _most && Closings.Contains(name[^1])))
            && Enumerable.Range(0, syllables).All(s => _consonants.Contains(name[2 * s]) && Vowels.Contains(name[(2 * s) + 1]));
    }

    private static string[] Letters(string letters) => [.. letters.Select(c => c.ToString())];

    /// <summary>Names that the grammar can produce, of all that the model made after a first letter.</summary>
    private sealed class NameScorer(NameGenerator names) : ICorpusScorer
    {
        public IReadOnlyList<string> Kinds => ["name"];

        public IReadOnlyList<ScorePrompt> Prompts(string kind, int count, ulong seed)
        {
            if (kind != "name")
            {
                throw new ArgumentException($"names have the prompts name, not '{kind}'.", nameof(kind));
            }
            SplitMix64 random = SplitMix64.At(PromptSeed(seed, kind), 0);
            var prompts = new ScorePrompt[count];
            for (int i = 0; i < count; i++)
            {
                prompts[i] = new ScorePrompt(kind, names._first[random.Below(names._first.Length)], null, 1);
            }
            return prompts;
        }

        public IReadOnlyList<CorpusScore> Score(IReadOnlyList<ScoredText> texts) =>
            texts.Count == 0 ? [] : [new CorpusScore("grammar", texts.Count(t => names.IsName(Answers.BeforeEnd(t.Prompt.Text + t.Continuation))), texts.Count)];
    }
}
