using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer;

public class PipelineTokenizerTests
{
    private const string Marks = """[{"id":262,"content":"<s>","single_word":false,"lstrip":false,"rstrip":true,"normalized":false,"special":true},{"id":263,"content":"tool","single_word":true,"lstrip":false,"rstrip":false,"normalized":true,"special":false}]""";
    private const string Around = """{"type":"RobertaProcessing","sep":["<s>",262],"cls":["<s>",262],"trim_offsets":true,"add_prefix_space":false}""";

    private static readonly PipelineTokenizer Bert = PipelineExamples.Load(PipelineExamples.Bert);
    private static readonly PipelineTokenizer Llama = PipelineExamples.Load(PipelineExamples.Llama);
    private static readonly PipelineTokenizer Unigram = PipelineExamples.Load(PipelineExamples.Unigram);
    private static readonly PipelineTokenizer Bytes = PipelineExamples.Load(PipelineExamples.ByteLevel(Marks, Around));

    private static string Ranges(EncodedText text) => string.Join(' ', text.Tokens.ToArray().Select(t => $"{t.Start}-{t.End}"));

    private static int[] Words(EncodedText text) => [.. text.Tokens.ToArray().Select(t => t.Word)];

    [Test]
    public void Bert_s_tokens_have_the_types_places_words_and_masks_of_the_reference()
    {
        EncodedText text = Bert.EncodeFull("Hello, WORLDS  [MASK]héllo unknown! xyz", null, EncodeOptions.Full);
        Assert.That(text.Ids(), Is.EqualTo(new[] { 2, 5, 8, 6, 7, 4, 5, 10, 11, 9, 1, 3 }));
        Assert.That(Ranges(text), Is.EqualTo("0-0 0-5 5-6 7-12 12-13 13-21 21-27 28-30 30-35 35-36 37-40 0-0"));
        Assert.That(Words(text), Is.EqualTo(new[] { -1, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7, -1 }));
        Assert.That(text.SpecialTokensMask(), Is.EqualTo(new[] { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }));
        Assert.That(Bert.Decode(text.Ids()), Is.EqualTo("[CLS] hello, worlds [MASK] hello unknown! [UNK] [SEP]"));
        Assert.That(Bert.Decode(text.Ids(), skipSpecial: true), Is.EqualTo("hello, worlds hello unknown!"));
        EncodedText pair = Bert.EncodeFull("the cat", "a cat sat", EncodeOptions.Full);
        Assert.That(pair.Ids(), Is.EqualTo(new[] { 2, 12, 13, 3, 15, 13, 14, 3 }));
        Assert.That(pair.TypeIds(), Is.EqualTo(new[] { 0, 0, 0, 0, 1, 1, 1, 1 }));
        Assert.That(pair.Tokens.ToArray().Select(t => t.Text), Is.EqualTo(new[] { -1, 0, 0, -1, 1, 1, 1, -1 }));
    }

    [Test]
    public void Llama_s_text_gets_a_space_before_it_and_bytes_for_what_the_vocabulary_lacks()
    {
        EncodedText text = Llama.EncodeFull("the cat theé <s>", null, EncodeOptions.Full);
        Assert.That(text.Ids(), Is.EqualTo(new[] { 1, 13, 16, 13, 3, 4, 5, 1 }));
        Assert.That(Words(text), Is.EqualTo(new[] { -1, 0, 0, 0, 0, 0, 0, 1 }));
        Assert.That(Llama.Decode(text.Ids()), Is.EqualTo("<s> the cat theé <s>"));
        Assert.That(Llama.Decode(text.Ids(), skipSpecial: true), Is.EqualTo("the cat theé "));
        Assert.That(Llama.EncodeFull("", "cat", EncodeOptions.Full).Ids(), Is.EqualTo(new[] { 1, 1, 16 }));
    }

    [Test]
    public void A_unigram_s_words_are_marked_and_its_specials_found()
    {
        EncodedText text = Unigram.EncodeFull("the  cats<extra_id_0>hat q", "the", EncodeOptions.Full);
        Assert.That(text.Ids(), Is.EqualTo(new[] { 3, 4, 7, 12, 2, 10, 8, 6, 2, 1, 0, 3, 0 }));
        Assert.That(Ranges(text), Is.EqualTo("0-3 5-8 8-9 9-21 21-22 21-22 22-23 23-24 25-26 25-26 0-0 0-3 0-0"));
        Assert.That(Words(text), Is.EqualTo(new[] { 0, 1, 1, 2, 3, 3, 3, 3, 4, 4, -1, 0, -1 }));
        Assert.That(Unigram.Decode(text.Ids(), skipSpecial: true), Is.EqualTo("the cats hat  the"));
    }

    [Test]
    public void Text_makes_no_special_tokens_unless_asked_to()
    {
        Assert.That(Bytes.Encode("<s>"), Has.Length.EqualTo(3).And.None.EqualTo(262));
        Assert.That(Bytes.Encode("<s> x", new EncodeOptions { FindsSpecialTokens = true }), Is.EqualTo(new[] { 262, 'x' }), "with the space after it");
        Assert.That(Bytes.Encode("x", new EncodeOptions { AddsSpecialTokens = true }), Is.EqualTo(new[] { 262, 'x', 262 }));
        Assert.That(Bytes.Encode("tool tools"), Is.EqualTo(new[] { 263, ' ', 't', 'o', 'o', 'l', 's' }), "a token that is not special belongs to the vocabulary");
        Assert.That((Bytes.IsSpecial(262), Bytes.IsSpecial(263), Bytes.Find("<s>"), Bytes.Find("Ġthe"), Bytes.Find("zz")), Is.EqualTo((true, false, (int?)262, (int?)258, (int?)null)));
    }

    [Test]
    public void Any_bytes_come_back_from_a_byte_level_model_with_their_places()
    {
        var random = new Random(8);
        var tokens = new TokenBuffer();
        for (int i = 0; i < 3_000; i++)
        {
            byte[] input = i < Texts.Difficult.Length ? Encoding.UTF8.GetBytes(Texts.Difficult[i]) : Texts.Random(random);
            tokens.Clear();
            Bytes.Encode(input, tokens);
            var back = new System.Buffers.ArrayBufferWriter<byte>();
            Bytes.Decode(tokens.Ids, back);
            Assert.That(back.WrittenSpan.SequenceEqual(input), Is.True, () => Convert.ToHexString(input));
            Assert.That(tokens.Starts[..].SequenceEqual([.. new[] { 0 }.Concat(tokens.Ends.ToArray()).Take(tokens.Count)]), Is.True, "the places follow each other");
            Assert.That(tokens.Count == 0 ? 0 : tokens.Ends[^1], Is.EqualTo(input.Length));
            Assert.That(Bytes.Count(input), Is.EqualTo(tokens.Count));
        }
    }

    [Test]
    public void The_ways_to_encode_agree()
    {
        var random = new Random(9);
        var options = new EncodeOptions { FindsSpecialTokens = true, AddsSpecialTokens = true };
        foreach (PipelineTokenizer tokenizer in new[] { Bert, Llama, Unigram, Bytes })
        {
            for (int i = 0; i < 400; i++)
            {
                byte[] input = Texts.Random(random);
                List<int> ids = [];
                tokenizer.Encode(input, ids, options);
                var tokens = new TokenBuffer();
                tokenizer.Encode(input, tokens, options);
                Assert.That(tokens.Ids.ToArray(), Is.EqualTo(ids));
                Assert.That(tokenizer.EncodeFull(input, options).Ids(), Is.EqualTo(ids));
            }
        }
    }

    [Test]
    public void A_long_text_in_portions_has_the_tokens_that_it_has_in_one_go()
    {
        var random = new Random(13);
        string[] parts = ["the", " cat", " ", "\n", "'s", "'S a", " 12", "é", "!", ". B", "\t", " ab\u0301 c", "日本", "x y", "A b", "d'l e", " \n z", "\u00a0q", "5 a"];
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 120_000).Select(_ => parts[random.Next(parts.Length)])));
        byte[] twice = [.. text, .. text, .. text];
        var tokens = new TokenBuffer();
        foreach (PieceScanner split in PieceScanner.All)
        {
            PipelineTokenizer tokenizer = PipelineTokenizer.ByteLevel((BytePairModel)Bytes.Model, [], split);
            tokenizer = new PipelineTokenizer(tokenizer.Parts with { Normalizer = split == PieceScanner.Qwen2 ? new UnicodeNormalizer(NormalizationForm.FormC) : null });
            tokens.Clear();
            tokenizer.Encode(text, tokens);
            List<int> ids = [];
            tokenizer.Encode(text, ids);
            Assert.That(ids.ToArray().AsSpan().SequenceEqual(tokens.Ids), Is.True, split.Name);
            Assert.That(tokenizer.Count(text), Is.EqualTo(tokens.Count), split.Name);
            int[][] batch = tokenizer.EncodeBatch([default, twice, text], threads: 3);
            Assert.That((batch[0].Length, batch[1].Length), Is.EqualTo((0, tokenizer.Count(twice))));
            Assert.That(batch[2].AsSpan().SequenceEqual(tokens.Ids), Is.True, split.Name);
        }
    }

    [Test]
    public void Bytes_that_are_not_text_become_a_mark_each_and_places_stay_those_of_the_input()
    {
        byte[] input = [.. "cat "u8, 0xe2, 0x82, .. " the"u8, 0xff];
        EncodedText text = Bert.EncodeFull(input, default);
        Assert.That(text.Ids(), Is.EqualTo(Bert.Encode("cat \ufffd the\ufffd")), "the two bytes are the longest beginning of a character");
        EncodedText llama = Llama.EncodeFull(input, default);
        Assert.That(llama.Ids(), Is.EqualTo(Llama.Encode("cat \ufffd the\ufffd")));
        Assert.That(llama.Tokens[^1].End, Is.EqualTo(input.Length));
        Assert.That(llama.Tokens.ToArray().All(t => t.Start <= t.End && t.End <= input.Length), Is.True);
    }

    [Test]
    public void Truncation_and_padding_bring_texts_to_a_length()
    {
        PipelineTokenizer limited = Bert.With(new Truncation(7, Stride: 1), new Padding { MultipleOf = 4, Id = 0, TypeId = 5 });
        EncodedText text = limited.EncodeFull("the cat sat a cat", "hello world hello", EncodeOptions.Full with { KeepsOverflow = true });
        Assert.That(text.Ids(), Is.EqualTo(new[] { 2, 12, 13, 3, 5, 6, 3, 0 }));
        Assert.That(text.TypeIds(), Is.EqualTo(new[] { 0, 0, 0, 0, 1, 1, 1, 5 }));
        Assert.That(text.AttentionMask(), Is.EqualTo(new[] { 1, 1, 1, 1, 1, 1, 1, 0 }));
        Assert.That(text.Overflow, Has.Count.EqualTo((4 * 2) - 1), "four parts of one text with two of the other, less this one");
        Assert.That(text.Overflow.Select(part => part.Count), Is.All.EqualTo(8));
        Assert.That(Bert.EncodeFull("the cat sat a cat", null, default).Count, Is.EqualTo(5), "the tokenizer itself has no limits");
    }

    [Test]
    public void A_batch_keeps_its_order_and_is_padded_to_its_longest()
    {
        var random = new Random(10);
        ReadOnlyMemory<byte>[] texts = [.. Enumerable.Range(0, 300).Select(i => (ReadOnlyMemory<byte>)Texts.Random(random))];
        texts[17] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the cat sat ", 500)));
        int[][] expected = [.. texts.Select(text =>
        {
            List<int> ids = [];
            Bytes.Encode(text.Span, ids);
            return ids.ToArray();
        })];
        Assert.That(Bytes.EncodeBatch(texts, threads: 1), Is.EqualTo(expected));
        Assert.That(Bytes.EncodeBatch(texts, threads: 4), Is.EqualTo(expected));
        Assert.That(Bytes.EncodeBatch(texts), Is.EqualTo(expected));
        Assert.That(Llama.EncodeBatch(["the cat"u8.ToArray(), default], EncodeOptions.Full), Is.EqualTo(new int[][] { [1, 13, 16], [1] }));
        EncodedText[] padded = Llama.With(null, new Padding { Side = SequenceSide.Left, Id = 2 })
            .EncodeFullBatch([.. new[] { "the", "the cat", "" }.Select(t => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(t))], EncodeOptions.Full);
        Assert.That(padded.Select(t => string.Join(' ', t.Ids())), Is.EqualTo(new[] { "2 1 13", "1 13 16", "2 2 1" }));
    }

    [Test]
    public void The_first_error_of_a_batch_is_thrown()
    {
        var characters = new CharacterTokenizer(["a", "b"]);
        ReadOnlyMemory<byte>[] texts = ["ab"u8.ToArray(), "x"u8.ToArray(), "yyy"u8.ToArray()];
        Assert.That(Assert.Throws<TokenizerException>(() => characters.EncodeBatch(texts, threads: 2))!.Message, Does.Contain("'x'"));
    }

    [Test]
    public void Once_warm_nothing_is_allocated()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the cat, don't <s> sat! é ", 40)));
        var tokens = new TokenBuffer();
        List<int> ids = [];
        foreach (PipelineTokenizer tokenizer in new[] { Bytes, Bert, Llama, Unigram })
        {
            void Run()
            {
                tokens.Clear();
                ids.Clear();
                tokenizer.Encode(text, tokens, EncodeOptions.Full);
                tokenizer.Encode(text, ids);
                tokenizer.Count(text);
            }
            Run();
            Run();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Run();
            long grown = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(grown, Is.Zero, tokenizer.Model.GetType().Name);
        }
    }

    [Test]
    public void Streams_never_show_half_a_character_and_add_up_to_the_text()
    {
        var random = new Random(11);
        foreach (PipelineTokenizer tokenizer in new[] { Bert, Llama, Unigram, Bytes })
        {
            for (int i = 0; i < 300; i++)
            {
                int[] ids = tokenizer.Encode(Encoding.UTF8.GetString(Texts.Random(random)), EncodeOptions.Full);
                var stream = new StreamingDecoder(tokenizer, skipSpecial: i % 2 == 0);
                string[] parts = [.. ids.Select(stream.Next), stream.Finish()];
                Assert.That(string.Concat(parts), Is.EqualTo(tokenizer.Decode(ids, skipSpecial: i % 2 == 0)));
                Assert.That(parts.All(p => p.Length == 0 || (!char.IsHighSurrogate(p[^1]) && !char.IsLowSurrogate(p[0]))), Is.True);
            }
        }
        var half = new StreamingDecoder(Bytes);
        Assert.That(new[] { half.Next(0xc3), half.Next(0xa9), half.Next(0xe2), half.Finish() }, Is.EqualTo(new[] { "", "é", "", "\ufffd" }));
    }

    [Test]
    public void Ids_outside_the_vocabulary_are_refused_and_unused_ones_are_nothing()
    {
        PipelineTokenizer gap = PipelineExamples.Load(PipelineExamples.ByteLevel(Marks.Replace("263", "270", StringComparison.Ordinal)));
        Assert.That(gap.VocabularySize, Is.EqualTo(271));
        Assert.That(gap.Decode([65, 266, 66]), Is.EqualTo("AB"));
        Assert.That(gap.TokenBytes(266).Length, Is.Zero);
        Assert.That(Assert.Throws<TokenizerException>(() => gap.Decode([65, 271]))!.Message, Does.Contain("token 271").And.Contain("271"));
        Assert.That(gap.Decode([65]), Is.EqualTo("A"), "an error leaves nothing behind");
        Assert.Throws<TokenizerException>(() => new StreamingDecoder(gap).Next(-1));
    }

    [Test]
    public void Added_tokens_must_agree()
    {
        AddedToken token = new() { Id = 300, Content = "<x>" };
        PipelineTokenizer With(params AddedToken[] tokens) => new(Bytes.Parts with { AddedTokens = tokens });
        Assert.That(Assert.Throws<TokenizerException>(() => With(token, token with { Id = 301 }))!.Message, Does.Contain("300 and 301"));
        Assert.That(Assert.Throws<TokenizerException>(() => With(token, token with { Content = "<y>" }))!.Message, Does.Contain("\"<x>\" and \"<y>\""));
        Assert.That(Assert.Throws<TokenizerException>(() => With(token with { Content = "" }))!.Message, Does.Contain("300"));
        Assert.That(With(token, token).AddedTokens, Has.Count.EqualTo(1));
    }

    [TestCase("<|endoftext|>")]
    [TestCase("</s>")]
    [TestCase("<|end_of_text|>")]
    public void The_end_of_text_is_known_by_its_usual_names(string name)
    {
        AddedToken end = new() { Id = 270, Content = name, IsSpecial = true };
        Assert.That(new PipelineTokenizer(Bytes.Parts with { AddedTokens = [end] }).EndOfText, Is.EqualTo(270));
        Assert.That(new PipelineTokenizer(Bytes.Parts with { AddedTokens = [end with { IsSpecial = false }] }).EndOfText, Is.Null);
    }
}
