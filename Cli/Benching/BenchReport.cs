using System.Text.Json;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>One fact: the samples of one variant of one thing at one size, in seconds per call.</summary>
internal sealed record BenchRow(string Name, string Variant, string Shape, int Threads, double[] Seconds)
{
    /// <summary>Rows with more spread than this are shown, but excluded from every conclusion.</summary>
    public const double MostVariation = 0.10;

    /// <summary>Floating-point operations of a call; 0 where bytes are what counts.</summary>
    public double Operations { get; init; }

    /// <summary>Bytes that a call must read and write; 0 where unknown.</summary>
    public double Bytes { get; init; }

    /// <summary>Tokens of a call; 0 where it has none.</summary>
    public double Tokens { get; init; }

    /// <summary>Of the ceiling measured in the same run; NaN: not held to one.</summary>
    public double Share { get; init; } = double.NaN;

    /// <summary>Times as fast as the baseline; NaN: there is none.</summary>
    public double Speedup { get; init; } = double.NaN;

    /// <summary>Noise floor of this comparison; a speed-up within it means nothing.</summary>
    public double Noise { get; init; }

    /// <summary>Largest error against float64, relative to the largest value; NaN: not checked.</summary>
    public double Error { get; init; } = double.NaN;

    /// <summary>The error that it may have; 16-bit operands have more.</summary>
    public double ErrorLimit { get; init; } = BenchReport.Tolerance;

    public double Median => field > 0 ? field : field = SampleStatistics.Median(Seconds);

    public double Variation => SampleStatistics.Variation(Seconds);

    public bool IsExcluded => Variation > MostVariation;

    /// <summary>False for a wrong result; the textbook, which adds up as it comes, is shown but not judged.</summary>
    public bool IsCorrect => Variant == KernelArm.TextbookName || double.IsNaN(Error) || Error <= ErrorLimit;

    public bool IsSameAsBaseline => Math.Abs(Speedup - 1) <= Noise;

    /// <summary>What makes two rows of two files the same thing.</summary>
    public (string, string, string, int) Key => (Name, Variant, Shape, Threads);
}

/// <summary>Rows of one run with where they were measured; written as JSON and read again by <c>bench compare</c>.</summary>
internal sealed record BenchReport(string Kind, IReadOnlyList<BenchRow> Rows)
{
    public const string Schema = "bench";

    /// <summary>Error against float64 that a kernel may have.</summary>
    public const double Tolerance = 2e-5;

    public string Cpu { get; init; } = CpuFeatures.Description;

    public string Runtime { get; init; } = ProductVersion.Runtime;

    public string Version { get; init; } = $"{ProductVersion.Number} {ProductVersion.Commit}";

    /// <summary>Multiply-add ceiling in operations per second; 0 where it was not needed.</summary>
    public double Peak { get; init; }

    /// <summary>The same measured between the rows' samples; 0 where it was not needed.</summary>
    public double Sustained { get; init; }

    /// <summary>The median noise floor of the comparisons.</summary>
    public double Noise => SampleStatistics.Median([.. Rows.Where(row => row.Noise > 0).Select(row => row.Noise)]);

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("kind", Kind);
        json.WriteString("cpu", Cpu);
        json.WriteString("runtime", Runtime);
        json.WriteString("version", Version);
        json.WriteNumber("peak_flops", Peak);
        json.WriteNumber("sustained_flops", Sustained);
        Number(json, "noise", Noise);
        json.WriteStartArray("rows");
        foreach (BenchRow row in Rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Name);
            json.WriteString("variant", row.Variant);
            json.WriteString("shape", row.Shape);
            json.WriteNumber("threads", row.Threads);
            Number(json, "median_seconds", row.Median);
            Number(json, "variation", row.Variation);
            Number(json, "operations", row.Operations);
            Number(json, "bytes", row.Bytes);
            Number(json, "tokens", row.Tokens);
            Number(json, "share_of_ceiling", row.Share);
            Number(json, "speedup", row.Speedup);
            Number(json, "noise", row.Noise);
            Number(json, "error", row.Error);
            json.WriteBoolean("ok", row.IsCorrect);
            json.WriteBoolean("excluded", row.IsExcluded);
            json.WriteStartArray("seconds");
            foreach (double x in row.Seconds) { json.WriteNumberValue(x); }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="WriteJson"/> wrote.</summary>
    /// <exception cref="CliException">It is no such file.</exception>
    public static BenchReport Read(string path, string shown)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement root = document.RootElement;
            string schema = root.GetProperty("schema").GetString() ?? "";
            if (schema != $"pure-llm/{Schema}/1") { throw new CliException(ExitCode.Input, $"{shown} holds '{schema}', not pure-llm/{Schema}/1", "pure-llm bench kernel --json > a.json"); }
            BenchRow[] rows = [.. root.GetProperty("rows").EnumerateArray().Select(ReadRow)];
            return new BenchReport(Text(root, "kind"), rows) { Cpu = Text(root, "cpu"), Runtime = Text(root, "runtime"), Version = Text(root, "version"), Peak = Value(root, "peak_flops"), Sustained = root.TryGetProperty("sustained_flops", out _) ? Value(root, "sustained_flops") : 0 };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CliException(ExitCode.Input, $"{shown} is no result of pure-llm bench … --json: {error.Message}", "pure-llm bench kernel --json > a.json");
        }
    }

    private static BenchRow ReadRow(JsonElement row) => new(Text(row, "name"), Text(row, "variant"), Text(row, "shape"), row.GetProperty("threads").GetInt32(), [.. row.GetProperty("seconds").EnumerateArray().Select(x => x.GetDouble())])
    {
        Operations = Value(row, "operations"),
        Bytes = Value(row, "bytes"),
        Tokens = Value(row, "tokens"),
        Share = Value(row, "share_of_ceiling"),
        Speedup = Value(row, "speedup"),
        Noise = Value(row, "noise"),
        Error = Value(row, "error"),
    };

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static double Value(JsonElement element, string name) => element.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) { json.WriteNumber(name, value); }
        else { json.WriteNull(name); }
    }
}
