using System.Globalization;
using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tests.Tokenizer.Unicode;

public class CharacterTableTests
{
    [Test]
    public void Every_code_point_has_the_category_that_the_run_time_says()
    {
        int different = 0;
        for (int c = 0; c < 0x110000; c++)
        {
            UnicodeCategory ours = CharacterTable.CategoryOf(c), theirs = CharUnicodeInfo.GetUnicodeCategory(c);
            if (ours != theirs && (CharacterTableGenerator.RuntimeHasTheSameVersion || ours != UnicodeCategory.OtherNotAssigned))
            {
                different++;
            }
        }
        Assert.That(different, Is.LessThan(CharacterTableGenerator.RuntimeHasTheSameVersion ? 1 : 20), "a later version assigns more characters, and reclassifies a few");
    }

    [Test]
    public void White_space_is_the_property_White_Space()
    {
        int[] ours = [.. Enumerable.Range(0, 0x110000).Where(c => (CharacterKind.Spaces >> CharacterTable.KindOf(c) & 1) != 0)];
        Assert.That(ours, Is.EqualTo(Enumerable.Range(0, 0x110000).Where(c => Rune.IsValid(c) && Rune.IsWhiteSpace(new Rune(c)))));
        Assert.That(ours, Has.Length.EqualTo(25));
    }

    [Test]
    public void Published_totals_of_Unicode_16_are_met()
    {
        int Count(uint kinds) => Enumerable.Range(0, 0x110000).Count(c => (kinds >> CharacterTable.KindOf(c) & 1) != 0);
        Assert.That((Count(CharacterKind.Letters), Count(CharacterKind.Marks), Count(CharacterKind.Numbers)), Is.EqualTo((141_028, 2_501, 1_911)));
        Assert.That((Count(CharacterKind.Capitals), Count(CharacterKind.Small), Count(CharacterKind.Punctuation), Count(CharacterKind.Symbols)), Is.EqualTo((1_889, 2_258, 855, 8_514)));
    }

    [Test]
    public void What_two_bytes_say_needs_one_look_up() =>
        Assert.That(Enumerable.Range(0, 0x800).Select(CharacterTable.KindOfTwoBytes), Is.EqualTo(Enumerable.Range(0, 0x800).Select(CharacterTable.KindOf)));
}
