using System.CommandLine;
using System.Globalization;
using PureLlm.Cli.Benching;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench model MODEL</c>: prompt and generation speed in llama-bench's layout.</summary>
public sealed class BenchModelCommand : CliCommand
{
    private readonly BenchOptions options = new();
    private readonly ModelInput input = new();
    private readonly Option<int> prompt = new("--prompt") { Description = "tokens of the prompt (512)", HelpName = "N", DefaultValueFactory = _ => 512 };
    private readonly Option<int> written = new("--written") { Description = "tokens written (128)", HelpName = "N", DefaultValueFactory = _ => 128 };
    private readonly Option<int> repetitions = new("--repetitions") { Description = "times that each is measured (5)", HelpName = "N", DefaultValueFactory = _ => 5 };

    public BenchModelCommand() : base("model", "prompt and generation, tokens/s")
    {
        input.AddTo(this);
        foreach (Option option in new Option[] { prompt, written, repetitions }) { Options.Add(option); }
        options.AddTo(this, hasLength: false);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm bench model runs/tiny", "pp and tg, as far as the context reaches")];

    public override int Run(CommandContext context)
    {
        BenchFormat format = options.Format(context);
        if (context.Get(prompt) < 1 || context.Get(written) < 1 || context.Get(repetitions) < 1) { throw new CliException(ExitCode.Usage, "bench model: --prompt, --written and --repetitions must be 1 or more"); }
        string folder = input.Folder(context), name = context.Get(input.Model)!.TrimEnd('/', '\\');
        int threads = context.Threads ?? Environment.ProcessorCount;
        using Backend backend = context.CreateBackend(threads);
        using LanguageModel model = ModelInput.Read(folder, backend).Model;
        BenchReport report = new("model", ModelBench.Run(model, backend, name, threads, context.Get(prompt), context.Get(written), context.Get(repetitions)));
        BenchOptions.Write(context, format, report, () => Table(report.Rows, model, backend.Name));
        return ExitCode.Ok;
    }

    private static BenchTable Table(IReadOnlyList<BenchRow> rows, LanguageModel model, string backend)
    {
        BenchTable table = new(("model", false), ("size", true), ("params", true), ("backend", false), ("threads", true), ("test", true), ("t/s", true));
        foreach (BenchRow row in rows)
        {
            double[] rates = Array.ConvertAll(row.Seconds, seconds => row.Tokens / seconds);
            table.Add(row.Name, Numbers.Bytes(sizeof(float) * (double)model.ParameterCount), Numbers.Short(model.ParameterCount), backend, $"{row.Threads}", row.Variant, string.Create(CultureInfo.InvariantCulture, $"{rates.Average():0.00} ± {SampleStatistics.Deviation(rates):0.00}"));
        }
        return table;
    }
}
