using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Models;

public sealed class MergeReplayTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("the cat sat on the mat. the cat ate. the hat is on the cat's mat. the rat that ate the hat sat.");

    [Test]
    public void The_replay_of_bytes_ends_with_the_encoders_tokens()
    {
        PipelineTokenizer tokenizer = BytePairTrainer.Train([Text], 320);
        Ends(tokenizer, "that", "chat", "the", "xéx", "atatatat", "a");
    }

    [Test]
    public void The_replay_of_characters_ends_with_the_encoders_tokens()
    {
        PipelineTokenizer tokenizer = CharacterBytePairTrainer.Train(TrainingCorpus.FromTexts([Text]), new CharacterBytePairOptions { VocabularySize = 60 }).ToTokenizer();
        Ends(tokenizer, "▁that", "▁chat", "▁the", "atatatat", "a");
    }

    [Test]
    public void Each_step_merges_the_lowest_rank_and_the_leftmost_of_its_places()
    {
        PipelineTokenizer tokenizer = BytePairTokenizerOf((97, 97), (256, 97));
        IReadOnlyList<MergeStep> steps = MergeReplay.Of(tokenizer.Model, "aaaaa"u8, out int[] symbols)!;
        Assert.That(symbols, Is.EqualTo(new[] { 97, 97, 97, 97, 97 }));
        Assert.That(steps, Is.EqualTo(new[] { new MergeStep(0, 0, 97, 97, 256), new MergeStep(0, 1, 97, 97, 256), new MergeStep(1, 1, 256, 97, 257) }));
    }

    [Test]
    public void Models_that_do_not_merge_and_unknown_characters_have_no_replay()
    {
        Assert.That(MergeReplay.Of(new WordPieceModel(["[UNK]"u8.ToArray(), "a"u8.ToArray()]), "a"u8, out _), Is.Null);
        PipelineTokenizer characters = CharacterBytePairTrainer.Train(TrainingCorpus.FromTexts([Text]), new CharacterBytePairOptions { VocabularySize = 60 }).ToTokenizer();
        Assert.That(MergeReplay.Of(characters.Model, "▁日"u8, out _), Is.Null);
    }

    private static void Ends(PipelineTokenizer tokenizer, params string[] pieces)
    {
        PieceEncoder encoder = tokenizer.Model.CreateEncoder();
        foreach (string piece in pieces)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(piece);
            List<int> row = [];
            IReadOnlyList<MergeStep>? steps = MergeReplay.Of(tokenizer.Model, bytes, out int[] symbols);
            Assert.That(steps, Is.Not.Null, piece);
            row.AddRange(symbols);
            foreach (MergeStep step in steps!)
            {
                Assert.That((row[step.Place], row[step.Place + 1]), Is.EqualTo((step.Left, step.Right)), piece);
                row[step.Place] = step.Result;
                row.RemoveAt(step.Place + 1);
            }
            var tokens = new TokenBuffer();
            encoder.Encode(bytes, 0, tokens);
            Assert.That(row, Is.EqualTo(tokens.Ids.ToArray()), piece);
        }
    }

    private static PipelineTokenizer BytePairTokenizerOf(params (int Left, int Right)[] merges)
    {
        List<byte[]> tokens = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b })];
        foreach ((int left, int right) in merges)
        {
            tokens.Add([.. tokens[left], .. tokens[right]]);
        }
        return PipelineTokenizer.ByteLevel(tokens, merges, []);
    }
}
