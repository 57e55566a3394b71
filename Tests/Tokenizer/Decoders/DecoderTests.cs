using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.Decoders;

public class DecoderTests
{
    private static readonly TokenDecoder Llama = new SequenceDecoder([new ReplaceDecoder("▁", " "), new ByteFallbackDecoder(), new FuseDecoder(), new StripDecoder(new Rune(' '), 1, 0)]);

    private static string Decode(TokenDecoder decoder, params string[] tokens)
    {
        var sink = new DecoderSink();
        DecoderStage first = decoder.CreateStage(sink);
        string[] decoded = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            foreach (string token in tokens)
            {
                first.Token(Encoding.UTF8.GetBytes(token));
            }
            first.End();
            string text = Encoding.UTF8.GetString(sink.Text.Written);
            sink.Text.Clear();
            return text;
        })];
        Assert.That(decoded[1], Is.EqualTo(decoded[0]), "a chain is as new after the end of a stream");
        return decoded[0];
    }

    /// <summary>Stage by stage with everything as one token at a time and settled in between, as a stream is.</summary>
    private static List<string> Stream(TokenDecoder decoder, params string[] tokens)
    {
        var sink = new DecoderSink();
        DecoderStage first = decoder.CreateStage(sink);
        List<string> shown = [];
        Decoder characters = Encoding.UTF8.GetDecoder();
        foreach (string token in tokens)
        {
            first.Token(Encoding.UTF8.GetBytes(token));
            first.Settle();
            shown.Add(Take(flush: false));
        }
        first.End();
        shown.Add(Take(flush: true));
        return shown;

        string Take(bool flush)
        {
            var text = new char[sink.Text.Count + 3];
            int count = characters.GetChars(sink.Text.Written, text, flush);
            sink.Text.Clear();
            return new string(text, 0, count);
        }
    }

    [Test]
    public void Byte_level_characters_are_bytes_and_other_tokens_are_themselves()
    {
        Assert.That(Decode(new ByteLevelDecoder(), "Hello", "Ġw", "Ã", "©", "<｜end｜>"), Is.EqualTo("Hello wé<｜end｜>"));
        Assert.That(Decode(new ByteLevelDecoder(), "a b"), Is.EqualTo("a b"), "a plain space is not of the alphabet");
        Assert.That(Decode(new SequenceDecoder([new ByteLevelDecoder(), new ReplaceDecoder("\ufffd", "?")]), "Ã", "x", "Ã"), Is.EqualTo("?x?"), "a decoder after it sees text");
    }

    [Test]
    public void Metaspace_drops_the_marks_of_the_first_token()
    {
        Assert.That(Decode(new MetaspaceDecoder(), "▁Hey", "▁my▁", "friend"), Is.EqualTo("Hey my friend"));
        Assert.That(Decode(new MetaspaceDecoder(scheme: PrependScheme.Never), "▁Hey", "▁you"), Is.EqualTo(" Hey you"));
        Assert.That(Decode(new MetaspaceDecoder(new Rune('_'), PrependScheme.First), "_a_b", "_c"), Is.EqualTo("ab c"));
    }

    [Test]
    public void Word_pieces_join_and_spaces_before_punctuation_go()
    {
        Assert.That(Decode(new WordPieceDecoder(), "##uelo", "Ara", "##új", "##o", "no", "##guera"), Is.EqualTo("##uelo Araújo noguera"));
        Assert.That(Decode(new WordPieceDecoder(), "Hi", ",", "you", "!", "I", "'m", "do", "##n't"), Is.EqualTo("Hi, you! I'm don't"));
        Assert.That(Decode(new WordPieceDecoder(cleanup: false), "Hi", ",", "you"), Is.EqualTo("Hi , you"));
    }

    [Test]
    public void A_word_end_is_a_space_but_at_the_end_of_the_text() =>
        Assert.That(Decode(new BytePairDecoder(), "he", "llo</w>", "you</w></w>", "!</w>"), Is.EqualTo("hello you  !"));

    [Test]
    public void A_run_of_bytes_is_the_characters_that_it_spells_or_one_mark_for_each()
    {
        Assert.That(Decode(new ByteFallbackDecoder(), "<0xE5>", "<0x8f>", "<0xAB>", "a", "<0x+F>"), Is.EqualTo("叫a\u000f"));
        Assert.That(Decode(new ByteFallbackDecoder(), "<0xE5>", "<0x8f>", "a", "<0xZZ>", "<0x61>"), Is.EqualTo("\ufffd\ufffda<0xZZ>a"));
        Assert.That(Decode(new ByteFallbackDecoder(), "<0x61>", "<0xE5>"), Is.EqualTo("\ufffd\ufffd"), "one bad byte spoils the run");
    }

    [Test]
    public void A_stream_of_bytes_shows_characters_as_soon_as_they_are_whole() =>
        Assert.That(Stream(new ByteFallbackDecoder(), "<0xE5>", "<0x8f>", "<0xAB>", "a", "<0xE5>"), Is.EqualTo(new[] { "", "", "叫", "a", "", "\ufffd" }));

    [Test]
    public void Strip_takes_a_limited_number_of_characters_at_each_end()
    {
        Assert.That(Decode(new StripDecoder(new Rune('H'), 1, 0), "Hey", "HHyou", "H"), Is.EqualTo("eyHyou"));
        Assert.That(Decode(new StripDecoder(new Rune('y'), 0, 2), "Heyyy", "y"), Is.EqualTo("Hey"));
        Assert.That(Decode(new StripDecoder(new Rune('a'), 3, 3), "aa"), Is.Empty);
    }

    [Test]
    public void Ctc_counts_repetitions_once()
    {
        Assert.That(Decode(new CtcDecoder(), "<pad>", "h", "h", "e", "l", "<pad>", "l", "o", "|", "|", "y", "o"), Is.EqualTo("hello yo"));
        Assert.That(Decode(new CtcDecoder(cleanup: false), "a", "|", "b"), Is.EqualTo("a|b"));
    }

    [Test]
    public void Llama_s_chain_streams_word_by_word_without_the_first_space()
    {
        Assert.That(Decode(Llama, "▁Hey", "▁▁you", "<0xC3>", "<0xA9>"), Is.EqualTo("Hey  youé"));
        Assert.That(Stream(Llama, "▁Hey", "▁you", "<0xC3>", "<0xA9>"), Is.EqualTo(new[] { "Hey", " you", "", "é", "" }));
    }

    [Test]
    public void A_joined_text_streams_through_what_changes_it()
    {
        TokenDecoder chain = new SequenceDecoder([new FuseDecoder(), new ReplaceDecoder("abab", "X"), new StripDecoder(new Rune(' '), 2, 2)]);
        Assert.That(Decode(chain, "  ", " a", "ba", "b", "ab", "  "), Is.EqualTo(" Xab"));
        Assert.That(string.Concat(Stream(chain, "  ", " a", "ba", "b", "ab", "  ")), Is.EqualTo(" Xab"));
        Assert.That(Stream(chain, "c", "ab", "d", " ", "e", " "), Is.EqualTo(new[] { "c", "", "abd", "", " e", "", "" }));
        Assert.That(Decode(new SequenceDecoder([new FuseDecoder(), new WordPieceDecoder()]), "a", " ", "."), Is.EqualTo("a."), "a decoder without parts waits for the whole");
    }

    [Test]
    public void Random_streams_show_what_decoding_at_once_shows()
    {
        var random = new Random(3);
        string[] pieces = ["▁", "▁a", " ", "a", "ab", "b", "<0xC3>", "<0xA9>", "</w>", "##a", ".", "'s", "Ã", "©", "Ġ", "aa", "é", "|", "<pad>"];
        TokenDecoder[] steps =
        [
            new MetaspaceDecoder(), new WordPieceDecoder(), new BytePairDecoder(), new FuseDecoder(), new StripDecoder(new Rune(' '), 1, 1),
            new ReplaceDecoder("aa", "b"), new ReplaceDecoder("ab", ""), new CtcDecoder(), new ByteLevelDecoder(), new StripDecoder(new Rune('a'), 2, 0),
        ];
        for (int trial = 0; trial < 5_000; trial++)
        {
            TokenDecoder chain = new SequenceDecoder([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => steps[random.Next(steps.Length)])]);
            string[] tokens = [.. Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)])];
            Assert.That(string.Concat(Stream(chain, tokens)), Is.EqualTo(Decode(chain, tokens)), string.Join(' ', tokens));
            Assert.That(Decode(chain, tokens), Is.EqualTo(Textbook(chain, tokens)), string.Join(' ', tokens) + " through " + string.Join(' ', ((SequenceDecoder)chain).Decoders.Select(d => d.Type)));
        }
    }

    /// <summary>Each decoder as a function from a list of tokens to a list of tokens, one after the other.</summary>
    private static string Textbook(TokenDecoder decoder, string[] tokens)
    {
        foreach (TokenDecoder step in ((SequenceDecoder)decoder).Decoders)
        {
            tokens = step switch
            {
                FuseDecoder => [string.Concat(tokens)],
                ByteLevelDecoder => [Decode(step, tokens)],
                ReplaceDecoder replace => [.. tokens.Select(t => t.Replace(replace.Pattern, replace.Content, StringComparison.Ordinal))],
                StripDecoder strip => [.. tokens.Select(t => Strip(t, strip))],
                MetaspaceDecoder => [.. tokens.Select((t, i) => t.Replace("▁", i == 0 ? "" : " ", StringComparison.Ordinal))],
                BytePairDecoder => [.. tokens.Select((t, i) => t.Replace("</w>", i == tokens.Length - 1 ? "" : " ", StringComparison.Ordinal))],
                WordPieceDecoder => [.. tokens.Select((t, i) => Cleanup(i == 0 ? t : t.StartsWith("##", StringComparison.Ordinal) ? t[2..] : " " + t))],
                CtcDecoder => [.. tokens.Where((t, i) => i == 0 || t != tokens[i - 1]).Select(t => Cleanup(t.Replace("<pad>", "", StringComparison.Ordinal)).Replace("|", " ", StringComparison.Ordinal)).Where(t => t.Length > 0)],
                _ => throw new InvalidOperationException(step.Type),
            };
        }
        return string.Concat(tokens);
    }

    private static string Strip(string token, StripDecoder strip)
    {
        string content = strip.Content.ToString();
        for (int i = 0; i < strip.Start && token.StartsWith(content, StringComparison.Ordinal); i++)
        {
            token = token[content.Length..];
        }
        for (int i = 0; i < strip.Stop && token.EndsWith(content, StringComparison.Ordinal); i++)
        {
            token = token[..^content.Length];
        }
        return token;
    }

    private static string Cleanup(string token) => new[] { (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re") }
        .Aggregate(token, (text, rule) => text.Replace(rule.Item1, rule.Item2, StringComparison.Ordinal));
}
