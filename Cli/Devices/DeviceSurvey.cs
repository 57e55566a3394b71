using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Kernels.Devices;

namespace PureLlm.Cli.Devices;

/// <summary>What can be computed on besides the processor, and why something cannot.</summary>
/// <param name="Place">Where a plug-in was looked for.</param>
/// <param name="Plugin">What it stands on; null: there is none that works.</param>
/// <param name="Devices">What can be opened, the best first.</param>
/// <param name="Problems">Why something was not found, a sentence each.</param>
internal sealed record DeviceSurvey(PluginPlace Place, string? Plugin, IReadOnlyList<DeviceInfo> Devices, IReadOnlyList<string> Problems)
{
    /// <summary>Who multiplies matrices on each device, in the order of <see cref="Devices"/>; empty where no one asked.</summary>
    public IReadOnlyList<string> Products { get; init; } = [];

    /// <summary>The GPUs, without what only emulates one.</summary>
    public IEnumerable<DeviceInfo> Gpus => Devices.Where(device => !device.IsEmulated);

    /// <summary>Why no GPU can be used, in one text.</summary>
    public string Reasons => Problems.Count > 0 ? string.Join("; ", Problems) : "the plug-in names no GPU and no reason";

    /// <summary>Asks the plug-in, if there is one.</summary>
    public static DeviceSurvey Of(PluginPlace place, DevicePlugin? plugin)
    {
        if (plugin is null) { return new(place, null, [], [$"no GPU plug-in: {place.Path} is not there, and {PluginPlace.Variable} is not set; it is made with: {PluginLoader.Publish}"]); }
        try
        {
            DeviceReport report = plugin.Find();
            return new(place, plugin.Description, report.Devices, report.Problems);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw PluginLoader.Explained(place, error);
        }
    }

    /// <summary>A plug-in that cannot be used is one of the problems here.</summary>
    public static DeviceSurvey Broken(PluginPlace place, CliException error) => new(place, null, [], [$"{error.Message}; {string.Join("; ", error.Help)}"]);

    /// <summary>Lines for people: the plug-in, each device, each problem.</summary>
    public IEnumerable<string> Lines()
    {
        for (int i = 0; i < Devices.Count; i++)
        {
            DeviceInfo device = Devices[i];
            yield return $"{device.Id}: {device.Name}, {Numbers.Bytes(device.MemoryBytes)}; {device.Details}";
            if (i < Products.Count && Products[i].Length > 0) { yield return $"{device.Id}: {Products[i]}"; }
        }
        foreach (string problem in Problems) { yield return $"not found: {problem}"; }
        if (Plugin is not null) { yield return $"{Plugin}, from {Place.Shown}"; }
    }

    /// <summary>The same for programs: "devices".</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("devices");
        json.WriteString("plugin", Plugin);
        json.WriteString("place", Place.Path);
        json.WriteStartArray("found");
        for (int i = 0; i < Devices.Count; i++)
        {
            DeviceInfo device = Devices[i];
            json.WriteStartObject();
            json.WriteString("id", device.Id);
            json.WriteString("name", device.Name);
            json.WriteNumber("memory_bytes", device.MemoryBytes);
            json.WriteString("details", device.Details);
            json.WriteBoolean("emulated", device.IsEmulated);
            if (i < Products.Count) { json.WriteString("products", Products[i]); }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (string problem in Problems) { json.WriteStringValue(problem); }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
