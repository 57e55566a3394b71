using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Cli.Stepping.Panes;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Comparing;

namespace PureLlm.Cli.Stepping;

/// <summary>Where one is and how one came there; keys change it. Knows nothing of a terminal: a script, a screen and a line of text press the same keys.</summary>
internal sealed class StepWalk(StepSession session, Cursor start, StepOptions options)
{
    private const int MostHistory = 1000;

    private readonly LinkedList<Cursor> history = new();
    private readonly StepPrompt prompt = new();
    private readonly StepQuestions questions = new(session);
    private Cursor? mark;

    public Cursor Cursor { get; private set; } = start;

    /// <summary>A message about the last key; empty: none.</summary>
    public string Status { get; private set; } = "";

    /// <summary>What is being typed, with the key that asked for it: "/soft"; null: nothing.</summary>
    public string? Prompt => prompt.Text;

    /// <summary>What stands in front of the view; null: the view alone.</summary>
    public StepOverlay? Overlay { get; private set; }

    /// <summary>0: the parts that matter most; from 1: all of the view, page after page.</summary>
    public int Page { get; private set; }

    /// <summary>True after q.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>How the steps were opened, and how a place is shared: "pure-llm step --demo residual --at 0:b5".</summary>
    public string Share => $"{options.CommandLine} --at {(Cursor.ToString().AsSpan().ContainsAny("?&") ? $"\"{Cursor}\"" : Cursor.ToString())}";

    /// <summary>The view that is shown; while a question is open, without its answer.</summary>
    public StepView View => questions.Hide(session.Explain(Cursor));

    /// <summary>Shows a message until the next key.</summary>
    public void Say(string message) => Status = message;

    /// <summary>Presses a key by its name; one that means nothing here says so.</summary>
    public void Press(string key)
    {
        Status = "";
        if (Prompt is not null)
        {
            Type(key);
            return;
        }
        if (Overlay is not null && PressInOverlay(key)) { return; }
        switch (key)
        {
            case "q" or "esc" or "ctrl-c":
                HasEnded = true;
                break;
            case "?":
                Overlay = new StepOverlay("", KeyHelp.Write);
                break;
            case "backspace":
                Back();
                break;
            case "space" or "pagedown":
                Page++;
                break;
            case "pageup":
                Page = Math.Max(0, Page - 1);
                break;
            case ":" or "/" or "e":
                prompt.Open(key);
                break;
            case "z" or "Z":
                Try(() => Ask(isDrawn: key == "Z"));
                break;
            case "w":
                Status = $"in the browser: {Share} --web";
                break;
            case "x":
                Status = $"as one file: {Share} --export step.html";
                break;
            case "=":
                mark = Cursor;
                Status = "marked: d compares another place with this one";
                break;
            case "d":
                Try(Compare);
                break;
            case "s" or "T" or "A" or "L":
                Look(key);
                break;
            case [>= '1' and <= '9']:
                Follow(key[0] - '1');
                break;
            default:
                Move(key);
                break;
        }
    }

    /// <summary>Goes to a place; the one before can be come back to.</summary>
    public void Go(Cursor cursor)
    {
        Page = 0;
        Overlay = null;
        questions.GiveUp();
        if (cursor == Cursor) { return; }
        history.AddLast(Cursor);
        if (history.Count > MostHistory) { history.RemoveFirst(); }
        Cursor = cursor;
    }

    private void Move(string key)
    {
        string name = key switch { "right" => "n", "left" => "p", "up" => "k", "down" => "j", "enter" => "i", "home" => "g", "end" => "G", _ => key };
        if (StepKeys.Find(name) is not { } command)
        {
            Status = $"no key {key}: ? lists them";
            return;
        }
        Try(() =>
        {
            Cursor to = session.Move(Cursor, command);
            if (to == Cursor) { Status = Nothing(command); }
            Go(to);
            if (command is StepCommand.Continue or StepCommand.ReverseContinue && Status.Length == 0 && View.Breaks.Count > 0) { Status = $"open it: {Share}"; }
        });
    }

    private static string Nothing(StepCommand command) => command switch
    {
        StepCommand.Next => "this is the last one",
        StepCommand.Previous => "this is the first one",
        StepCommand.Into => "there is nothing closer",
        StepCommand.Out => "there is nothing further out",
        StepCommand.Continue or StepCommand.ReverseContinue => "no breakpoint that way",
        StepCommand.NextStep or StepCommand.PreviousStep => "there is no such training step",
        _ => "nothing there",
    };

    /// <summary>Opens or closes a pane of the cursor's view; attention goes on to the next head first.</summary>
    private void Look(string key)
    {
        string pane = key switch { "s" => "line-search", "T" => "tokens", "A" => "attention", _ => "lens" };
        bool isOpen = Cursor.View == pane;
        int heads = isOpen && pane == "attention" && View.Attention is { } map ? map.Heads : 0;
        Go(isOpen && Cursor.Term + 1 < heads ? Cursor with { Term = Cursor.Term + 1 } : Cursor with { View = isOpen ? "" : pane, Term = 0 });
    }

    private void Back()
    {
        if (history.Last is not { } last)
        {
            Status = "this is where you began";
            return;
        }
        history.RemoveLast();
        (Cursor, Page) = (last.Value, 0);
        questions.GiveUp();
    }

    private void Follow(int index)
    {
        IReadOnlyList<NoteView> notes = NotesPane.Linked(View);
        if (index >= notes.Count) { Status = $"no remark {index + 1} here"; }
        else { Try(() => Go(Cursor.Parse(notes[index].Cursor!))); }
    }

    private bool PressInOverlay(string key)
    {
        switch (key)
        {
            case "q" or "esc" or "?" or "backspace":
                (Overlay, Page) = (null, 0);
                return true;
            case "space" or "pagedown":
                Page++;
                return true;
            case "pageup":
                Page = Math.Max(0, Page - 1);
                return true;
            case [>= '1' and <= '9'] when key[0] - '1' < Overlay!.Targets.Count:
                Go(Overlay.Targets[key[0] - '1']);
                return true;
            case "enter" when Overlay!.Targets.Count > 0:
                Go(Overlay.Targets[0]);
                return true;
            default:
                (Overlay, Page) = (null, 0);
                return false; // any other key means the view behind
        }
    }

    private void Type(string key)
    {
        if (prompt.Type(key) is { } line) { Try(() => Enter(line[0], line[1..].Trim())); }
        else if (prompt.Text is null) { questions.GiveUp(); }
    }

    private void Enter(char asked, string text)
    {
        if (text.Length == 0)
        {
            questions.GiveUp();
            return;
        }
        switch (asked)
        {
            case 'z':
                Status = questions.Judge(Cursor, text);
                break;
            case ':':
                Go(StepEntries.Place(session, Cursor, text));
                break;
            case 'e':
                WhatIfView result = StepEntries.WhatIfItWere(session, Cursor, View, text);
                Overlay = new StepOverlay("", sheet => ComparePanes.WriteWhatIf(sheet, result));
                break;
            default:
                Find(text);
                break;
        }
    }

    /// <summary>Asks for the gradient that is selected, or for one that is drawn.</summary>
    private void Ask(bool isDrawn)
    {
        if (isDrawn) { Go(questions.Draw(Cursor.Step)); }
        questions.Ask(Cursor);
        prompt.Open("z");
    }

    /// <summary>The marked place beside this one.</summary>
    private void Compare()
    {
        if (mark is not { } other)
        {
            Status = "nothing is marked: = marks a place, d compares it with another";
            return;
        }
        StepDiffView diff = session.With(other.Step, before => session.With(Cursor.Step, now => StepDiff.Compare(before, other, now, Cursor)));
        Overlay = new StepOverlay("difference", sheet => ComparePanes.WriteDiff(sheet, diff));
    }

    private void Find(string query)
    {
        IReadOnlyList<StepFind> found = session.With(Cursor.Step, trace => StepFinds.Find(trace, query));
        if (found.Count == 0) { Status = query.ToLowerInvariant() is "nan" or "dead" ? $"no {query} in this step" : $"nothing is called {query}"; }
        else if (found.Count == 1)
        {
            Go(found[0].Cursor);
            Status = found[0].Text;
        }
        else { Overlay = StepOverlay.Found(query, found); }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is FormatException or ArgumentException or InvalidOperationException)
        {
            Status = error.Message;
        }
    }
}
