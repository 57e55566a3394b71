using System.CommandLine;
using PureLlm.Engine.Inference;

namespace PureLlm.Cli.Commands;

/// <summary>How text is drawn, on a command line.</summary>
internal sealed class SamplingInput
{
    private readonly Option<int> tokens = new("--tokens", "-n") { Description = "most tokens to write (200)", HelpName = "N", DefaultValueFactory = _ => 200 };
    private readonly Option<double> temperature = new("--temp") { Description = "below 1 is safer, above 1 is wilder (0.8)", HelpName = "T", DefaultValueFactory = _ => 0.8 };
    private readonly Option<bool> greedy = new("--greedy") { Description = "always the likeliest token: --temp 0" };
    private readonly Option<int> topK = new("--top-k") { Description = "only the K likeliest tokens", HelpName = "K" };
    private readonly Option<double> topP = new("--top-p") { Description = "only the likeliest with this share together", HelpName = "P", DefaultValueFactory = _ => 1 };
    private readonly Option<double> minP = new("--min-p") { Description = "only those this likely, relative to the likeliest", HelpName = "P" };
    private readonly Option<double> penalty = new("--repetition-penalty") { Description = "above 1 avoids what was said", HelpName = "X", DefaultValueFactory = _ => 1 };
    private readonly Option<string[]> stop = new("--stop") { Description = "end before this text; may be given again", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { tokens, temperature, greedy, topK, topP, minP, penalty, stop })
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="CliException">A value is out of its range.</exception>
    public SamplingOptions Read(CommandContext context)
    {
        if (context.Seed < 0)
        {
            throw new CliException(ExitCode.Usage, $"--seed {context.Seed}: give 0 or more");
        }
        var options = new SamplingOptions
        {
            MaxTokens = context.Get(tokens),
            Temperature = context.Get(greedy) ? 0 : context.Get(temperature),
            TopK = context.Get(topK),
            TopP = context.Get(topP),
            MinP = context.Get(minP),
            RepetitionPenalty = context.Get(penalty),
            Stop = context.Get(stop) ?? [],
            Seed = (ulong)(context.Seed ?? 1),
        };
        Check(options);
        return options;
    }

    /// <exception cref="CliException">A value is out of its range.</exception>
    public static void Check(SamplingOptions options)
    {
        try
        {
            options.Check();
        }
        catch (ArgumentException error)
        {
            throw new CliException(ExitCode.Usage, error.Message);
        }
    }
}
