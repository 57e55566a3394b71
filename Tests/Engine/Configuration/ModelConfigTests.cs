using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Engine.Configuration;

public class ModelConfigTests
{
    [Test]
    public void Unset_numbers_follow_from_the_others_and_resolving_fixes_them()
    {
        var model = new ModelConfig { Width = 96, Heads = 6, Layers = 3 };
        Assert.That((model.KeyValueHeads, model.HeadSize, model.MlpWidth, model.EncoderLayers), Is.EqualTo((6, 16, 384, 3)));
        Assert.That((model with { Heads = 3 }).KeyValueHeads, Is.EqualTo(3));
        Assert.That((model.Resolve() with { Heads = 3 }).KeyValueHeads, Is.EqualTo(6));
    }

    [TestCase(288, 32, 768)]
    [TestCase(64, 32, 192)]
    [TestCase(4096, 256, 11008)]
    public void A_gated_feed_forward_has_two_thirds_rounded_up(int width, int multipleOf, int expected) =>
        Assert.That(new ModelConfig { Width = width, Mlp = MlpKind.Swiglu, MlpMultipleOf = multipleOf }.MlpWidth, Is.EqualTo(expected));

    [Test]
    public void Rotary_dimensions_are_even()
    {
        var model = new ModelConfig { Position = PositionKind.Rope, HeadSize = 20, RopeFraction = 0.25 };
        Assert.That(model.RopeDimensions, Is.EqualTo(4));
        Assert.That((model with { RopeFraction = 1 }).RopeDimensions, Is.EqualTo(20));
        Assert.That((model with { Position = PositionKind.Learned }).RopeDimensions, Is.Zero);
    }

    [Test]
    public void Schedule_lengths_stay_inside_the_run()
    {
        var train = new TrainSection { Warmup = Portion.Share(0.1), Cooldown = Portion.Share(0.2) };
        Assert.That((train.WarmupSteps(1000), train.CooldownSteps(1000)), Is.EqualTo((100, 200)));
        var longer = new TrainSection { Warmup = Portion.Absolute(40), Cooldown = Portion.Share(1) };
        Assert.That((longer.WarmupSteps(10), longer.CooldownSteps(10)), Is.EqualTo((10, 0)));
        Assert.That(longer.CooldownSteps(100), Is.EqualTo(60));
    }

    [Test]
    public void Momentum_follows_the_optimizer_until_it_is_set()
    {
        Assert.That(new TrainSection { Optimizer = OptimizerKind.Sgd }.Momentum, Is.EqualTo(0.9));
        Assert.That(new TrainSection { Optimizer = OptimizerKind.Muon }.Momentum, Is.EqualTo(0.95));
        Assert.That(new TrainSection { Optimizer = OptimizerKind.Muon, Momentum = 0 }.Momentum, Is.Zero);
    }

    [Test]
    public void Records_with_equal_lists_are_equal()
    {
        (RunConfig one, RunConfig other) = (new(), new());
        Assert.That(one, Is.EqualTo(other));
        (DataSection first, DataSection second) = (new() { Source = ["a", "b"] }, new() { Source = ["a", "b"] });
        Assert.That(first, Is.EqualTo(second));
        Assert.That(first.GetHashCode(), Is.EqualTo(second.GetHashCode()));
        Assert.That(first, Is.Not.EqualTo(new DataSection { Source = ["a", "c"] }));
        Assert.That(new DataSection { Source = ["stories"] }.Generator, Is.EqualTo("stories"));
        Assert.That(new DataSection { Source = ["stories", "a.txt"] }.Generator, Is.Null);
    }
}
