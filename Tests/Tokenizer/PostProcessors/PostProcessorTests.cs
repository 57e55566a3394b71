using PureLlm.Tokenizer;
using PureLlm.Tokenizer.PostProcessors;

namespace PureLlm.Tests.Tokenizer.PostProcessors;

public class PostProcessorTests
{
    private const int Start = 100, Separator = 101;

    private static readonly BertProcessing Bert = new(("[CLS]", Start), ("[SEP]", Separator));

    private static EncodedText Text(int text, params int[] ids) => new([.. ids.Select(id => new EncodedToken { Id = id, TypeId = text, Text = text })]);

    /// <summary>id/type of each token, added ones in brackets.</summary>
    private static string Show(EncodedText text) => string.Join(' ', text.Tokens.ToArray().Select(t => t.IsSpecial ? $"[{t.Id}/{t.TypeId}]" : $"{t.Id}/{t.TypeId}"));

    private static string Process(PostProcessor processor, bool add, params EncodedText[] parts) => Show(Joining.Join(processor.Process([.. parts], add)));

    [Test]
    public void Bert_puts_one_token_before_and_one_after_each()
    {
        Assert.That(Process(Bert, true, Text(0, 1, 2)), Is.EqualTo("[100/0] 1/0 2/0 [101/0]"));
        Assert.That(Process(Bert, true, Text(0, 1, 2), Text(1, 3)), Is.EqualTo("[100/0] 1/0 2/0 [101/0] 3/1 [101/1]"));
        Assert.That(Process(Bert, false, Text(0, 1, 2), Text(1, 3)), Is.EqualTo("1/0 2/0 3/1"));
        Assert.That((Bert.AddedTokens(false), Bert.AddedTokens(true)), Is.EqualTo((2, 3)));
    }

    [Test]
    public void Roberta_separates_twice_and_knows_one_type()
    {
        var roberta = new RobertaProcessing(("<s>", Start), ("</s>", Separator));
        Assert.That(Process(roberta, true, Text(0, 1, 2), Text(1, 3)), Is.EqualTo("[100/0] 1/0 2/0 [101/0] [101/0] 3/0 [101/0]"));
        Assert.That(Process(roberta, false, Text(0, 1), Text(1, 3)), Is.EqualTo("1/0 3/0"));
        Assert.That((roberta.AddedTokens(false), roberta.AddedTokens(true)), Is.EqualTo((2, 4)));
    }

    [Test]
    public void A_template_places_texts_and_tokens_of_several_ids()
    {
        var template = new TemplateProcessing(
            [TemplatePiece.OfSpecial("<go>", 2), TemplatePiece.OfText(0, 1)],
            [TemplatePiece.OfText(1, 4), TemplatePiece.OfSpecial("<go>"), TemplatePiece.OfText(0)],
            new Dictionary<string, TemplateToken> { ["<go>"] = new([7, 8], ["<g>", "<o>"]) });
        Assert.That(Process(template, true, Text(0, 1)), Is.EqualTo("[7/2] [8/2] 1/1"));
        Assert.That(Process(template, true, Text(0, 1), Text(1, 2, 3)), Is.EqualTo("2/4 3/4 [7/0] [8/0] 1/0"));
        Assert.That(Process(template, false, Text(0, 1)), Is.EqualTo("1/1"));
        Assert.That((template.AddedTokens(false), template.AddedTokens(true)), Is.EqualTo((2, 2)));
        Assert.That(template.Frame.Before, Is.EqualTo(new[] { 7, 8 }));
        Assert.That(template.Frame.After, Is.Empty);
    }

    [Test]
    public void A_template_that_cannot_be_filled_is_refused()
    {
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new TemplateProcessing([TemplatePiece.OfSpecial("<x>")], [], new Dictionary<string, TemplateToken>()))!.Message, Does.Contain("\"<x>\""));
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new TemplateProcessing([TemplatePiece.OfText(1)], [], new Dictionary<string, TemplateToken>()))!.Message, Does.Contain("second text"));
    }

    [Test]
    public void Every_part_of_the_overflow_gets_the_special_tokens_and_meets_every_part_of_the_other_text()
    {
        EncodedText first = new(Text(0, 1).Items, [Text(0, 2), Text(0, 3)]), second = new(Text(1, 4).Items, [Text(1, 5)]);
        EncodedText joined = Joining.Join(Bert.Process([first, second], addSpecialTokens: true));
        Assert.That(joined.Overflow.Prepend(joined).Select(part => string.Concat(part.Ids().Where(id => id < 100))), Is.EqualTo(new[] { "14", "24", "25", "34", "35", "15" }));
        Assert.That(joined.Overflow.Select(part => part.Count), Is.All.EqualTo(5));
    }

    [Test]
    public void Trimming_takes_white_space_out_of_the_range_of_a_token()
    {
        EncodedText text = new(
        [
            new EncodedToken { Start = 0, End = 3, Space = new SurroundingSpace(1, 1, 0) },
            new EncodedToken { Start = 3, End = 9, Space = new SurroundingSpace(1, 1, 2) },
            new EncodedToken { Start = 9, End = 11, Space = new SurroundingSpace(2, 2, 2) },
        ]);
        Assert.That(new ByteLevelProcessing(addPrefixSpace: true).Process([text], true)[0].Items.Select(t => (t.Start, t.End)), Is.EqualTo(new[] { (0, 3), (4, 7), (11, 11) }), "the first space was put there");
        text.Items[0] = text.Items[0] with { Start = 0, End = 3 };
        Assert.That(new ByteLevelProcessing(addPrefixSpace: false).Process([text], true)[0].Items[0].Start, Is.EqualTo(1));
        Assert.That(new ByteLevelProcessing(trimOffsets: false).TrimsOffsets, Is.False);
    }

    [Test]
    public void White_space_is_counted_in_the_token_and_measured_in_the_input()
    {
        Assert.That(TokenSpace.Of("Ġ a\u00a0"u8, false, "x\u3000 a\u00a0y"u8, 1, 8), Is.EqualTo(new SurroundingSpace(2, 4, 2)));
        Assert.That(TokenSpace.Of("  \n"u8, true, "  \n"u8, 0, 3), Is.EqualTo(new SurroundingSpace(2, 2, 0)), "a byte-level token shows only the space as a space");
    }

    [Test]
    public void Processors_follow_each_other()
    {
        var sequence = new SequenceProcessing([new ByteLevelProcessing(), Bert]);
        Assert.That(Process(sequence, true, Text(0, 1)), Is.EqualTo("[100/0] 1/0 [101/0]"));
        Assert.That((sequence.AddedTokens(true), sequence.TrimsOffsets), Is.EqualTo((3, true)));
    }
}
