using System.Runtime.InteropServices;

namespace PureLlm.Cli;

/// <summary>Size, keys and signals of the console that this process runs in.</summary>
internal static partial class ProcessConsole
{
    private const int StandardOutput = -11, StandardError = -12;

    private const uint ProcessesEscapes = 4;

    /// <summary>Makes an old Windows console understand UTF-8 and escape sequences; everything else does already.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsWindows())
        {
            return;
        }
        Console.OutputEncoding = System.Text.Encoding.UTF8;
        foreach (int stream in new[] { StandardOutput, StandardError })
        {
            nint handle = GetStdHandle(stream);
            if (GetConsoleMode(handle, out uint mode))
            {
                SetConsoleMode(handle, mode | ProcessesEscapes);
            }
        }
    }

    public static ScreenSize Size()
    {
        try
        {
            return Console.WindowWidth > 0 && Console.WindowHeight > 0 ? new ScreenSize(Console.WindowWidth, Console.WindowHeight) : new ScreenSize(80, 24);
        }
        catch (IOException)
        {
            return new ScreenSize(80, 24); // no console is attached
        }
    }

    internal sealed class Keys : IKeyboard
    {
        public ConsoleKeyInfo? Read() => Console.KeyAvailable ? Console.ReadKey(intercept: true) : null;
    }

    internal sealed class PosixSignals : ISignals
    {
        public IDisposable Listen(Action handler) => new Registration(handler);

        private sealed class Registration : IDisposable
        {
            private readonly PosixSignalRegistration[] registrations;

            public Registration(Action handler)
            {
                void OnSignal(PosixSignalContext context)
                {
                    context.Cancel = true;
                    handler();
                }
                registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
            }

            public void Dispose() => Array.ForEach(registrations, registration => registration.Dispose());
        }
    }

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int stream);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}
