using System.Text;
using PureLlm.Tests.Tokenizer.Models;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.Formats.SentencePiece;

public class SentencePieceJsonFormTests
{
    private static PipelineTokenizer ThroughJson(PipelineTokenizer tokenizer) => (PipelineTokenizer)TokenizerJson.Parse(TokenizerJson.ToUtf8(tokenizer), "x.json");

    [Test]
    public void Ordinary_text_keeps_its_ids_and_comes_back()
    {
        foreach (byte[] model in new[] { StoryModels.Unigram, StoryModels.BytePair })
        {
            PipelineTokenizer tokenizer = SentencePieceFile.Parse(model, "x.model"), converted = ThroughJson(tokenizer);
            Assert.That(converted.Model, Is.Not.InstanceOf<SentencePieceModel>());
            foreach (string text in new[] { "Once upon a time the small dog saw the river.", "  two  spaces ", "é 日本", "", "Mia opened the door, and smiled…" })
            {
                int[] ids = tokenizer.Encode(text);
                Assert.That(converted.Encode(text), Is.EqualTo(ids), text);
                if (!ids.Contains(0))
                {
                    Assert.That(converted.Decode(ids), Is.EqualTo(tokenizer.Decode(ids)));
                }
            }
        }
    }

    [Test]
    public void Marks_are_added_tokens_and_user_defined_pieces_are_cut_out()
    {
        PipelineTokenizer tokenizer = SentencePieceFile.Parse(StoryModels.BytePair, "x.model"), converted = ThroughJson(tokenizer);
        Assert.That(converted.AddedTokens.Select(t => (t.Content, t.IsSpecial)), Is.EquivalentTo(new[] { ("<unk>", true), ("<s>", true), ("</s>", true) }));
        Assert.That(((CharacterBytePairModel)converted.Model).Options.ByteFallback, Is.True);
        Assert.That(((SplitPreTokenizer)converted.Parts.PreTokenizer!).Pattern, Does.StartWith("<sep>|moon|"));
        string[] parts = ["moon", "<sep>", " ", "  ", "the", "\u2581", "mo", "on", "<se", "p>", "\n", "é", "Lily", "said", "<s>", "<unk>", "<0x41>", "<0x4g>"];
        var random = new Random(4);
        for (int i = 0; i < 3000; i++)
        {
            string text = Vocab.Random(random, parts, 9);
            Assert.That(converted.Encode(text), Is.EqualTo(tokenizer.Encode(text)), text);
        }
    }

    [Test]
    public void Line_breaks_keep_the_spaces_behind_them_and_marks_at_the_end_go()
    {
        PipelineTokenizer tokenizer = SentencePieceFile.Parse(StoryModels.Unigram, "x.model"), converted = ThroughJson(tokenizer);
        foreach (string text in new[] { " a\n  b \n", "a\u2581", "\u2581a \u2581 ", "\u2581", " \u2581 \u2581a", "" })
        {
            Assert.That(converted.Encode(text), Is.EqualTo(tokenizer.Encode(text)), text);
        }
    }

    [Test]
    public void What_a_model_loses_is_said_rule_by_rule()
    {
        PipelineTokenizer unigram = SentencePieceFile.Parse(StoryModels.Unigram, "x.model"), pairs = SentencePieceFile.Parse(StoryModels.BytePair, "x.model");
        Assert.That(TokenizerFile.Gaps(unigram, "x.json"), Has.Count.EqualTo(3).And.Some.Contains("double precision").And.Some.Contains("'<s>'").And.Some.Contains("unknown token"));
        Assert.That(TokenizerFile.Gaps(pairs, "x.json"), Is.Empty, "user-defined pieces and byte fallback, but no rewriting rules");
        ScoredPiece[] defined = [.. Pieces, .. "<unk>c".Select(c => Piece($"{c}", -9)), new("x"u8.ToArray(), 0, SentencePieceType.UserDefined)];
        Assert.That(Gaps(new SentencePieceProto { Algorithm = SentencePieceAlgorithm.BytePair, Pieces = defined }), Has.Count.EqualTo(1), "but for the unknown token");
        ScoredPiece[] unmade = [.. defined, Piece("bc", -0.1f), Piece("ca", -4), Piece("abca", -5)];
        Assert.That(Gaps(new SentencePieceProto { Algorithm = SentencePieceAlgorithm.BytePair, Pieces = unmade }), Has.Some.Contains("user-defined").And.Some.Contains("'abca'"), "merging bc leaves ab and ca no chance");
        Assert.That(TokenizerFile.Gaps(pairs, "x.gguf"), Is.Empty);
        Assert.That(Gaps(new SentencePieceProto { Algorithm = SentencePieceAlgorithm.BytePair, Pieces = Pieces }), Is.EqualTo(new[] { "decoded text shows the name of the unknown token, not the sign that stands for it" }));
        ScoredPiece[] tied = [.. Pieces, Piece("aab", -5), Piece("ba", -5)], unused = [.. Pieces, new ScoredPiece("ba"u8.ToArray(), -7, SentencePieceType.Unused)];
        Assert.That(Gaps(new SentencePieceProto { Algorithm = SentencePieceAlgorithm.BytePair, Pieces = tied }), Has.Some.Contains("from left to right"));
        Assert.That(Gaps(new SentencePieceProto { Algorithm = SentencePieceAlgorithm.BytePair, Pieces = unused }), Has.Some.Contains("'ba'"));
        Assert.That(Gaps(new SentencePieceProto { Algorithm = SentencePieceAlgorithm.BytePair, Pieces = [.. Pieces, Piece("xy", -7)] }), Has.Some.Contains("no pieces by themselves"));
    }

    private static readonly ScoredPiece[] Pieces = [new("<unk>"u8.ToArray(), 0, SentencePieceType.Unknown), Piece("a", -1), Piece("b", -2), Piece("ab", -3)];

    private static ScoredPiece Piece(string spelling, float score) => new(Encoding.UTF8.GetBytes(spelling), score, SentencePieceType.Normal);

    private static IReadOnlyList<string> Gaps(SentencePieceProto proto) => TokenizerFile.Gaps(new PipelineTokenizer(SentencePieceFile.Parts(proto)), "x.json");

    [Test]
    public void What_the_format_cannot_say_is_refused()
    {
        var proto = new SentencePieceProto { Algorithm = SentencePieceAlgorithm.Word, Pieces = [new ScoredPiece("<unk>"u8.ToArray(), 0, SentencePieceType.Unknown), new ScoredPiece(Encoding.UTF8.GetBytes("▁a"), 0, SentencePieceType.Normal)] };
        Assert.That(Refused(proto), Does.Contain("WORD"));
        proto.Algorithm = SentencePieceAlgorithm.Unigram;
        proto.TreatsWhitespaceAsSuffix = true;
        Assert.That(Refused(proto), Does.Contain("spaces behind words"));
    }

    private static string Refused(SentencePieceProto proto) =>
        Assert.Throws<TokenizerException>(() => TokenizerJson.ToUtf8(new PipelineTokenizer(SentencePieceFile.Parts(proto))))!.Message;
}
