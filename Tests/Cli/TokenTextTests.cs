using PureLlm.Cli.Rendering;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Cli;

public sealed class TokenTextTests
{
    private static readonly ByteTokenizer Bytes = new();

    [TestCase(' ', "·", "_")]
    [TestCase('\n', "⏎", "\\n")]
    [TestCase('\t', "\\t", "\\t")]
    [TestCase('\u001b', "<1B>", "<1B>")]
    [TestCase('\u00e2', "<E2>", "<E2>", Description = "the first byte of a longer character")]
    [TestCase('a', "a", "a")]
    public void A_token_shows_what_would_not_be_seen(char value, string expected, string ascii)
    {
        Assert.That(TokenText.Show(Bytes, value, ascii: false), Is.EqualTo(expected));
        Assert.That(TokenText.Show(Bytes, value, ascii: true), Is.EqualTo(ascii));
    }

    [Test]
    public void Without_a_tokenizer_the_id_is_shown() => Assert.That(TokenText.Show(null, 42, ascii: false), Is.EqualTo("42"));

    [Test]
    public void Safe_text_cannot_command_a_terminal()
    {
        Assert.That(TokenText.Safe("a\e[31mb\u009b2Jc\u202Ed\r\n\té 火"), Is.EqualTo("a\uFFFD[31mb\uFFFD2Jc\uFFFDd\uFFFD\n\té 火"));
        const string Plain = "Once upon a time\n";
        Assert.That(TokenText.Safe(Plain), Is.SameAs(Plain));
    }
}
