using System.Security.Cryptography;
using System.Text;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Data.Generators;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Engine.Data.Generators;

public class StoryTests
{
    private static readonly Lazy<Corpus> Stories = new(() => new StoryGenerator(0.5).Corpus(1337, 1_050_000, 0.03));
    private readonly StoryScorer _scorer = new();

    private static string Text(ReadOnlyMemory<byte> document) => Encoding.ASCII.GetString(document.Span);

    private static ScoredText Free(string text) => new(new ScorePrompt("story", "", null, 0.8f), text);

    private double Share(string score, params string[] texts) => _scorer.Score([.. texts.Select(Free)]).Single(s => s.Name == score).Share;

    [Test]
    public void Version_1_writes_the_same_first_megabyte_for_ever()
    {
        var text = new MemoryStream();
        for (int i = 0; text.Length < 1 << 20; i++)
        {
            text.Write(Stories.Value.Train[i].Span);
            text.WriteByte((byte)'\n');
        }
        string hash = Convert.ToHexStringLower(SHA256.HashData(text.GetBuffer().AsSpan(0, 1 << 20)));
        Assert.That(hash, Is.EqualTo("1a30a4b95d6d895ea019ac24d2261f5d5d49d2ee7d9a80f4b6e9bfe8ee1256a3"));
    }

    [Test]
    public void No_alternative_begins_another_at_any_choice_so_the_floor_is_exact()
    {
        var writer = new DocumentWriter();
        int choices = 0;
        writer.Choosing = (texts, _) =>
        {
            choices++;
            for (int i = 0; i < texts.Count; i++)
            {
                for (int j = 0; j < texts.Count; j++)
                {
                    bool begins = i != j && (texts[i].Length == 0 ? texts[j].Length == 0 : texts[j].StartsWith(texts[i], StringComparison.Ordinal));
                    if (begins)
                    {
                        Assert.Fail($"'{texts[i]}' begins '{texts[j]}'");
                    }
                }
            }
        };
        var generator = new StoryGenerator(0.5);
        for (int i = 0; i < 400; i++)
        {
            writer.Begin(1, i);
            generator.WriteDocument(writer);
        }
        Assert.That(choices, Is.GreaterThan(5_000));
    }

    [Test]
    public void Openings_start_with_different_letters_so_the_first_token_tells_which_it_is() =>
        Assert.That(StoryGrammar.Openings.Select(o => o.Source[0]).Distinct().Count(), Is.EqualTo(StoryGrammar.Openings.Length));

    [Test]
    public void Every_slot_of_the_grammar_has_words_and_every_word_list_is_used()
    {
        HashSet<string> used = [.. StoryGrammar.Sentences().SelectMany(t => t.Parts).Where(p => p.Slot is not null).Select(p => p.Slot!)];
        Assert.That(used, Is.EquivalentTo(StoryGrammar.Slots.Keys.Append("name").Concat(used.Where(StoryGrammar.Pronouns.ContainsKey))));
    }

    [Test]
    public void A_story_and_its_question_fit_in_128_tokens_of_a_512_token_vocabulary()
    {
        PipelineTokenizer tokenizer = BytePairTrainer.Train(Stories.Value.Train.All(), 512);
        TokenDataset data = TokenDataset.Encode(Stories.Value, tokenizer, new DataSection(), 1337);
        Assert.That(Enumerable.Range(0, data.Train.DocumentStarts.Count).Max(data.Train.DocumentLength), Is.LessThanOrEqualTo(129), "with the end of text, which is only ever a target");
        Assert.That(_scorer.Prompts("who", 200, 1).Min(p => p.MaximumTokens(tokenizer, 128) - tokenizer.Encode(p.Expected!).Length), Is.GreaterThanOrEqualTo(0), "room for every answer");
    }

    [Test]
    public void The_floor_does_not_depend_on_the_tokenizer_but_for_the_number_of_tokens()
    {
        double[] nats = [.. new TextTokenizer[] { new ByteTokenizer(), BytePairTrainer.Train(Stories.Value.Train.All(), 400), WordTokenizer.Train(Stories.Value.Train.All(), true) }
            .Select(t => TokenDataset.Encode(Stories.Value, t, new DataSection(), 1337).Validation.IdealNats!.Sum(n => (double)n))];
        Assert.That(nats, Is.All.EqualTo(nats[0]).Within(1e-6 * nats[0]));
        Assert.That(nats[0] / Math.Log(2) / Stories.Value.Validation.Count, Is.InRange(38, 46), "bits of choice per story");
    }

    [Test]
    public void The_floor_of_the_windows_is_near_the_entropy_per_token()
    {
        TokenDataset data = TokenDataset.Encode(Stories.Value, BytePairTrainer.Train(Stories.Value.Train.All(), 512), new DataSection(), 1337);
        Assert.That(data.Evaluation(8, 128).Floor, Is.InRange(0.25, 0.40));
    }

    [Test]
    public void Questions_come_as_often_as_asked_and_are_answered_by_the_story()
    {
        List<string> all = [.. Stories.Value.Train.All().Select(Text)];
        Assert.That((double)all.Count(s => s.Contains(" Q: ")) / all.Count, Is.EqualTo(0.5).Within(0.03));
        Assert.That(new StoryGenerator(0).Generate(1, 20_000, false).All().Select(Text), Has.None.Contains(" Q: "));
        Assert.That(new StoryGenerator(1).Generate(1, 20_000, false).All().Select(Text), Has.All.Contains(" Q: "));
        foreach (string story in all.Where(s => s.Contains(" Q: ")).Take(200))
        {
            Assert.That(story[..story.IndexOf(" Q: ", StringComparison.Ordinal)], Does.Contain(story[(story.LastIndexOf("A:", StringComparison.Ordinal) + 3)..]));
        }
        Assert.Throws<DataException>(() => _ = new StoryGenerator(1.5));
    }

    [Test]
    public void Stories_of_the_generator_score_full_marks()
    {
        IReadOnlyList<CorpusScore> scores = _scorer.Score([.. Enumerable.Range(0, 200).Select(i => Free(Text(Stories.Value.Train[i]) + "<|endoftext|>"))]);
        Assert.That(scores.Select(s => (s.Name, s.Share)), Is.EqualTo(new[] { ("grammar", 1.0), ("names", 1.0), ("object", 1.0) }));
        Assert.That(scores[0].Total, Is.GreaterThan(1_500));
    }

    [Test]
    public void Almost_all_stories_differ() =>
        Assert.That(Stories.Value.Train.All().Select(Text).Distinct().Count(), Is.GreaterThanOrEqualTo(Stories.Value.Train.Count - 1));

    [TestCase("Once upon a time there was a shy boy named Ben. It was a cold day.", 1)]
    [TestCase("It was a cold day. He had a red ba", 1, TestName = "A last sentence that was cut off does not count")]
    [TestCase("It was a cold day. He had a red ba<|endoftext|>", 0.5, TestName = "But one that the model ended does")]
    [TestCase("It was a cold day. He had a red. It was a cold day.", 2 / 3.0)]
    [TestCase("He loved to her sing. She made a red drum for his uncle.", 0, TestName = "Pronouns of one sentence agree")]
    [TestCase("There once was a shy boy named Mia.", 0, TestName = "Names agree with boy and girl")]
    [TestCase("Once upon a time there was a shy girl named Mia. \"Who is there?\" asked Mia. \"Help me,\" said the cat.", 1)]
    [TestCase("salad of. words! only?", 0)]
    public void Grammar_is_the_share_of_sentences_that_the_grammar_can_produce(string text, double share) =>
        Assert.That(Share("grammar", text), Is.EqualTo(share).Within(1e-9));

    [TestCase("There once was a shy boy named Ben. Ben slept well.", 1)]
    [TestCase("There once was a shy boy named Ben. Tom slept well.", 0)]
    [TestCase("There once was a shy boy named Ben. He had a ball.", 0, TestName = "A name said once was not kept")]
    [TestCase("There once was a shy boy named Ben. Ben slept well. Q: who is the story about? A: Tom", 1, TestName = "The question has a score of its own")]
    public void Names_are_kept_when_the_hero_is_the_only_one_named(string text, double share) =>
        Assert.That(Share("names", text), Is.EqualTo(share));

    [Test]
    public void A_thing_keeps_its_colour_and_kind()
    {
        Assert.That(Share("object", "He had a red ball. With the red ball he ran."), Is.EqualTo(1));
        Assert.That(Share("object", "He had a red ball. With the blue ball he ran."), Is.Zero);
        Assert.That(Share("object", "He had a red ball. With the red cup he ran."), Is.Zero);
        Assert.That(Share("object", "He had a red ball."), Is.NaN, "nothing to compare");
    }

    [Test]
    public void Answers_must_be_exact()
    {
        IReadOnlyList<ScorePrompt> prompts = _scorer.Prompts("who", 3, 42);
        Assert.That(prompts[0].Text, Does.EndWith(" Q: who is the story about? A:"));
        Assert.That(prompts[0].Text, Does.Contain("named" + prompts[0].Expected));
        ScoredText[] texts = [new(prompts[0], prompts[0].Expected! + "<|endoftext|>"), new(prompts[1], prompts[1].Expected! + "na"), new(prompts[2], prompts[2].Expected! + ". Q:")];
        Assert.That(_scorer.Score(texts), Is.EqualTo(new[] { new CorpusScore("who", 2, 3) }));
        ScorePrompt animal = _scorer.Prompts("animal", 1, 42)[0];
        Assert.That(animal.Text, Does.Contain(animal.Expected));
        Assert.Throws<ArgumentException>(() => _scorer.Prompts("why", 1, 1));
    }
}
