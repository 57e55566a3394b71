using PureLlm.Engine.Configuration;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Tests.Engine.Optimizers;

public class LearningRateScheduleTests
{
    private static LearningRateSchedule Schedule(ScheduleKind kind, long steps = 100, int warmup = 10, double final = 0.1, CooldownShape shape = CooldownShape.OneMinusSqrt) => new(
        new TrainSection { LearningRate = 1, MinLearningRate = Portion.Absolute(final), Schedule = kind, Warmup = Portion.Absolute(warmup), Cooldown = Portion.Share(0.2), CooldownShape = shape }, steps);

    [Test]
    public void Warm_up_learns_from_the_first_step_and_peaks_at_its_last([Values] ScheduleKind kind)
    {
        LearningRateSchedule schedule = Schedule(kind);
        for (int step = 0; step < 10; step++)
        {
            Assert.That(schedule.At(step), Is.EqualTo((step + 1) / 10.0).Within(1e-15));
        }
        Assert.That(schedule.At(10), Is.EqualTo(1.0));
    }

    [Test]
    public void Without_warm_up_the_first_step_is_at_the_peak([Values] ScheduleKind kind) =>
        Assert.That(Schedule(kind, warmup: 0).At(0), Is.EqualTo(1.0));

    [TestCase(10, 1.0)]
    [TestCase(55, 0.55)]
    [TestCase(100, 0.1)]
    public void Cosine_falls_from_the_peak_to_the_final_rate(long step, double expected) =>
        Assert.That(Schedule(ScheduleKind.Cosine).At(step), Is.EqualTo(expected).Within(1e-12));

    [TestCase(10, 1.0)]
    [TestCase(40, 0.7)]
    [TestCase(99, 0.11)]
    public void Linear_falls_in_a_straight_line(long step, double expected) =>
        Assert.That(Schedule(ScheduleKind.Linear).At(step), Is.EqualTo(expected).Within(1e-12));

    [TestCase(CooldownShape.OneMinusSqrt, 80, 1.0)]
    [TestCase(CooldownShape.OneMinusSqrt, 85, 0.55)]
    [TestCase(CooldownShape.Linear, 85, 0.775)]
    [TestCase(CooldownShape.Linear, 95, 0.325)]
    [TestCase(CooldownShape.Cosine, 90, 0.55)]
    public void Warmup_stable_decay_falls_over_its_last_fifth(CooldownShape shape, long step, double expected)
    {
        LearningRateSchedule schedule = Schedule(ScheduleKind.WarmupStableDecay, shape: shape);
        Assert.That(schedule.At(79), Is.EqualTo(1.0));
        Assert.That(schedule.At(step), Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Constant_stays_at_the_peak() =>
        Assert.That(Schedule(ScheduleKind.Constant).At(99), Is.EqualTo(1.0));

    [Test]
    public void Every_rate_is_positive_and_finite_whatever_the_length([Values] ScheduleKind kind, [Values(1, 2, 3, 17)] int steps, [Values(0, 1, 40)] int warmup)
    {
        LearningRateSchedule schedule = Schedule(kind, steps, warmup, final: 0);
        for (int step = 0; step < steps; step++)
        {
            Assert.That(schedule.At(step), Is.GreaterThan(0).And.LessThanOrEqualTo(1), $"step {step} of {steps}");
        }
    }
}
