using System.Diagnostics;
using PureLlm.Cli.Rendering;
using PureLlm.Tokenizer.Training;
using TrainingProgress = PureLlm.Tokenizer.Training.TrainingProgress;

namespace PureLlm.Cli.Tokenizing;

/// <summary>How far a trainer is, as one line that is written over on a terminal; elsewhere nothing.</summary>
internal sealed class TrainingProgressLine(CommandContext context) : IDisposable
{
    private const int BarWidth = 30;
    private const double SecondsBetween = 0.1;

    private readonly bool _shows = context.Host.ErrorIsTerminal && context.Modes.Live && !context.Quiet;
    private long _last;
    private bool _written;

    /// <summary>The trainer's callback.</summary>
    public void Show(TrainingProgress progress)
    {
        if (!_shows || (_last != 0 && Stopwatch.GetElapsedTime(_last).TotalSeconds < SecondsBetween))
        {
            return;
        }
        _last = Stopwatch.GetTimestamp();
        context.Error.Write($"\r\e[2K{context.ErrorStyle.Plain(Line(progress, context.ErrorStyle))}");
        _written = true;
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (_written)
        {
            context.Error.Write("\r\e[2K");
        }
    }

    private static string Line(TrainingProgress progress, TextStyle style)
    {
        string phase = progress.Phase switch
        {
            TrainingPhase.Reading => "reading",
            TrainingPhase.Preparing => "preparing",
            TrainingPhase.Merging => "merging",
            _ => "estimating",
        };
        string done = progress.Phase == TrainingPhase.Reading ? Numbers.Bytes(progress.Done) : Numbers.Count(progress.Done);
        if (progress.Total <= 0)
        {
            return $"{phase,-11}{done}";
        }
        double share = Math.Clamp((double)progress.Done / progress.Total, 0, 1);
        int filled = (int)(share * BarWidth);
        string bar = new string(style.Ascii ? '#' : '█', filled) + new string(style.Ascii ? '.' : '░', BarWidth - filled);
        return FormattableString.Invariant($"{phase,-11}{bar} {100 * share,3:0} %  {done}");
    }
}
