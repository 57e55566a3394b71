using System.Runtime.InteropServices;

namespace PureLlm.Cli;

/// <summary>Size, keys and signals of the console that this process runs in.</summary>
internal static class ProcessConsole
{
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
                registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];
            }

            public void Dispose() => Array.ForEach(registrations, registration => registration.Dispose());
        }
    }
}
