using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training;

[TestFixture]
public sealed class TrainingPauseTests
{
    private static StepReport Step(long step) => new(step, 0, 0, 1, double.NaN, 1e-3, 1, 1);

    [Test, CancelAfter(20_000)]
    public void A_paused_run_stands_still_until_it_is_resumed()
    {
        using var pause = new TrainingPause();
        using var run = new EndlessRun(pause);
        Assert.That(pause.Pause(TimeSpan.FromSeconds(10)), Is.True);
        long seen = run.Steps;
        Thread.Sleep(50);
        Assert.Multiple(() =>
        {
            Assert.That(run.Steps, Is.EqualTo(seen));
            Assert.That(pause.StepsDone, Is.EqualTo(seen));
            Assert.That(pause.IsPaused);
        });
        pause.Resume();
        Assert.That(SpinWait.SpinUntil(() => run.Steps > seen + 10, 10_000), Is.True);
    }

    [Test]
    public void A_run_that_does_not_come_to_a_stop_is_not_held_later()
    {
        using var pause = new TrainingPause();
        Assert.That(pause.Pause(TimeSpan.FromMilliseconds(20)), Is.False);
        Assert.That(pause.WantsStep, Is.False);
        pause.OnStep(Step(1)); // returns at once
        Assert.That(pause.StepsDone, Is.EqualTo(1));
    }

    [Test, CancelAfter(20_000)]
    public void A_report_that_comes_late_does_not_hold_the_run()
    {
        using var pause = new TrainingPause();
        Assert.That(pause.WantsStep, Is.False);
        var looking = new Thread(() => pause.Pause(TimeSpan.FromSeconds(10)));
        looking.Start();
        bool late = false;
        var training = new Thread(() =>
        {
            pause.OnStep(Step(1)); // of a step before the one that the weights are of
            SpinWait.SpinUntil(() => pause.WantsStep);
            Volatile.Write(ref late, true);
            pause.OnStep(Step(2));
        });
        training.Start();
        looking.Join();
        Assert.That((Volatile.Read(ref late), pause.StepsDone, pause.IsPaused), Is.EqualTo((true, 2L, true)));
        pause.Resume();
        training.Join();
    }

    [Test, CancelAfter(30_000)]
    public void However_often_it_is_asked_and_resumed_it_stands_whenever_it_says_so()
    {
        using var pause = new TrainingPause();
        using var run = new EndlessRun(pause);
        for (int i = 0; i < 2000; i++)
        {
            Assert.That(pause.Pause(TimeSpan.FromSeconds(10)), Is.True);
            long seen = run.Steps;
            Thread.SpinWait(50);
            Assert.That(run.Steps, Is.EqualTo(seen), $"round {i}");
            pause.Resume();
        }
    }

    [Test, CancelAfter(20_000)]
    public void What_is_done_while_it_stands_is_done_before_it_goes_on()
    {
        using var pause = new TrainingPause();
        Assert.That(pause.WhileStanding(() => Assert.Fail("it runs")), Is.False);
        using var run = new EndlessRun(pause);
        Assert.That(pause.Pause(TimeSpan.FromSeconds(10)), Is.True);
        bool isDone = pause.WhileStanding(() =>
        {
            long seen = run.Steps;
            var other = new Thread(pause.Resume);
            other.Start();
            Assert.That(other.Join(50), Is.False, "who wants it to go on waits");
            Assert.That(run.Steps, Is.EqualTo(seen));
        });
        Assert.That(isDone);
        Assert.That(SpinWait.SpinUntil(() => !pause.IsPaused, 10_000), Is.True);
        pause.OnEnd(null!);
        Assert.That(pause.WhileStanding(() => Assert.Fail("it has ended")), Is.False);
    }

    /// <summary>A run that takes no time for a step and has no last one; ends when it is disposed of or the pause has ended.</summary>
    private sealed class EndlessRun : IDisposable
    {
        private readonly TrainingPause pause;
        private readonly Thread thread;
        private volatile bool stop;
        private long steps;

        public EndlessRun(TrainingPause pause)
        {
            this.pause = pause;
            thread = new Thread(() =>
            {
                while (!stop && !pause.HasEnded)
                {
                    _ = pause.WantsStep;
                    pause.OnStep(Step(Interlocked.Increment(ref steps)));
                }
            });
            thread.Start();
        }

        public long Steps => Volatile.Read(ref steps);

        public void Dispose()
        {
            stop = true;
            pause.Resume(); // a test that failed may have left it standing
            thread.Join();
        }
    }
}
