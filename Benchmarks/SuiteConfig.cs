using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using PureLlm.Benchmarks.Kernels;
using PureLlm.Kernels;

namespace PureLlm.Benchmarks;

/// <summary>What all suites share: rates, the share of the roofline and the error beside the times, and no width that this CPU would emulate.</summary>
internal static class SuiteConfig
{
    public static IConfig Create() => DefaultConfig.Instance
        .AddFilter(new SimpleFilter(benchmark => benchmark.Descriptor.WorkloadMethod.Name != nameof(KernelSuite.Vector512) || CpuFeatures.Detected == SimdWidth.Vector512))
        .AddColumn(
            new WorkColumn("GFLOP/s", "floating-point operations per second at the median time", (work, seconds) => Number(work.Operations / seconds / 1e9)),
            new WorkColumn("GB/s", "bytes that must move, per second at the median time", (work, seconds) => work.Operations > 0 ? "-" : Number(work.Bytes / seconds / 1e9)),
            new WorkColumn("% roof", "shortest possible time (multiply-adds in registers, or a copy of as many bytes, measured after the suite) over the median time", (work, seconds) => Number(100 * work.Roof(seconds))),
            new WorkColumn("Max error", "largest difference from float64, relative to the largest value", (work, _) => work.Error() is { } error ? error.ToString("0.0e-0", CultureInfo.InvariantCulture) : "-"))
        .AddExporter(JsonExporter.Brief)
        .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(60))
        .HideColumns(Column.Error, Column.RatioSD);

    private static string Number(double value) => double.IsFinite(value) && value > 0 ? value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) : "-";

    /// <summary>A number that follows from a benchmark's work and its median time.</summary>
    private sealed class WorkColumn(string name, string legend, Func<BenchmarkWork, double, string> value) : IColumn
    {
        public string Id => $"Work.{name}";

        public string ColumnName => name;

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => legend;

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            summary[benchmarkCase]?.ResultStatistics?.Median is double nanoseconds && BenchmarkWork.Of(benchmarkCase) is { } work ? value(work, nanoseconds / 1e9) : "-";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
    }
}
