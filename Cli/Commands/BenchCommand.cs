namespace PureLlm.Cli.Commands;

/// <summary><c>bench …</c>: measurements that run from the installed program, each against a ceiling or a baseline of the same run.</summary>
public static class BenchCommand
{
    public static CliCommand Create() => new CommandGroup("bench", "measure kernels, training and this machine",
        new BenchListCommand(),
        new BenchKernelCommand(),
        new BenchOpCommand(),
        new BenchTrainCommand(),
        new BenchModelCommand(),
        new BenchMachineCommand(),
        new BenchGpuCommand(),
        new BenchCompareCommand());
}
