using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;

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
    public void User_defined_pieces_and_marks_are_added_tokens()
    {
        PipelineTokenizer converted = ThroughJson(SentencePieceFile.Parse(StoryModels.BytePair, "x.model"));
        Assert.That(converted.AddedTokens.Select(t => (t.Content, t.IsSpecial)), Is.EquivalentTo(new[] { ("<unk>", true), ("<s>", true), ("</s>", true), ("<sep>", false), ("moon", false) }));
        Assert.That(((CharacterBytePairModel)converted.Model).Options.ByteFallback, Is.True);
    }

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
