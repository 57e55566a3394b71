using System.Globalization;
using System.Text;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Inference;
using PureLlm.Engine.Modules;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Commands;

/// <summary>The text that a person and a model write together, and the commands on it. Reads no keys and knows nothing of a terminal's size.</summary>
internal sealed class ChatSession(CommandContext context, TextModel model, SamplingOptions options)
{
    private static readonly (string Command, string Meaning)[] Commands =
    [
        ("/help", "this list"),
        ("/new", "forget the text and start another"),
        ("/system TEXT", "put TEXT before every new text (alone: nothing)"),
        ("/temp X", "another temperature; 0 takes the likeliest token"),
        ("/regen", "write the last part again, differently"),
        ("/undo", "take the last part back, yours and the model's"),
        ("/probs", "the likeliest next tokens"),
        ("/save FILE", "write the text to a file"),
        ("/exit", "end (also Ctrl-D)"),
    ];

    private readonly List<Turn> turns = [];
    private SamplingOptions options = options;
    private string system = "";
    private ulong drawn;
    private volatile bool isWriting, isStopped;

    /// <summary>What was typed, what the model made of it, and whether the text came to its end there.</summary>
    private sealed record Turn(string Input, string Output, bool IsEnd);

    /// <summary>True after /exit.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The whole text since its beginning; an encoder-decoder remembers none.</summary>
    public string Text => model.Model is EncoderDecoder ? "" : TextFrom(turns.FindLastIndex(turn => turn.IsEnd) + 1);

    /// <summary>Ctrl-C: stops the model; where it does not write, or was asked before, ends the program.</summary>
    public void Interrupt()
    {
        if (!isWriting || isStopped)
        {
            context.Host.Terminate(ExitCode.Ok);
            return;
        }
        isStopped = true;
    }

    /// <summary>Takes a line: a command, or text to continue. Mistakes are told and end nothing.</summary>
    public void Take(string line)
    {
        try
        {
            if (line.StartsWith('/'))
            {
                string[] words = line.Split(' ', 2, StringSplitOptions.TrimEntries);
                Command(words[0], words.Length > 1 ? words[1] : "");
                return;
            }
            Continue(Joined(Text, line));
        }
        catch (Exception error) when (error is CliException or TokenizerException or IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine(FailureReport.Message(context.ErrorStyle, "", error.Message, (error as CliException)?.Help ?? []));
        }
    }

    private void Command(string name, string rest)
    {
        switch (name)
        {
            case "/help":
                foreach ((string command, string meaning) in Commands)
                {
                    context.Out.WriteLine($"  {context.Style.Cyan(command.PadRight(14))}{meaning}");
                }
                break;
            case "/new":
                turns.Clear();
                Say("a new text");
                break;
            case "/system":
                system = rest;
                turns.Clear();
                Say(rest.Length > 0 ? $"every new text begins with: {rest}" : "new texts begin with what you type");
                break;
            case "/temp":
                Temperature(rest);
                break;
            case "/regen":
                Again();
                break;
            case "/undo":
                Undo();
                break;
            case "/probs":
                Probabilities();
                break;
            case "/save":
                Save(rest);
                break;
            case "/exit" or "/quit":
                HasEnded = true;
                break;
            default:
                string? near = Engine.Configuration.Spelling.Nearest(name, Commands.Select(item => item.Command.Split(' ')[0]));
                throw new CliException(ExitCode.Usage, $"there is no {name}{(near is null ? "" : $"; did you mean {near}?")}", "/help");
        }
    }

    /// <summary>Lets the model write after the text with <paramref name="input"/> added.</summary>
    private void Continue(string input)
    {
        string prompt = Text.Length == 0 && system.Length > 0 ? input = Joined(system, input, always: true) : Text + input;
        (isStopped, isWriting) = (false, true);
        bool isTerminal = context.Host.OutIsTerminal;
        GeneratedText result;
        try
        {
            result = model.Write(prompt, options with { Stream = drawn++ }, piece =>
            {
                context.Out.Write(isTerminal ? TokenText.Safe(piece) : piece);
                context.Out.Flush();
                return !isStopped;
            });
        }
        finally
        {
            isWriting = false;
        }
        context.Out.WriteLine();
        context.Out.Flush();
        turns.Add(new Turn(input, result.Text, result.Reason == StopReason.EndOfText));
        if (result.Reason is StopReason.EndOfText or StopReason.Interrupted)
        {
            Say(result.Reason == StopReason.EndOfText ? "the text ends here; the next line begins another" : "stopped");
        }
    }

    private void Again()
    {
        Turn last = turns.LastOrDefault() ?? throw new CliException(ExitCode.Usage, "there is nothing to write again yet");
        turns.RemoveAt(turns.Count - 1);
        int before = turns.Count;
        try
        {
            // The input carries its own beginning: the system text is not added twice.
            string kept = system;
            system = "";
            try
            {
                Continue(last.Input);
            }
            finally
            {
                system = kept;
            }
        }
        finally
        {
            if (turns.Count == before)
            {
                turns.Add(last);
            }
        }
    }

    private void Undo()
    {
        if (turns.Count == 0)
        {
            throw new CliException(ExitCode.Usage, "there is nothing to take back");
        }
        turns.RemoveAt(turns.Count - 1);
        string text = TokenText.Safe(Text);
        Say(text.Length == 0 ? "taken back; the next line begins a text" : $"taken back; the text ends with: …{text[^Math.Min(40, text.Length)..]}");
    }

    private void Probabilities()
    {
        foreach ((int id, double probability) in model.Likeliest(Text, 10))
        {
            string bar = new(context.Style.Ascii ? '#' : '█', (int)Math.Round(probability * 40));
            context.Out.WriteLine($"{(100 * probability).ToString("0.0", CultureInfo.InvariantCulture),6} %  {TokenText.Show(model.Tokenizer, id, context.Style.Ascii),-16} {context.Style.Cyan(bar)}".TrimEnd());
        }
    }

    private void Temperature(string text)
    {
        SamplingOptions changed = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? options with { Temperature = value }
            : throw new CliException(ExitCode.Usage, $"/temp '{text}': give a number, such as 0.8");
        SamplingInput.Check(changed);
        options = changed;
        Say($"temperature {Numbers.Field(value, "0.###")}");
    }

    private void Save(string file)
    {
        if (file.Length == 0)
        {
            throw new CliException(ExitCode.Usage, "/save: into which file?");
        }
        string path = context.FullPath(file);
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
            stream.Write(Encoding.UTF8.GetBytes(TextFrom(0)));
        }
        Say($"saved {context.ShownPath(path)}");
    }

    /// <summary>All turns from one on; a blank line where a text ended.</summary>
    private string TextFrom(int first) => string.Concat(turns.Skip(first).Select(turn => turn.Input + turn.Output + (turn.IsEnd ? "\n\n" : "")));

    private void Say(string what) => context.Note(context.ErrorStyle.Plain(context.ErrorStyle.Dim($"[{what}]")));

    /// <summary>What is added to a text: words are kept apart.</summary>
    private static string Joined(string before, string line, bool always = false)
    {
        bool needsSpace = before.Length > 0 && line.Length > 0 && !char.IsWhiteSpace(before[^1]) && char.IsLetterOrDigit(line[0]);
        return (always ? before : "") + (needsSpace ? " " : "") + line;
    }
}
