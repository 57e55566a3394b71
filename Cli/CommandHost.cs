using System.Text;

namespace PureLlm.Cli;

/// <summary>Columns and rows of a terminal window.</summary>
public readonly record struct ScreenSize(int Columns, int Rows);

/// <summary>Ctrl-C, SIGTERM, and the closing of the terminal.</summary>
public interface ISignals
{
    /// <summary>Calls <paramref name="handler"/> at every signal, on another thread, in place of ending the process, until the result is disposed.</summary>
    IDisposable Listen(Action handler);
}

/// <summary>Keys as they are pressed, without echo.</summary>
public interface IKeyboard
{
    /// <summary>The next key, or null where none waits.</summary>
    ConsoleKeyInfo? Read();
}

/// <summary>All that a command may touch of the world around it, so that a test can be that world.</summary>
public sealed class CommandHost
{
    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public bool InIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>The folder that relative paths start from.</summary>
    public required string Folder { get; init; }

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    public Func<ScreenSize> Size { get; init; } = () => new ScreenSize(80, 24);

    /// <summary>Null where nothing can interrupt.</summary>
    public ISignals? Signals { get; init; }

    /// <summary>Null where no one types.</summary>
    public IKeyboard? Keyboard { get; init; }

    /// <summary>Ends the process at once, from any thread.</summary>
    public Action<int> Terminate { get; init; } = _ => { };

    /// <summary>The console of this process.</summary>
    public static CommandHost OfProcess()
    {
        ProcessConsole.Prepare();
        bool canType = !Console.IsInputRedirected;
        return new CommandHost
        {
            In = canType ? Console.In : new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false)),
            Out = Writer(Console.OpenStandardOutput()),
            Error = Writer(Console.OpenStandardError()),
            InIsTerminal = canType,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Folder = Environment.CurrentDirectory,
            Variable = Environment.GetEnvironmentVariable,
            Size = ProcessConsole.Size,
            Signals = new ProcessConsole.PosixSignals(),
            Keyboard = canType ? new ProcessConsole.Keys() : null,
            Terminate = Environment.Exit,
        };
    }

    /// <summary>UTF-8 without a mark; lines end with \n, so that output is the same on every system. A line is out when it is written: whoever reads a pipe sees it at once.</summary>
    private static StreamWriter Writer(Stream stream) =>
        new(stream, new UTF8Encoding(false), 4096) { AutoFlush = true, NewLine = "\n" };
}
