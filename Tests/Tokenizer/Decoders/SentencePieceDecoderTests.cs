using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Normalizers;

namespace PureLlm.Tests.Tokenizer.Decoders;

public class SentencePieceDecoderTests
{
    private static readonly SentencePieceDecoderOptions Options = new()
    {
        ControlPieces = ["<s>"u8.ToArray()],
        UnknownPiece = "<unk>"u8.ToArray(),
        ByteFallback = true,
        RemovesExtraWhitespaces = false,
    };

    private static string Decoded(SentencePieceDecoderOptions options, params string[] pieces)
    {
        var sink = new DecoderSink();
        DecoderStage stage = new SentencePieceDecoder(options).CreateStage(sink);
        foreach (string piece in pieces)
        {
            stage.Token(Encoding.UTF8.GetBytes(piece));
        }
        stage.End();
        return Encoding.UTF8.GetString(sink.Text.Written);
    }

    [Test]
    public void The_first_space_goes_and_the_others_stay()
    {
        Assert.That(Decoded(Options, "<s>", "▁▁a", "▁b"), Is.EqualTo(" a b"));
        Assert.That(Decoded(Options, "▁", "▁", "a"), Is.EqualTo(" a"));
        Assert.That(Decoded(Options, "▁", "<s>", "▁a"), Is.EqualTo(" a"), "a mark in between changes nothing");
        Assert.That(Decoded(Options with { RemovesExtraWhitespaces = true }, "▁", "▁", "▁a", "▁b"), Is.EqualTo("a b"));
        Assert.That(Decoded(Options with { AddsDummyPrefix = false }, "▁a"), Is.EqualTo(" a"));
    }

    [Test]
    public void Bytes_join_to_characters_and_each_one_that_belongs_to_none_shows_a_replacement()
    {
        Assert.That(Decoded(Options, "<0xC3>", "<0xA9>", "x"), Is.EqualTo("éx"));
        Assert.That(Decoded(Options, "<0xE2>", "<0x82>", "<0x41>", "<0xC3>"), Is.EqualTo("\uFFFD\uFFFDA\uFFFD"));
        Assert.That(Decoded(Options with { ByteFallback = false }, "a", "<0x41>"), Is.EqualTo("a<0x41>"));
    }

    [Test]
    public void Unknown_pieces_show_their_surface() => Assert.That(Decoded(Options, "a", "<unk>", "b"), Is.EqualTo("a \u2047 b"));

    [Test]
    public void A_stream_shows_characters_as_soon_as_they_are_whole_and_begins_anew_after_its_end()
    {
        var sink = new DecoderSink();
        DecoderStage stage = new SentencePieceDecoder(Options).CreateStage(sink);
        string Shown() => Encoding.UTF8.GetString(sink.Text.Written);
        stage.Token("▁a"u8);
        stage.Token("<0xC3>"u8);
        Assert.That(Shown(), Is.EqualTo("a"));
        stage.Token("<0xA9>"u8);
        Assert.That(Shown(), Is.EqualTo("aé"));
        stage.End();
        stage.Token(Encoding.UTF8.GetBytes("▁b"));
        stage.End();
        Assert.That(Shown(), Is.EqualTo("aéb"));
    }

    [Test]
    public void A_denormalizer_rewrites_the_whole_text()
    {
        byte[] rules = Normalizers.CompiledRules.Of(("b", "B"), ("a b", "c"));
        var denormalizer = new SentencePieceNormalizer(new SentencePieceNormalizerOptions { PrecompiledCharactersMap = rules, AddsDummyPrefix = false, RemovesExtraWhitespaces = false, EscapesWhitespaces = false });
        Assert.That(Decoded(Options with { Denormalizer = denormalizer }, "▁a", "▁b", "b"), Is.EqualTo("cB"));
    }
}
