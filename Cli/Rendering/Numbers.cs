using System.Globalization;

namespace PureLlm.Cli.Rendering;

/// <summary>Numbers as people read them; always with a point and the same digits on every system.</summary>
internal static class Numbers
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>"0.615"; "–" for what was not measured.</summary>
    public static string Loss(double value) => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? (value > 0 ? "∞" : "-∞") : value.ToString(Math.Abs(value) < 1000 ? "0.000" : "0.00e+0", Invariant);

    /// <summary>"0.615", "nan", "inf": for lines that programs read.</summary>
    public static string Field(double value, string format = "0.000") => double.IsNaN(value) ? "nan" : double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf") : value.ToString(format, Invariant);

    /// <summary>"6.0e-03".</summary>
    public static string Rate(double value) => Field(value, "0.0e+00");

    /// <summary>Two significant digits, as a configuration spells them: "170", "0.002".</summary>
    public static string Rounded(double value) => double.Parse(value.ToString("G2", Invariant), Invariant).ToString("R", Invariant);

    /// <summary>"145,408".</summary>
    public static string Count(long value) => value.ToString("N0", Invariant);

    /// <summary>"22.3 k", "2.5 M".</summary>
    public static string Short(double value) => !double.IsFinite(value) ? "–"
        : value >= 1e9 ? $"{(value / 1e9).ToString("0.0", Invariant)} G"
        : value >= 1e6 ? $"{(value / 1e6).ToString("0.0", Invariant)} M"
        : value >= 1e3 ? $"{(value / 1e3).ToString("0.0", Invariant)} k"
        : value.ToString("0", Invariant);

    /// <summary>"57s", "4m12s", "3h05m".</summary>
    public static string Time(double seconds) => !double.IsFinite(seconds) ? "–"
        : seconds < 100 ? $"{seconds.ToString("0", Invariant)}s"
        : seconds < 6000 ? $"{(int)seconds / 60}m{((int)seconds % 60).ToString("00", Invariant)}s"
        : $"{(int)seconds / 3600}h{((int)seconds / 60 % 60).ToString("00", Invariant)}m";

    /// <summary>"1.3 MB".</summary>
    public static string Bytes(double bytes) => bytes >= 1e9 ? $"{(bytes / 1e9).ToString("0.0", Invariant)} GB" : bytes >= 1e6 ? $"{(bytes / 1e6).ToString("0.0", Invariant)} MB" : $"{(bytes / 1e3).ToString("0", Invariant)} kB";
}
