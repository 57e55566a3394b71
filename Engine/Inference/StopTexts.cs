using System.Text;

namespace PureLlm.Engine.Inference;

/// <summary>Watches growing text for stop texts, and holds back an end that may be the beginning of one.</summary>
internal sealed class StopTexts(IReadOnlyList<string> stops)
{
    private readonly StringBuilder shown = new();
    private string waiting = "";

    /// <summary>True once a stop text was found; nothing is shown after it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>All text that was released.</summary>
    public string Shown => shown.ToString();

    /// <summary>Adds text and gives what can be shown for certain.</summary>
    public string Add(string text)
    {
        if (IsStopped) { return ""; }
        waiting += text;
        int first = -1;
        foreach (string stop in stops)
        {
            int place = waiting.IndexOf(stop, StringComparison.Ordinal);
            if (place >= 0 && (first < 0 || place < first)) { first = place; }
        }
        IsStopped = first >= 0;
        return Release(IsStopped ? first : waiting.Length - LongestBeginning());
    }

    /// <summary>The end of the text: what was held back was no stop text.</summary>
    public string Finish() => IsStopped ? "" : Release(waiting.Length);

    private string Release(int length)
    {
        string certain = waiting[..length];
        waiting = IsStopped ? "" : waiting[length..];
        shown.Append(certain);
        return certain;
    }

    /// <summary>Length of the longest end of the waiting text with which a stop text begins.</summary>
    private int LongestBeginning()
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, waiting.Length); length > longest; length--)
            {
                if (waiting.AsSpan(waiting.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                    break;
                }
            }
        }
        return longest;
    }
}
