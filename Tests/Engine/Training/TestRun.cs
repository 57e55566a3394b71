using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Training;

/// <summary>A run of 20 steps that takes a few milliseconds, in a folder of its own that goes away.</summary>
internal sealed class TestRun : IDisposable
{
    private const string Toml = """
        version = 1
        [run]
        seed = 5
        [data]
        source = "sort"
        size = "8kB"
        val = 0.1
        [tokenizer]
        kind = "chars"
        [model]
        layers = 1
        width = 16
        heads = 2
        context = 17
        dropout = 0.1
        [train]
        budget = "20 steps"
        batch = 4
        accumulate = 2
        warmup = "4 steps"
        [eval]
        every = "5 steps"
        batches = 2
        scores = false
        sample = { prompt = "abcd=", tokens = 4, temperature = 0.8 }
        [checkpoint]
        every = "5 steps"
        keep = 3
        [break]
        on = ["nan"]
        """;

    // Memory where the system has such a folder: these tests flush thousands of files.
    private static readonly string Temporary = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private readonly string root = Path.Combine(Temporary, $"pure-llm-run-{Guid.NewGuid():N}");

    public TestRun(params string[] overrides)
    {
        Config = Parse(overrides);
        Folder = Path.Combine(root, "test");
        Directory.CreateDirectory(root);
    }

    public LoadedConfig Config { get; set; }

    public string Folder { get; }

    public List<StepReport> Steps { get; } = [];

    /// <summary>Told of every step, too.</summary>
    public Action<StepReport>? Observer { get; set; }

    public List<string> Notices { get; } = [];

    public TrainingPlan? Plan { get; private set; }

    public static LoadedConfig Parse(params string[] overrides) => ConfigLoader.Parse("test.toml", Toml, overrides.Select(text => new ConfigOverride(text)));

    /// <summary>Trains from the start; asks to stop once <paramref name="stopAfter"/> steps are done.</summary>
    public TrainingResult Train(long stopAfter = long.MaxValue, int threads = 1, bool overwrite = false, Disk? disk = null)
    {
        using var backend = new CpuBackend(threads);
        return Train(backend, stopAfter, overwrite, disk);
    }

    /// <summary>The same on any backend.</summary>
    public TrainingResult Train(Backend backend, long stopAfter = long.MaxValue, bool overwrite = false, Disk? disk = null)
    {
        var stop = new StopRequest();
        using TrainingRun run = disk is null
            ? TrainingRun.Start(Config, backend, Folder, overwrite, Watch(stop, stopAfter))
            : TrainingRun.Start(Config, backend, RunFolder.Create(Folder, overwrite, disk), [Watch(stop, stopAfter)]);
        return run.Execute(stop);
    }

    public TrainingResult Resume(long stopAfter = long.MaxValue, LoadedConfig? wanted = null)
    {
        using var backend = new CpuBackend(1);
        return Resume(backend, stopAfter, wanted);
    }

    /// <summary>The same on any backend.</summary>
    public TrainingResult Resume(Backend backend, long stopAfter = long.MaxValue, LoadedConfig? wanted = null)
    {
        var stop = new StopRequest();
        using TrainingRun run = TrainingRun.Resume(Folder, backend, wanted, Watch(stop, stopAfter));
        return run.Execute(stop);
    }

    public string[] MetricsLines() => File.ReadAllLines(Path.Combine(Folder, "metrics.jsonl"));

    public string[] Checkpoints() => [.. Directory.GetDirectories(Path.Combine(Folder, "checkpoints")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    public string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public void Dispose() => Directory.Delete(root, recursive: true);

    private Recorder Watch(StopRequest stop, long stopAfter) => new(this, stop, stopAfter);

    private sealed class Recorder(TestRun run, StopRequest stop, long stopAfter) : ITrainingObserver
    {
        public void OnStart(TrainingPlan plan) => run.Plan = plan;

        public void OnStep(in StepReport report)
        {
            run.Steps.Add(report);
            run.Observer?.Invoke(report);
            if (report.Step >= stopAfter)
            {
                stop.Request();
            }
        }

        public void OnNotice(string message) => run.Notices.Add(message);
    }
}
