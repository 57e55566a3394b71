using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tests.Tokenizer.Models.SentencePiece;

public class SentencePieceModelTests
{
    private static TokenModel Model(SentencePieceAlgorithm algorithm, params (string Spelling, float Score, SentencePieceType Type)[] pieces) =>
        SentencePieceFile.Parts(new SentencePieceProto
        {
            Algorithm = algorithm,
            Pieces = [new ScoredPiece("<unk>"u8.ToArray(), 0, SentencePieceType.Unknown), .. pieces.Select(p => new ScoredPiece(Encoding.UTF8.GetBytes(p.Spelling), p.Score, p.Type))],
        }).Model;

    private static (string, float, SentencePieceType) Normal(string spelling, float score) => (spelling, score, SentencePieceType.Normal);

    [Test]
    public void Unigram_takes_a_user_defined_piece_before_anything_better()
    {
        TokenModel model = Model(SentencePieceAlgorithm.Unigram, Normal("a", -1), Normal("b", -1), Normal("abc", -0.2f), Normal("c", -1), ("ab", -50, SentencePieceType.UserDefined));
        Assert.That(Vocab.Show(model, "abcc"), Is.EqualTo("abc[0,3) c[3,4)"), "0.1 a piece is not always the best");
        Assert.That(Vocab.Show(model, "ab"), Is.EqualTo("ab[0,2)"));
        Assert.That(Vocab.Show(model, "axyzb<unk>"), Is.EqualTo("a[0,1) <unk>[1,4) b[4,5) <unk>[5,10)"), "neighbouring unknowns are one, and marks are not spelled");
    }

    [Test]
    public void Unigram_never_gives_an_unused_piece()
    {
        Assert.That(Vocab.Show(Model(SentencePieceAlgorithm.Unigram, Normal("a", -9), ("aa", -0.1f, SentencePieceType.Unused)), "aa"), Is.EqualTo("a[0,1) a[1,2)"));
    }

    [Test]
    public void Byte_pairs_merge_the_highest_score_first_and_of_equal_ones_the_leftmost()
    {
        TokenModel model = Model(SentencePieceAlgorithm.BytePair, Normal("ab", -1), Normal("bc", -1), Normal("cd", 0), Normal("a", -9), Normal("b", -9), Normal("c", -9), Normal("d", -9));
        Assert.That(Vocab.Show(model, "abc"), Is.EqualTo("ab[0,2) c[2,3)"));
        Assert.That(Vocab.Show(model, "abcd"), Is.EqualTo("ab[0,2) cd[2,4)"));
    }

    [Test]
    public void Byte_pairs_go_through_characters_that_are_no_pieces()
    {
        TokenModel model = Model(SentencePieceAlgorithm.BytePair, Normal("xy", -1), Normal("xyz", -2));
        Assert.That(Vocab.Show(model, "xyzxyx"), Is.EqualTo("xyz[0,3) xy[3,5) <unk>[5,6)"));
    }

    [Test]
    public void An_unused_piece_is_taken_apart_after_merging()
    {
        TokenModel model = Model(SentencePieceAlgorithm.BytePair, Normal("a", -9), Normal("b", -9), Normal("ab", -1), ("abab", -2, SentencePieceType.Unused), Normal("ababb", -3));
        Assert.That(Vocab.Show(model, "abab"), Is.EqualTo("ab[0,2) ab[2,4)"));
        Assert.That(Vocab.Show(model, "ababb"), Is.EqualTo("ababb[0,5)"), "it still serves as a step");
    }

    [Test]
    public void A_user_defined_piece_merges_with_nothing()
    {
        TokenModel model = Model(SentencePieceAlgorithm.BytePair, Normal("a", -9), Normal("b", -9), Normal("c", -9), Normal("abc", -1), Normal("bc", -1), ("ab", 0, SentencePieceType.UserDefined));
        Assert.That(Vocab.Show(model, "abcbc"), Is.EqualTo("ab[0,2) c[2,3) bc[3,5)"));
    }

    [Test]
    public void Words_and_characters_are_looked_up_as_they_are()
    {
        Assert.That(Vocab.Show(Model(SentencePieceAlgorithm.Word, Normal("▁a", 0), Normal("▁", 0)), "▁a▁b▁c▁▁a"), Is.EqualTo("▁a[0,4) <unk>[4,12) ▁[12,15) ▁a[15,19)"));
        Assert.That(Vocab.Show(Model(SentencePieceAlgorithm.Character, Normal("é", 0), ("ab", 0, SentencePieceType.UserDefined)), "éabba"), Is.EqualTo("é[0,2) ab[2,4) <unk>[4,6)"));
    }

    [Test]
    public void Words_encoded_one_by_one_give_what_the_whole_text_gives()
    {
        var random = new Random(8);
        for (int round = 0; round < 200; round++)
        {
            List<(string, float, SentencePieceType)> pieces = [Normal("▁", -9), Normal("a", -9), Normal("b", -9)];
            for (int i = 0; i < 15; i++)
            {
                string spelling = (random.Next(2) == 0 ? "▁" : "") + Vocab.Random(random, ["a", "b"], 4);
                if (pieces.TrueForAll(p => p.Item1 != spelling))
                {
                    pieces.Add(Normal(spelling, -random.Next(6)));
                }
            }
            var byWords = (SentencePieceBytePairModel)Model(SentencePieceAlgorithm.BytePair, [.. pieces]);
            // A piece that runs over the start of a word, of characters that the text lacks.
            var whole = (SentencePieceBytePairModel)Model(SentencePieceAlgorithm.BytePair, [.. pieces, Normal("q▁q", -50)]);
            Assert.That((byWords.SplitsAtSpaces, whole.SplitsAtSpaces), Is.EqualTo((true, false)));
            string text = Vocab.Random(random, ["▁", "a", "b", "é"], 100);
            Assert.That(Vocab.Show(byWords, text), Is.EqualTo(Vocab.Show(whole, text)));
        }
    }

    [Test]
    public void Warm_encoders_allocate_nothing()
    {
        byte[][] texts = ["▁a▁b▁cab"u8.ToArray(), Encoding.UTF8.GetBytes(new string('a', 3000))];
        foreach (SentencePieceAlgorithm algorithm in Enum.GetValues<SentencePieceAlgorithm>())
        {
            Assert.That(Vocab.AllocatedWarm(Model(algorithm, Normal("▁", -1), Normal("a", -1), Normal("aa", -2), Normal("▁b", -1)), texts), Is.Zero, algorithm.ToString());
        }
    }
}
