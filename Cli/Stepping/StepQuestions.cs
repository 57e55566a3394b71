using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Quizzes;

namespace PureLlm.Cli.Stepping;

/// <summary>The quiz of a walk: a gradient is hidden and asked for, until it is found or given up.</summary>
internal sealed class StepQuestions(StepSession session)
{
    private QuestionView? question;
    private ulong draws;

    /// <summary>A place whose gradient can be asked for; each time another.</summary>
    public Cursor Draw(long step) => session.With(step, trace => Quiz.Draw(trace, ++draws));

    /// <summary>Hides the gradient that is selected, and asks for it.</summary>
    public void Ask(Cursor at) => question = session.With(at.Step, trace => Quiz.Ask(trace, at));

    /// <summary>Judges an answer; a wrong one may be given again.</summary>
    /// <returns>What is to be said.</returns>
    public string Judge(Cursor at, string answer)
    {
        VerdictView verdict = session.With(at.Step, trace => Quiz.Judge(trace, at, answer));
        if (verdict.Passed) { question = null; }
        return $"{(verdict.Passed ? "✓" : "✗")} {verdict.Text}{(verdict.Passed ? "" : "; z answers again, z and enter gives up")}";
    }

    /// <summary>Nothing is asked any more: all is shown.</summary>
    public void GiveUp() => question = null;

    /// <summary>A view; while a question is open, without its answer.</summary>
    public StepView Hide(StepView view) => question is null ? view
        : Quiz.Hide(view) with { Element = null, Code = [], ReadAs = [question.Text, $"answer with {question.Help}", "enter alone shows it"] };
}
