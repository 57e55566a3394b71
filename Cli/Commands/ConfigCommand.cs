using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Cli.Commands;

/// <summary><c>config check | show | explain | schema</c>.</summary>
public static class ConfigCommand
{
    public static CliCommand Create() => new CommandGroup("config", "check, show or explain a configuration", new Check(), new Show(), new Explain(), new Schema());

    private sealed class Check : CliCommand
    {
        private readonly ConfigInput input = new();

        public Check() : base("check", "find all mistakes in a configuration") => input.AddTo(this);

        public override int Run(CommandContext context)
        {
            LoadedConfig loaded = input.Load(context, []);
            if (context.Json)
            {
                context.WriteJson("config-check", json => json.WriteBoolean("ok", true));
                return ExitCode.Ok;
            }
            int written = loaded.Entries.Count(entry => entry.Origin.Source is ConfigSource.File or ConfigSource.Override);
            context.Out.WriteLine(context.Style.Plain($"{loaded.Name}: {context.Style.Green("fine")} ({written} keys written, {ConfigSchema.Keys.Count - written} by default)"));
            return ExitCode.Ok;
        }
    }

    private sealed class Show : CliCommand
    {
        private readonly ConfigInput input = new();

        public Show() : base("show", "every value and where it came from") => input.AddTo(this);

        public override IReadOnlyList<(string, string)> Examples => [("pure-llm config show tiny.toml --set train.lr=3e-3", "as train would see it")];

        public override int Run(CommandContext context)
        {
            LoadedConfig loaded = input.Load(context, []);
            if (!context.Json)
            {
                foreach (string line in loaded.ToToml().TrimEnd('\n').Split('\n'))
                {
                    int comment = line.IndexOf(" # ", StringComparison.Ordinal);
                    context.Out.WriteLine(comment < 0 ? line : line[..comment] + context.Style.Dim(line[comment..]));
                }
                return ExitCode.Ok;
            }
            context.WriteJson("config", json =>
            {
                json.WriteStartObject("values");
                foreach ((ConfigKey key, string value, ConfigOrigin origin) in loaded.Entries)
                {
                    json.WriteStartObject(key.Path);
                    json.WriteString("toml", value);
                    json.WriteString("origin", origin.Text);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
            });
            return ExitCode.Ok;
        }
    }

    private sealed class Explain : CliCommand
    {
        private readonly Argument<string?> key = new("key") { Description = "a key (train.lr, lr) or a table (train)", Arity = ArgumentArity.ZeroOrOne };

        public Explain() : base("explain", "what a key means, takes and defaults to")
        {
            key.CompletionSources.Add([.. ConfigSchema.Keys.Select(item => item.Path)]);
            Arguments.Add(key);
        }

        public override int Run(CommandContext context)
        {
            if (context.Get(key) is not { } name)
            {
                foreach (ConfigTable table in ConfigSchema.Tables)
                {
                    context.Out.WriteLine(context.Style.Plain($"  {context.Style.Cyan($"[{table.Path}]".PadRight(16))}{table.Help}"));
                }
                return ExitCode.Ok;
            }
            string? text = ConfigHelp.Explain(name);
            if (text is null)
            {
                IEnumerable<string> known = ConfigSchema.Keys.SelectMany(item => new[] { item.Path, item.Name });
                string? near = ConfigSchema.Keys.FirstOrDefault(item => item.Aliases.Contains(name[(name.LastIndexOf('.') + 1)..]))?.Path ?? Spelling.Nearest(name, known);
                throw new CliException(ExitCode.Usage, $"config explain: there is no key or table '{name}'{(near is null ? "" : $"; did you mean {near}?")}", $"tables: {string.Join(", ", ConfigSchema.Tables.Select(table => table.Path))}");
            }
            context.Out.Write(context.Style.Plain(text));
            return ExitCode.Ok;
        }
    }

    private sealed class Schema : CliCommand
    {
        public Schema() : base("schema", "the JSON schema, for editors that complete TOML")
        {
        }

        public override IReadOnlyList<(string, string)> Examples => [("pure-llm config schema > pure-llm.schema.json", "for \"#:schema\" in a .toml")];

        public override int Run(CommandContext context)
        {
            context.Out.Write(ConfigJsonSchema.Write());
            return ExitCode.Ok;
        }
    }
}
