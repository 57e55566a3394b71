using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Engine.Configuration;

public class QuantityTests
{
    [TestCase("120s", 120.0, BudgetUnit.Seconds)]
    [TestCase("2m", 120.0, BudgetUnit.Seconds)]
    [TestCase("1.5h", 5400.0, BudgetUnit.Seconds)]
    [TestCase("1h 30m", 5400.0, BudgetUnit.Seconds)]
    [TestCase("1h30m5s", 5405.0, BudgetUnit.Seconds)]
    [TestCase("500ms", 0.5, BudgetUnit.Seconds)]
    [TestCase("2 minutes", 120.0, BudgetUnit.Seconds)]
    [TestCase("2000 steps", 2000.0, BudgetUnit.Steps)]
    [TestCase("2_000 steps", 2000.0, BudgetUnit.Steps)]
    [TestCase("1 step", 1.0, BudgetUnit.Steps)]
    [TestCase("2k steps", 2000.0, BudgetUnit.Steps)]
    [TestCase("3M tokens", 3e6, BudgetUnit.Tokens)]
    [TestCase("1.5B tokens", 1.5e9, BudgetUnit.Tokens)]
    [TestCase("1e6 tokens", 1e6, BudgetUnit.Tokens)]
    public void Budgets_are_read_and_written_back(string text, double amount, BudgetUnit unit)
    {
        Assert.That(Quantity.TryParseBudget(text, out Budget budget), Is.True);
        Assert.That(budget, Is.EqualTo(new Budget(amount, unit)));
        Assert.That(Quantity.TryParseBudget(budget.ToString(), out Budget again), Is.True);
        Assert.That(again, Is.EqualTo(budget));
    }

    [TestCase("")]
    [TestCase("120")]
    [TestCase("s")]
    [TestCase("-5s")]
    [TestCase("3M")]
    [TestCase("3M s")]
    [TestCase("0.5 steps")]
    [TestCase("10 steps 5 steps")]
    [TestCase("1h 5 steps")]
    [TestCase("1e400 tokens")]
    [TestCase("12 parsecs")]
    public void Amounts_without_a_known_unit_are_refused(string text) => Assert.That(Quantity.TryParseBudget(text, out _), Is.False);

    [TestCase("2MB", 2_000_000L, "2MB")]
    [TestCase("500 kB", 500_000L, "500kB")]
    [TestCase("1.5GB", 1_500_000_000L, "1.5GB")]
    [TestCase("64KiB", 65536L, "65.536kB")]
    [TestCase("123456789B", 123456789L, "123456.789kB")]
    public void Sizes_are_read_and_written_back(string text, long bytes, string written)
    {
        Assert.That(Quantity.TryParseBytes(text, out long read), Is.True);
        Assert.That(read, Is.EqualTo(bytes));
        Assert.That(Quantity.ByteSize(read), Is.EqualTo(written));
        Assert.That(Quantity.TryParseBytes(written, out long again) ? again : -1, Is.EqualTo(bytes));
    }

    [TestCase("2 apples")]
    [TestCase("2")]
    [TestCase("MB")]
    [TestCase("1e30 TB")]
    public void Sizes_without_a_known_unit_are_refused(string text) => Assert.That(Quantity.TryParseBytes(text, out _), Is.False);

    [Test]
    public void A_budget_of_tokens_is_worth_steps_rounded_up()
    {
        Assert.That(Budget.Tokens(1001).StepsFor(100), Is.EqualTo(11));
        Assert.That(Budget.Steps(7).StepsFor(100), Is.EqualTo(7));
        Assert.That(Budget.Seconds(7).StepsFor(100), Is.Null);
    }
}
