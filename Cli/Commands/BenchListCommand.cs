using PureLlm.Cli.Benching;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench list</c>: what there is to measure, and the variants that this CPU has.</summary>
public sealed class BenchListCommand() : CliCommand("list", "kernels, shapes, and the widths of this CPU")
{
    public override int Run(CommandContext context)
    {
        context.RequireCpu("bench list");
        (string Name, string Method, string[] Shapes)[] kernels = [.. KernelCases.All.GroupBy(kernel => (kernel.Name, kernel.Method)).Select(group => (group.Key.Name, group.Key.Method, group.Select(kernel => kernel.Shape).ToArray()))];
        if (context.Json)
        {
            context.WriteJson("bench-list", json =>
            {
                json.WriteString("cpu", CpuFeatures.Description);
                json.WriteStartArray("variants");
                foreach (string variant in KernelBench.Variants) { json.WriteStringValue(variant); }
                json.WriteEndArray();
                json.WriteStartArray("kernels");
                foreach ((string name, string method, string[] shapes) in kernels)
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteString("method", method);
                    json.WriteStartArray("shapes");
                    Array.ForEach(shapes, json.WriteStringValue);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return ExitCode.Ok;
        }
        BenchTable table = new(("kernel", false), ("backend call", false), ("shapes", false));
        foreach ((string name, string method, string[] shapes) in kernels) { table.Add(name, method, string.Join(", ", shapes)); }
        table.Write(context, BenchFormat.Text);
        context.Out.WriteLine();
        context.Out.WriteLine(context.Style.Plain($"variants  {string.Join(", ", KernelBench.Variants)}   ({CpuFeatures.Description})"));
        return ExitCode.Ok;
    }
}
