using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Cli.Devices;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Kernels.Devices;

namespace PureLlm.Cli.Benching.Gpu;

/// <summary>One operation's example on the device and on the CPU, or why it could not be compared.</summary>
internal sealed record GpuOperation(string Name, OpConformanceResult? Result, string Failure)
{
    public bool IsOk => Result?.Passes() == true;
}

/// <summary>What has to be known the first time on a GPU, in an order in which each part rests on the one before. A part that fails is noted, and the next one runs.</summary>
internal sealed class GpuChecklist(DeviceChoice devices, DeviceInfo device, TimingBudget budget, IReadOnlyCollection<string> parts, Action<string> note)
{
    /// <summary>The parts, in their order, with what they show.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Parts { get; } =
    [
        ("kernels", "every kernel as PTX in a folder"),
        ("ops", "every operation against the CPU"),
        ("products", "matrix products: our kernel, the vendor's library"),
        ("launch", "what a launch costs"),
        ("memory", "bandwidth against copying"),
        ("losses", "training steps beside the CPU's"),
        ("speed", "tokens/s of a GPT of 124M"),
    ];

    private static readonly (string Name, DeviceOptions Options, double Tolerance)[] s_arithmetics =
    [
        ("ilgpu float32", new(DeviceGemm.Ilgpu), 2e-5),
        ("ilgpu tf32", new(DeviceGemm.Ilgpu, DevicePrecision.TensorFloat32), 5e-3),
        ("ilgpu bf16", new(DeviceGemm.Ilgpu, DevicePrecision.BFloat16), 4e-2),
        ("cublas float32", new(DeviceGemm.Cublas), 2e-5),
        ("cublas tf32", new(DeviceGemm.Cublas, DevicePrecision.TensorFloat32), 5e-3),
        ("cublas bf16", new(DeviceGemm.Cublas, DevicePrecision.BFloat16), 4e-2),
    ];

    // An emulation's warps are not those of tensor cores.
    private IEnumerable<(string Name, DeviceOptions Options, double Tolerance)> Arithmetics =>
        s_arithmetics.Where(item => !device.IsEmulated || item.Options.Gemm == DeviceGemm.Cublas || item.Options.Precision == DevicePrecision.Float32);

    private readonly GpuSizes sizes = device.IsEmulated ? GpuSizes.Emulated : GpuSizes.Full;

    /// <summary>Number of steps of the part "losses"; 0: what suits the device.</summary>
    public int Steps { get; init; }

    /// <summary>Whether training steps are timed on an emulation too: that tries the code, and the times mean nothing.</summary>
    public bool TimesEmulation { get; init; }

    /// <summary>Operations whose name holds this.</summary>
    public string Filter { get; init; } = "";

    public KernelDump? Kernels { get; private set; }

    public List<GpuOperation> Operations { get; } = [];

    /// <summary>Times of products, launches, memory and training steps.</summary>
    public List<BenchRow> Rows { get; } = [];

    public LossComparison? Losses { get; private set; }

    /// <summary>What went wrong, a sentence each; empty: everything that was asked for holds.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>What could not be tried, and is no failure.</summary>
    public List<string> Skipped { get; } = [];

    public void Run(string architecture, string folder)
    {
        Part("kernels", () =>
        {
            Kernels = KernelDump.Write(devices.Plugin, architecture, folder);
            if (Kernels.Unresolved.Count > 0) { Failures.Add($"kernels: {Kernels.Unresolved.Count} call functions that no one has: {string.Join(", ", Kernels.Unresolved)}"); }
        });
        Part("ops", CompareOperations);
        Part("products", MeasureProducts);
        Part("launch", () => With(new DeviceOptions(), backend => Rows.AddRange(GpuMemory.Launch(backend, device.IsEmulated))));
        Part("memory", () => With(new DeviceOptions(), backend => AddEach(GpuMemory.Run(backend, sizes, budget))));
        Part("losses", () => With(new DeviceOptions(), backend =>
        {
            Losses = LossComparison.Run(backend, sizes, Steps > 0 ? Steps : sizes.ComparedSteps);
            if (!(Losses.Worst <= LossComparison.Tolerance)) { Failures.Add(FormattableString.Invariant($"losses: they differ from the CPU's by {Losses.Worst:0.0e+00} within {LossComparison.HeldSteps} steps, more than {LossComparison.Tolerance:0.0e+00}")); }
        }));
        Part("speed", MeasureSpeed);
    }

    private void CompareOperations()
    {
        using var cpu = new CpuBackend();
        Backend? backend = null;
        try
        {
            foreach ((Type declarer, OpExample example) in OpCatalog.Examples)
            {
                string name = $"{declarer.Name} {example.Label}".TrimEnd();
                if (!name.Contains(Filter, StringComparison.OrdinalIgnoreCase)) { continue; }
                try
                {
                    backend ??= devices.Open(device, new DeviceOptions());
                    Operations.Add(new GpuOperation(name, OpConformance.Run(backend, cpu, example), ""));
                }
                catch (Exception error) when (error is not CliException)
                {
                    Operations.Add(new GpuOperation(name, null, Describe(error)));
                    Discard(ref backend); // a fault on a device ends its context: the next operation gets a new one
                }
            }
        }
        finally
        {
            Discard(ref backend);
        }
        if (Operations.Count(item => !item.IsOk) is > 0 and int wrong) { Failures.Add($"ops: {wrong} of {Operations.Count} differ from the CPU or fail"); }
    }

    private void MeasureProducts()
    {
        foreach ((string name, DeviceOptions options, double tolerance) in Arithmetics)
        {
            Try(name, options, backend =>
            {
                AddEach(GpuProducts.Run(backend, name, sizes, tolerance, budget));
                foreach (BenchRow wrong in Rows.Where(row => row.Variant == name && !row.IsCorrect)) { Failures.Add(FormattableString.Invariant($"products: {wrong.Name} of {name} is wrong by {wrong.Error:0.0e+00}")); }
            });
        }
    }

    private void MeasureSpeed()
    {
        if (device.IsEmulated && !TimesEmulation)
        {
            Skipped.Add("speed: an emulation is not timed; --emulated tries the code of this part");
            return;
        }
        RunConfig config = sizes.Timed;
        foreach ((string name, DeviceOptions options, _) in Arithmetics)
        {
            Try(name, options, backend =>
            {
                using StepRun run = new(name, backend, config, sizes.TimedVocabulary);
                for (int i = -2; i < sizes.TimedSteps; i++)   // two to warm up
                {
                    if (i == 0) { run.Forget(); }
                    run.Step();
                }
                Rows.AddRange(StepRun.Phases.Select((phase, i) => new BenchRow($"train {config.Run.Name} {phase}", device.IsEmulated ? $"{name}, emulated" : name, run.Shape, 0, [.. run.Seconds[i]]) { Tokens = phase == "step" ? run.Tokens : 0, Operations = phase == "step" ? run.Operations : 0 }));
            });
        }
    }

    /// <summary>One way of multiplying; where the library for it is not there, that is said and nothing more.</summary>
    private void Try(string name, DeviceOptions options, Action<Backend> body)
    {
        note($"  {name}");
        try
        {
            With(options, body);
        }
        catch (CliException missing) when (missing.Cause is DeviceException)
        {
            Skipped.Add($"{name}: {missing.Message}");
        }
        catch (Exception error) when (error is not CliException)
        {
            Failures.Add($"{name}: {Describe(error)}");
        }
    }

    private void AddEach(IEnumerable<BenchRow> rows)
    {
        foreach (BenchRow row in rows) { Rows.Add(row); } // those before a failure are kept
    }

    private void With(DeviceOptions options, Action<Backend> body)
    {
        Backend? backend = devices.Open(device, options);
        try
        {
            body(backend);
        }
        finally
        {
            Discard(ref backend);
        }
    }

    private void Part(string name, Action body)
    {
        if (!parts.Contains(name)) { return; }
        note($"{name}: {Parts.First(part => part.Name == name).Meaning}");
        try
        {
            body();
        }
        catch (Exception error)
        {
            Failures.Add($"{name}: {Describe(error)}");
        }
    }

    /// <summary>Closes a device; one that failed may also fail at that.</summary>
    private void Discard(ref Backend? backend)
    {
        try
        {
            backend?.Dispose();
        }
        catch (Exception error) when (error is not CliException)
        {
            Skipped.Add($"closing the device failed: {Describe(error)}");
        }
        backend = null;
    }

    private static string Describe(Exception error) => error is CliException or DeviceException ? error.Message : $"{error.GetType().Name}: {error.Message}";
}
