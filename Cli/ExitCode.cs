namespace PureLlm.Cli;

/// <summary>What the process says to the shell; the numbers are a contract with scripts.</summary>
public static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A mistake of the program: a report file is written and its path printed.</summary>
    public const int InternalError = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The configuration cannot be used.</summary>
    public const int Configuration = 3;

    /// <summary>An input file, a run, a model or a device cannot be used.</summary>
    public const int Input = 4;

    /// <summary>Training stopped: not a number, or a rule of [break].</summary>
    public const int Numeric = 5;

    /// <summary>A check ran and failed (gradcheck, gates).</summary>
    public const int CheckFailed = 6;

    /// <summary>Ctrl-C or SIGTERM, after saving.</summary>
    public const int Interrupted = 130;
}
