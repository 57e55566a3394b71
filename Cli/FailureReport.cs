using PureLlm.Cli.Devices;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Training;
using PureLlm.Kernels.Devices;
using PureLlm.Tokenizer;

namespace PureLlm.Cli;

/// <summary>The end of a command that failed: a message for a user's mistake, a report file for the program's own.</summary>
internal static class FailureReport
{
    /// <summary>Prints what happened and returns the exit code.</summary>
    public static int Write(Exception error, CommandContext context, IReadOnlyList<string> arguments)
    {
        int code = Describe(error, context, out string text);
        if (text.Length > 0)
        {
            context.Error.WriteLine(context.ErrorStyle.Plain(text));
        }
        if (code == ExitCode.InternalError)
        {
            context.Error.WriteLine(WriteFile(error, context, arguments));
        }
        if (context.Verbose && code != ExitCode.Interrupted)
        {
            context.Error.WriteLine(context.ErrorStyle.Dim($"{error}{(error is CliException { Cause: { } cause } ? $"\n{cause}" : "")}"));
        }
        return code;
    }

    private static int Describe(Exception error, CommandContext context, out string text)
    {
        TextStyle style = context.ErrorStyle;
        switch (error)
        {
            case CliException known:
                text = Message(style, known.Code, known.Message, known.Help);
                return known.ExitCode;
            case ConfigException config:
                text = DiagnosticText.Render(config.Diagnostics, style);
                return ExitCode.Configuration;
            case RunException run:
                text = Message(style, run.Code, run.Message, []);
                return ExitCode.Input;
            case ModelFileException:
                text = Message(style, "M002", error.Message, []);
                return ExitCode.Input;
            case DataException data:
                text = Message(style, data.Code, data.Message, []);
                return ExitCode.Input;
            case TokenizerException:
                text = Message(style, "", error.Message, []);
                return ExitCode.Input;
            case FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException:
                text = Message(style, "", error.Message, []);
                return ExitCode.Input;
            case OperationCanceledException:
                text = "";
                return ExitCode.Interrupted;
            case DeviceException:
                text = Message(style, DeviceChoice.Code, error.Message, ["pure-llm doctor shows the devices; on the processor: --device cpu"]);
                return ExitCode.Input;
            case OutOfMemoryException { InnerException: not null }: // a device says how much was asked for
                text = Message(style, "", error.Message, []);
                return ExitCode.Input;
            case OutOfMemoryException:
                text = Message(style, "", "out of memory: this model, batch and context need more than the machine gives", ["smaller train.batch, model.context or model.width"]);
                return ExitCode.Input;
            default:
                text = Message(style, "", $"this is a mistake in pure-llm, not yours: {error.GetType().Name}: {error.Message}", []);
                return ExitCode.InternalError;
        }
    }

    /// <summary>"error[CODE]: message", then "  = help: move" per move.</summary>
    public static string Message(TextStyle style, string code, string message, IReadOnlyList<string> help)
    {
        string head = style.Red(code.Length > 0 ? $"error[{code}]:" : "error:");
        return string.Join('\n', help.Select(move => $"  = help: {move}").Prepend($"{head} {message}"));
    }

    private static string WriteFile(Exception error, CommandContext context, IReadOnlyList<string> arguments)
    {
        string report = $"""
            {ProductVersion.Line}
            {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, {Environment.ProcessorCount} logical CPUs
            pure-llm {string.Join(' ', arguments)}
            {DateTimeOffset.Now:O}

            {error}
            """;
        string name = $"pure-llm-error-{DateTime.Now:yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt";
        foreach (string folder in new[] { context.Folder, Path.GetTempPath() })
        {
            try
            {
                string path = Path.Combine(folder, name);
                File.WriteAllText(path, report + "\n");
                return $"  the report is in {path}";
            }
            catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
            {
                continue; // the next folder may be writable
            }
        }
        return report;
    }
}
