using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tests.Tokenizer.Unicode;

public class UnicodeSetsTests
{
    [Test]
    public void White_space_is_the_run_times()
    {
        for (int c = 0; c < 0x110000; c++)
        {
            if (Rune.IsValid(c) && UnicodeSets.WhiteSpace.Contains(c) != Rune.IsWhiteSpace(new Rune(c)))
            {
                Assert.Fail($"U+{c:X}");
            }
        }
    }

    [Test]
    public void Every_code_point_has_one_category()
    {
        string[] names = ["L", "M", "N", "P", "S", "Z", "C"];
        CharacterRanges all = CharacterRanges.Empty;
        foreach (string name in names)
        {
            Assert.That(all.Intersect(UnicodeSets.Category(name)), Is.EqualTo(CharacterRanges.Empty), name);
            all = all.Union(UnicodeSets.Category(name));
        }
        Assert.That(all, Is.EqualTo(CharacterRanges.All));
    }

    [Test]
    public void Lower_case_is_the_run_times_where_both_know_the_character()
    {
        for (int c = 0; c < 0x110000; c++)
        {
            // The run time keeps İ, and does not know the pairs of Unicode 17.0.
            if (Rune.IsValid(c) && c != 0x130 && Rune.GetUnicodeCategory(new Rune(c)) != System.Globalization.UnicodeCategory.OtherNotAssigned
                && CaseMapping.ToLower(c) is var lower && lower != Rune.ToLowerInvariant(new Rune(c)).Value)
            {
                Assert.Fail($"U+{c:X} gives U+{lower:X}");
            }
        }
    }

    [TestCase('k', "Kk\u212A")]
    [TestCase('s', "Ssſ")]
    [TestCase('µ', "µΜμ")]
    [TestCase('1', "1")]
    public void Characters_that_differ_by_case_alone_form_an_orbit(char c, string expected) =>
        Assert.That(CaseMapping.Orbit(c).Select(m => (char)m), Is.EquivalentTo(expected));

    [TestCase("Han", '漢')]
    [TestCase("hani", '漢')]
    [TestCase("Latin", 'é')]
    [TestCase("cyrillic", 'я')]
    [TestCase("Old Italic", 0x10300)]
    [TestCase("Zyyy", '1')]
    public void Scripts_have_two_names_in_any_case(string name, int member)
    {
        Assert.That(Scripts.Find(name), Is.Positive.And.EqualTo(Scripts.Of(member)));
        Assert.That(Scripts.Members(Scripts.Find(name)).Contains(member), Is.True);
    }

    [Test]
    public void There_is_no_script_of_another_name() => Assert.That(Scripts.Find("Elvish"), Is.Zero);

    [Test]
    public void Packed_numbers_come_back()
    {
        int[] numbers = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 1_000_000, -1_000_000, int.MaxValue, int.MinValue];
        Assert.That(PackedTable.Unpack(PackedTable.Pack(numbers)), Is.EqualTo(numbers));
    }
}
