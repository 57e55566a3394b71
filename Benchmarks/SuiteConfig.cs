using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PureLlm.Benchmarks.Kernels;
using PureLlm.Cli.Benching;
using PureLlm.Kernels;

namespace PureLlm.Benchmarks;

/// <summary>What all suites share: rates beside the times, and no width that this CPU would emulate.</summary>
internal static class SuiteConfig
{
    public static IConfig Create() => DefaultConfig.Instance
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator())
        .AddFilter(new SimpleFilter(benchmark => benchmark.Descriptor.WorkloadMethod.Name != nameof(KernelSuite.Vector512) || CpuFeatures.Detected == SimdWidth.Vector512))
        .AddColumn(new RateColumn("GFLOP/s", kernel => kernel.Operations), new RateColumn("GB/s", kernel => kernel.Operations > 0 ? 0 : kernel.Bytes))
        .HideColumns(Column.Error, Column.RatioSD);

    /// <summary>A kernel's work over its median time.</summary>
    private sealed class RateColumn(string name, Func<KernelCase, double> work) : IColumn
    {
        public string Id => $"Rate.{name}";

        public string ColumnName => name;

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => $"{name} at the median time";

        public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(benchmark => Kernel(benchmark) is not null);

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            Kernel(benchmarkCase) is { } kernel && work(kernel) > 0 && summary[benchmarkCase]?.ResultStatistics?.Median is double nanoseconds
                ? (work(kernel) / nanoseconds).ToString("0.00", CultureInfo.InvariantCulture) : "-";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        private static KernelCase? Kernel(BenchmarkCase benchmark) => KernelCases.All.FirstOrDefault(kernel => KernelSuite.NameOf(kernel) == benchmark.Parameters[nameof(KernelSuite.Kernel)] as string);
    }
}
