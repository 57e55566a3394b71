namespace PureLlm.Engine.Data.Generators;

/// <summary>Short stories with a hero, a coloured thing, an animal and a place, some followed by a question about them.</summary>
/// <remarks>
/// About 280 bytes and 41 bits of choice per story, over a lexicon of some 260 words. Everything after the first mention of a name, a colour
/// or an animal is certain, so a model that reads back gets these tokens for free: the floor of the loss is near 0.4 nats per word.
/// </remarks>
public sealed class StoryGenerator(double questions = 0.5) : TextGenerator
{
    private static readonly string[] Heads = ["", StoryGrammar.Who, StoryGrammar.WhichAnimal];

    private readonly double[] _ends = questions is >= 0 and <= 1
        ? [1 - questions, questions / 2, questions / 2]
        : throw new DataException("D005", FormattableString.Invariant($"stories: questions = {questions} must be a share from 0 to 1."));

    public override string Name => "stories";

    public override int Version => StoryGrammar.Version;

    public override ICorpusScorer Scorer { get; } = new StoryScorer();

    public override void WriteDocument(DocumentWriter writer)
    {
        var story = new Story(writer);
        story.Tell();
        switch (writer.Choose(Heads, _ends))
        {
            case 1:
                writer.Write(" " + story["name"]);
                writer.End();
                break;
            case 2:
                writer.Write(" " + story["animal"]);
                writer.End();
                break;
        }
    }

    /// <summary>A story without a question, with its hero and its animal.</summary>
    internal static (string Text, string Hero, string Animal) Plain(ulong seed, long index)
    {
        var writer = new DocumentWriter();
        writer.Begin(seed, index);
        var story = new Story(writer);
        story.Tell();
        return (System.Text.Encoding.ASCII.GetString([.. writer.Text]), story["name"], story["animal"]);
    }

    /// <summary>One story in the making: what its slots hold so far.</summary>
    internal sealed class Story(DocumentWriter writer)
    {
        private readonly Dictionary<string, string> _bound = [];
        private readonly Dictionary<Template, int> _headParts = [];

        public string this[string slot] => Bound(slot) ?? throw new InvalidOperationException($"the story has no {slot}.");

        public void Tell()
        {
            Sentence(StoryGrammar.Openings);
            Sentence(StoryGrammar.Settings);
            int plot = ChooseHead([.. StoryGrammar.Plots.Select(p => p[0][0])]);
            Finish(StoryGrammar.Plots[plot][0][0]);
            foreach (Template[] step in StoryGrammar.Plots[plot].Skip(1))
            {
                Sentence(step);
            }
            Sentence(StoryGrammar.Endings);
        }

        /// <summary>The texts among which a sentence is chosen: each template up to its first open slot.</summary>
        public string[] HeadsOf(IReadOnlyList<Template> templates) => [.. templates.Select(t => string.Concat(t.Parts.Take(HeadParts(t)).Select(p => p.Text ?? Bound(p.Slot!))))];

        private void Sentence(IReadOnlyList<Template> templates) => Finish(templates[ChooseHead(templates)]);

        private int ChooseHead(IReadOnlyList<Template> templates) => writer.Choose(HeadsOf(templates));

        private void Finish(Template template)
        {
            foreach (Template.Part part in template.Parts.Skip(_headParts[template]))
            {
                if (part.Slot is null || Bound(part.Slot) is not null)
                {
                    writer.Write(part.Text ?? Bound(part.Slot!)!);
                    continue;
                }
                string[] words = Words(part.Slot);
                _bound[part.Slot] = words[writer.Choose(words)];
            }
        }

        private int HeadParts(Template template) =>
            _headParts[template] = template.Parts.TakeWhile(p => p.Slot is null || Bound(p.Slot) is not null).Count();

        private bool IsBoy => _bound["boy"] == "boy";

        private string[] Words(string slot) => slot == "name" ? (IsBoy ? StoryGrammar.BoyNames : StoryGrammar.GirlNames) : StoryGrammar.Slots[slot];

        private string? Bound(string slot) =>
            StoryGrammar.Pronouns.TryGetValue(slot, out (string Boy, string Girl) pronoun)
                ? (IsBoy ? pronoun.Boy : pronoun.Girl)
                : _bound.GetValueOrDefault(slot);
    }
}
