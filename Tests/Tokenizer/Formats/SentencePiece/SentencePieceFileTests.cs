using System.Buffers;
using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tests.Tokenizer.Formats.SentencePiece;

public class SentencePieceFileTests
{
    private static readonly PipelineTokenizer Unigram = SentencePieceFile.Parse(StoryModels.Unigram, "unigram.model");
    private static readonly PipelineTokenizer BytePair = SentencePieceFile.Parse(StoryModels.BytePair, "bpe.model");

    [Test]
    public void Trained_models_give_the_ids_and_texts_that_sentencepiece_gives()
    {
        int count = 0;
        foreach (string line in StoryModels.Expected.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ');
            PipelineTokenizer tokenizer = fields[0] == "unigram" ? Unigram : BytePair;
            byte[] text = fields[1] == "-" ? [] : Convert.FromHexString(fields[1]);
            int[] expected = fields[2] == "-" ? [] : [.. fields[2].Split(',').Select(int.Parse)];
            List<int> ids = [];
            tokenizer.Encode(text, ids);
            Assert.That(ids, Is.EqualTo(expected), () => Encoding.UTF8.GetString(text));
            var decoded = new ArrayBufferWriter<byte>();
            tokenizer.Decode(expected, decoded);
            Assert.That(Convert.ToHexStringLower(decoded.WrittenSpan), Is.EqualTo(fields[3].Trim('-')), line);
            count++;
        }
        Assert.That(count, Is.GreaterThan(20));
    }

    [Test]
    public void Token_ranges_are_those_of_the_input()
    {
        var tokens = new TokenBuffer();
        BytePair.Encode("a <sep>é"u8, tokens);
        Assert.That(tokens.Ids.ToArray().Select((id, i) => $"{Encoding.UTF8.GetString(BytePair.TokenBytes(id).Span)}[{tokens.Starts[i]},{tokens.Ends[i]})"),
            Is.EqualTo(new[] { "▁a[0,1)", "▁[1,2)", "<sep>[2,7)", "<0xC3>[7,9)", "<0xA9>[7,9)" }));
    }

    [Test]
    public void Marks_are_special_and_found_only_on_request()
    {
        Assert.That((Unigram.EndOfText, Unigram.IsSpecial(1)), Is.EqualTo(((int?)2, true)));
        Assert.That(Unigram.Encode("</s>"), Does.Not.Contain(2));
        Assert.That(Unigram.Encode("x</s>", new EncodeOptions { FindsSpecialTokens = true }), Does.Contain(2));
    }

    [Test]
    public void A_model_comes_back_from_the_bytes_that_are_written()
    {
        foreach (byte[] bytes in new[] { StoryModels.Unigram, StoryModels.BytePair })
        {
            SentencePieceProto proto = SentencePieceFile.ReadProto(bytes, "x");
            SentencePieceProto back = SentencePieceFile.ReadProto(SentencePieceFile.ToBytes(proto), "y");
            Assert.That(back.Pieces.Select(p => (Encoding.UTF8.GetString(p.Spelling), p.Score, p.Type)), Is.EqualTo(proto.Pieces.Select(p => (Encoding.UTF8.GetString(p.Spelling), p.Score, p.Type))));
            Assert.That((back.Algorithm, back.ByteFallback, back.Normalizer.RemovesExtraWhitespaces, back.Normalizer.Name), Is.EqualTo((proto.Algorithm, proto.ByteFallback, proto.Normalizer.RemovesExtraWhitespaces, "identity")));
        }
    }

    [Test]
    public void Every_cut_of_a_file_is_an_error_or_a_smaller_model_and_never_a_crash()
    {
        byte[] bytes = StoryModels.Unigram;
        for (int length = 0; length < bytes.Length; length += length < 60 ? 1 : 7)
        {
            ParseOrRefuse(bytes.AsSpan(0, length));
        }
    }

    [Test]
    public void Random_damage_is_an_error_or_another_model_and_never_a_crash()
    {
        var random = new Random(6);
        for (int round = 0; round < 500; round++)
        {
            byte[] bytes = StoryModels.Unigram;
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            ParseOrRefuse(bytes)?.Encode("Once upon a time");
        }
    }

    [TestCase("0A03", "3 bytes")]
    [TestCase("0AFFFFFFFFFFFFFFFF7F", "but only 0 are left")]
    [TestCase("FFFFFFFFFFFFFFFFFFFF01", "longer than 10 bytes")]
    [TestCase("0A040A02FFFE", "pieces.piece is not UTF-8")]
    [TestCase("0A010A", "the file is cut off")]
    [TestCase("0B", "wire type 3")]
    [TestCase("08011A00", "field 1 has wire type 0")]
    [TestCase("0A0D0A05736F7665721807", "at byte 0")]
    [TestCase("0A050A0161180A", "pieces.type is 10")]
    [TestCase("120218FF", "cut off")]
    [TestCase("12021807", "trainer_spec.model_type is 7")]
    [TestCase("1A00", "there are no pieces")]
    [TestCase("", "there are no pieces")]
    public void A_damaged_file_is_refused_with_place_and_field(string hex, string message)
    {
        Assert.That(Assert.Throws<TokenizerException>(() => SentencePieceFile.Parse(Convert.FromHexString(hex), "bad.model"))!.Message, Does.StartWith("bad.model: ").And.Contain(message));
    }

    [Test]
    public void Pieces_that_contradict_each_other_are_refused()
    {
        Assert.That(Refused([Piece("a")]), Does.Contain("UNKNOWN"));
        Assert.That(Refused([Piece("<unk>", SentencePieceType.Unknown), Piece("<unk2>", SentencePieceType.Unknown)]), Does.Contain("pieces 0 and 1 are both"));
        Assert.That(Refused([Piece("<unk>", SentencePieceType.Unknown), Piece("a"), Piece("a")]), Does.Contain("pieces 1 and 2 have the same spelling, 'a'"));
        Assert.That(Refused([Piece("<unk>", SentencePieceType.Unknown), Piece("")]), Does.Contain("piece 1 has no spelling"));
        Assert.That(Refused([Piece("<unk>", SentencePieceType.Unknown), Piece("<0x00>", SentencePieceType.Byte)]), Does.Contain("byte_fallback is off"));
        Assert.That(Refused([Piece("<unk>", SentencePieceType.Unknown), Piece("<0x00>", SentencePieceType.Byte)], byteFallback: true), Does.Contain("0x01"));
        Assert.That(Refused([Piece("<unk>", SentencePieceType.Unknown), Piece("a") with { Score = float.NaN }]), Does.Contain("score"));
    }

    private static ScoredPiece Piece(string spelling, SentencePieceType type = SentencePieceType.Normal) => new(Encoding.UTF8.GetBytes(spelling), 0, type);

    private static string Refused(ScoredPiece[] pieces, bool byteFallback = false)
    {
        byte[] bytes = SentencePieceFile.ToBytes(new SentencePieceProto { Pieces = pieces, ByteFallback = byteFallback });
        string message = Assert.Throws<TokenizerException>(() => SentencePieceFile.Parse(bytes, "bad.model"))!.Message;
        Assert.That(message, Does.StartWith("bad.model: sentencepiece: "));
        return message;
    }

    private static PipelineTokenizer? ParseOrRefuse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return SentencePieceFile.Parse(bytes, "cut.model");
        }
        catch (TokenizerException error)
        {
            Assert.That(error.Message, Does.StartWith("cut.model: "));
            return null;
        }
    }
}
