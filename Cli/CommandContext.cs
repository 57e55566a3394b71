using System.CommandLine;
using System.Text;
using System.Text.Json;
using PureLlm.Cli.Devices;
using PureLlm.Cli.Rendering;
using PureLlm.Kernels;
using Spectre.Console;

namespace PureLlm.Cli;

/// <summary>What a running command sees: its parsed command line, the streams, and the global options.</summary>
public sealed class CommandContext : IDisposable
{
    private readonly GlobalOptions globals;
    private DeviceChoice? devices;

    internal CommandContext(CommandHost host, ParseResult parsed, GlobalOptions globals)
    {
        Host = host;
        Parsed = parsed;
        this.globals = globals;
        Folder = parsed.GetValue(globals.Folder) is { } folder ? Path.GetFullPath(folder, host.Folder) : host.Folder;
        Modes = new OutputModes(host, parsed.GetValue(globals.NoColor), parsed.GetValue(globals.Plain), parsed.GetValue(globals.Ascii), parsed.GetValue(globals.Json));
        Style = new TextStyle(Modes.ColorOut, Modes.Ascii);
        ErrorStyle = new TextStyle(Modes.ColorError, Modes.Ascii);
    }

    public CommandHost Host { get; }

    public ParseResult Parsed { get; }

    /// <summary>Results.</summary>
    public TextWriter Out => Host.Out;

    /// <summary>Everything that is not a result.</summary>
    public TextWriter Error => Host.Error;

    public OutputModes Modes { get; }

    /// <summary>Colours for <see cref="Out"/>.</summary>
    public TextStyle Style { get; }

    /// <summary>Colours for <see cref="Error"/>.</summary>
    public TextStyle ErrorStyle { get; }

    /// <summary>The folder that relative paths start from (--cwd).</summary>
    public string Folder { get; }

    public bool Json => Modes.Json;

    public bool Quiet => Parsed.GetValue(globals.Quiet);

    public bool Verbose => Parsed.GetValue(globals.Verbose);

    /// <summary>--threads, or null.</summary>
    public int? Threads => Parsed.GetValue(globals.Threads);

    /// <summary>--seed, or null.</summary>
    public long? Seed => Parsed.GetValue(globals.Seed);

    /// <summary>The global options of this command line, for a command that runs another.</summary>
    public IReadOnlyList<string> GlobalArguments
    {
        get
        {
            List<string> result = [];
            foreach (Option option in globals.All.Where(option => Parsed.GetResult(option) is { Implicit: false }))
            {
                result.Add(option.Name);
                result.AddRange(Parsed.GetResult(option)!.Tokens.Select(token => token.Value));
            }
            return result;
        }
    }

    /// <summary>A console for tables, over <see cref="Out"/>; it never wraps where no terminal is.</summary>
    public IAnsiConsole Tables => field ??= CreateTables();

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => Parsed.GetValue(argument);

    /// <summary>The absolute path of what the user wrote.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, Folder);

    /// <summary>A path as the user would write it: relative where it is inside <see cref="Folder"/>, with forward slashes.</summary>
    public string ShownPath(string path)
    {
        string relative = Path.GetRelativePath(Folder, path);
        return (relative.StartsWith("..", StringComparison.Ordinal) ? path : relative).Replace('\\', '/');
    }

    /// <summary>A line beside the result, unless --quiet or --json.</summary>
    public void Note(string line)
    {
        if (!Quiet && !Json)
        {
            Out.Flush();
            Error.WriteLine(ErrorStyle.Plain(line));
        }
    }

    /// <summary>The device of --device, and what else there is.</summary>
    internal DeviceChoice Devices => devices ??= new DeviceChoice(PluginPlace.Of(Host), Parsed.GetValue(globals.Device), globals.DeviceOptionsOf(Parsed));

    /// <summary>The backend that this process computes with (--device); for a CPU, <paramref name="threads"/> 0 takes all cores, --threads wins.</summary>
    /// <exception cref="CliException">The device that was asked for cannot be used.</exception>
    public Backend CreateBackend(int threads = 0) => Devices.Open(Threads ?? threads, Note);

    /// <summary>The CPU's backend, for what is not computing: reading a file, explaining an operation.</summary>
    public Backend CreateCpuBackend(int threads = 0) => DeviceChoice.OpenCpu(Threads ?? threads);

    /// <summary>For a command whose subject is the CPU itself.</summary>
    /// <exception cref="CliException">--device names another.</exception>
    public void RequireCpu(string command)
    {
        if (Devices.Wanted is not (DeviceChoice.Cpu or DeviceChoice.Auto))
        {
            throw new CliException(ExitCode.Usage, $"{command} measures the CPU and its kernels; --device {Devices.Wanted} cannot do that", $"without --device; for a GPU: pure-llm bench gpu --device {Devices.Wanted}, or bench op, bench train, bench model");
        }
    }

    /// <summary>One JSON object on one line, its first field "schema": "pure-llm/NAME/1".</summary>
    public void WriteJson(string schema, Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", $"pure-llm/{schema}/1");
            body(writer);
            writer.WriteEndObject();
        }
        Out.WriteLine(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    /// <summary>Lets go of the plug-in, if one was loaded.</summary>
    public void Dispose() => devices?.Dispose();

    private IAnsiConsole CreateTables()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Modes.ColorOut ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Modes.ColorOut ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Out),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = Host.OutIsTerminal ? Math.Max(40, Host.Size().Columns) : 1000;
        console.Profile.Capabilities.Unicode = !Modes.Ascii;
        console.Profile.Capabilities.Links = false;
        return console;
    }
}
