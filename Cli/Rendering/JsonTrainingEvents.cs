using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>A run as one JSON object per line; each has "event", the first has "schema". What was not measured is absent.</summary>
internal sealed class JsonTrainingEvents : ITrainingObserver
{
    private readonly TextWriter output;
    private readonly ArrayBufferWriter<byte> buffer = new(512);
    private readonly Utf8JsonWriter json;
    private char[] line = new char[512];

    public JsonTrainingEvents(TextWriter output)
    {
        this.output = output;
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void OnStart(TrainingPlan plan)
    {
        Begin("start");
        json.WriteString("schema", "pure-llm/train/1");
        json.WriteString("run", plan.Config.Run.Name);
        json.WriteString("folder", plan.Folder);
        json.WriteNumber("parameters", plan.Parameters);
        json.WriteNumber("vocabulary", plan.VocabularySize);
        json.WriteNumber("training_tokens", plan.TrainingTokens);
        json.WriteNumber("validation_tokens", plan.ValidationTokens);
        json.WriteNumber("steps", plan.Steps);
        json.WriteNumber("first_step", plan.FirstStep);
        json.WriteNumber("tokens_per_step", plan.TokensPerStep);
        Number("floor", plan.Floor ?? double.NaN);
        Number("guessing_loss", plan.GuessingLoss);
        Number("expected_seconds", plan.ExpectedSeconds ?? double.NaN);
        End();
    }

    public void OnStep(in StepReport report)
    {
        Begin("step");
        json.WriteNumber("step", report.Step);
        Number("seconds", Math.Round(report.Seconds, 3));
        json.WriteNumber("tokens", report.Tokens);
        Number("loss", (float)report.Loss);
        Number("val_loss", (float)report.ValidationLoss);
        Number("learning_rate", report.LearningRate);
        Number("grad_norm", (float)report.GradientNorm);
        Number("tokens_per_second", Math.Round(report.TokensPerSecond, 1));
        End();
    }

    public void OnEvaluation(in EvaluationReport report)
    {
        Begin("evaluation");
        json.WriteNumber("step", report.Step);
        Number("seconds", Math.Round(report.Seconds, 3));
        Number("val_loss", (float)report.Loss);
        json.WriteBoolean("final", report.IsFinal);
        End();
    }

    public void OnSample(SampleReport report)
    {
        Begin("sample");
        json.WriteNumber("step", report.Step);
        Number("seconds", Math.Round(report.Seconds, 3));
        json.WriteString("prompt", report.Prompt);
        json.WriteString("text", report.Text);
        End();
    }

    public void OnScores(ScoreReport report)
    {
        Begin("scores");
        json.WriteNumber("step", report.Step);
        Number("seconds", Math.Round(report.Seconds, 3));
        Scores(report.Scores);
        json.WriteBoolean("final", report.IsFinal);
        End();
    }

    public void OnCheckpoint(CheckpointReport report)
    {
        Begin("checkpoint");
        json.WriteNumber("step", report.Step);
        json.WriteString("folder", report.Folder);
        json.WriteBoolean("best", report.IsBest);
        End();
    }

    public void OnNotice(string message)
    {
        Begin("notice");
        json.WriteString("message", message);
        End();
    }

    public void OnEnd(TrainingResult result)
    {
        Begin("end");
        json.WriteString("outcome", result.Outcome.ToString().ToLowerInvariant());
        json.WriteNumber("steps", result.Steps);
        json.WriteNumber("tokens", result.Tokens);
        Number("seconds", Math.Round(result.Seconds, 3));
        Number("val_loss", (float?)result.ValidationLoss ?? double.NaN);
        Number("floor", (float?)result.Floor ?? double.NaN);
        Number("tokens_per_second", Math.Round(result.TokensPerSecond, 1));
        json.WriteNumber("peak_bytes", result.PeakBytes);
        Text("weights_sha256", result.WeightsSha256);
        Text("checkpoint", result.Checkpoint);
        Text("break", result.Break?.ToString());
        Scores(result.Scores);
        End();
    }

    private void Begin(string name)
    {
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("event", name);
    }

    private void End()
    {
        json.WriteEndObject();
        json.Flush();
        int length = Encoding.UTF8.GetMaxCharCount(buffer.WrittenCount);
        if (line.Length < length)
        {
            line = new char[length];
        }
        output.WriteLine(line.AsSpan(0, Encoding.UTF8.GetChars(buffer.WrittenSpan, line)));
        output.Flush();
    }

    private void Number(string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
    }

    /// <summary>A float32 with the digits that bring it back.</summary>
    private void Number(string name, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
    }

    private void Text(string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private void Scores(IReadOnlyList<CorpusScore> scores)
    {
        json.WriteStartObject("scores");
        foreach (CorpusScore score in scores.Where(score => score.Total > 0))
        {
            json.WriteNumber(score.Name, Math.Round(score.Share, 4));
        }
        json.WriteEndObject();
    }
}
