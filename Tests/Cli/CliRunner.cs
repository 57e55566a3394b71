using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

/// <summary>Runs the program in this process, in a folder of its own, and keeps what it wrote.</summary>
public sealed class CliRunner : IDisposable
{
    private readonly Dictionary<string, string> variables = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("pure-llm-cli-").FullName;

    public StringWriter Out { get; } = new() { NewLine = "\n" };

    public StringWriter Error { get; } = new() { NewLine = "\n" };

    public bool IsTerminal { get; init; }

    public string Input { get; init; } = "";

    public ScreenSize Size { get; set; } = new(80, 24);

    public ISignals? Signals { get; init; }

    public IKeyboard? Keyboard { get; init; }

    public List<int> Terminated { get; } = [];

    public CliRunner With(string variable, string value)
    {
        variables[variable] = value;
        return this;
    }

    public int Run(params string[] arguments)
    {
        Out.GetStringBuilder().Clear();
        Error.GetStringBuilder().Clear();
        return CommandLineApp.Run(arguments, Host());
    }

    public CommandHost Host() => new()
    {
        In = new StringReader(Input),
        Out = Out,
        Error = Error,
        InIsTerminal = IsTerminal,
        OutIsTerminal = IsTerminal,
        ErrorIsTerminal = IsTerminal,
        Folder = Folder,
        Variable = name => variables.GetValueOrDefault(name),
        Size = () => Size,
        Signals = Signals,
        Keyboard = Keyboard,
        Terminate = Terminated.Add,
    };

    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
