using System.CommandLine;
using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>model info</c>: what is in a model folder.</summary>
public static class ModelCommand
{
    public static CliCommand Create() => new CommandGroup("model", "look into a model's folder", new Info());

    private sealed class Info : CliCommand
    {
        private readonly ModelInput input = new();

        public Info() : base("info", "architecture, parameters, tokenizer") => input.AddTo(this);

        public override IReadOnlyList<(string, string)> Examples => [("pure-llm model info runs/tiny", "the best checkpoint of a run"), ("pure-llm model info runs/tiny --json", "for scripts")];

        public override int Run(CommandContext context)
        {
            string folder = input.Folder(context);
            using Backend backend = context.CreateCpuBackend();
            LoadedModel loaded = ModelInput.Read(folder, backend);
            using LanguageModel model = loaded.Model;
            Parameter[] parameters = [.. model.Parameters];
            long matrices = parameters.Where(parameter => parameter.Decays).Sum(parameter => (long)parameter.Shape.Length);
            if (context.Json)
            {
                context.WriteJson("model-info", json => WriteJson(json, context.ShownPath(folder), loaded, parameters));
                return ExitCode.Ok;
            }
            TextStyle style = context.Style;
            ModelConfig config = model.Config;
            void Line(string name, string text) => context.Out.WriteLine(style.Plain($" {style.Bold(name.PadRight(11))}{text}"));
            Line("folder", context.ShownPath(folder));
            Line("layout", $"{ModelLayouts.ArchitectureName(loaded.Layout)}{(loaded.Layout == ModelLayout.PureLlm ? " (no other program's architecture is exactly this)" : "")}");
            Line("network", $"{(config.IsEncoderDecoder ? $"encoder-decoder, {config.EncoderLayers} + " : "decoder, ")}{config.Layers} {(config.Layers == 1 ? "layer" : "layers")} × {config.Width}, {config.Heads} heads of {config.HeadSize}{(config.KeyValueHeads == config.Heads ? "" : $" sharing {config.KeyValueHeads} key-value heads")}, context {Numbers.Count(config.Context)}");
            Line("parts", string.Join(" · ", Parts(config)));
            Line("tokenizer", loaded.Tokenizer is { } tokenizer ? $"{tokenizer.Kind}, {Numbers.Count(tokenizer.VocabularySize)} tokens{(tokenizer.EndOfText is { } end ? $", text ends with {end}" : "")}" : $"none: the folder has no {ModelFolder.TokenizerFile}");
            Line("parameters", $"{Numbers.Count(model.ParameterCount)} ({Numbers.Count(matrices)} in matrices, {Numbers.Count(model.ParameterCount - matrices)} in vectors{(config.Tie ? "; the head is the embedding" : "")}), {Numbers.Bytes(4.0 * model.ParameterCount)} as float32");
            context.Out.WriteLine();
            WriteTable(context, backend, parameters, model.ParameterCount);
            return ExitCode.Ok;
        }

        private static void WriteTable(CommandContext context, Backend backend, Parameter[] parameters, long total)
        {
            var table = new TextTable(("parameter", false), ("shape", false), ("count", true), ("share", true), ("mean", true), ("std", true), ("largest", true));
            foreach (Parameter parameter in parameters)
            {
                (double mean, double deviation, double largest) = Moments(backend, parameter);
                table.Add(double.IsFinite(deviation) ? null : context.Style.Red, parameter.Name, parameter.Shape.ToString(), Numbers.Count(parameter.Shape.Length),
                    FormattableString.Invariant($"{100.0 * parameter.Shape.Length / total:0.0} %"), Numbers.Field(mean, "0.0000"), Numbers.Field(deviation, "0.0000"), Numbers.Field(largest, "0.000"));
            }
            table.Write(context.Out, context.Style);
        }

        private static (double Mean, double Deviation, double Largest) Moments(Backend backend, Parameter parameter)
        {
            var values = new float[parameter.Shape.Length];
            backend.Read(parameter.Tensor.Data, values);
            double mean = values.Average(value => (double)value), squares = 0, largest = 0;
            foreach (float value in values)
            {
                squares += (value - mean) * (value - mean);
                largest = Math.Max(largest, Math.Abs(value));
            }
            return (mean, Math.Sqrt(squares / values.Length), largest);
        }

        private static IEnumerable<string> Parts(ModelConfig config)
        {
            string Of(string key) => ConfigSchema.Keys.First(item => item.Path == $"model.{key}").Text(new RunConfig { Model = config }).Trim('"');
            yield return $"{Of("norm")} ({Of("norm_position")})";
            yield return $"{Of("mlp")} {Numbers.Count(config.MlpWidth)}";
            yield return $"{Of("position")} positions{(config.Position == PositionKind.Rope ? FormattableString.Invariant($" (θ {config.RopeTheta:0.#}, {Of("rope_style")})") : "")}";
            if (config.QkNorm)
            {
                yield return "QK-norm";
            }
            if (config.Window > 0)
            {
                yield return $"window {config.Window}";
            }
            yield return config.Bias ? "biases" : "no biases";
            yield return config.Tie ? "tied head" : "own head";
        }

        private static void WriteJson(Utf8JsonWriter json, string folder, LoadedModel loaded, Parameter[] parameters)
        {
            json.WriteString("folder", folder);
            json.WriteString("architecture", ModelLayouts.ArchitectureName(loaded.Layout));
            json.WriteNumber("parameter_count", loaded.Model.ParameterCount);
            json.WriteNumber("vocabulary", loaded.Model.VocabularySize);
            json.WriteString("tokenizer", loaded.Tokenizer?.Kind);
            json.WriteString("weights_sha256", loaded.Model.Slabs.Sha256());
            json.WriteStartObject("config");
            foreach (ConfigKey key in ConfigSchema.KeysOf("model"))
            {
                string text = key.Text(new RunConfig { Model = loaded.Model.Config });
                bool isWord = text.StartsWith('"');
                json.WritePropertyName(key.Name);
                json.WriteRawValue(isWord ? JsonSerializer.Serialize(text.Trim('"')) : text);
            }
            json.WriteEndObject();
            json.WriteStartArray("parameters");
            foreach (Parameter parameter in parameters)
            {
                json.WriteStartObject();
                json.WriteString("name", parameter.Name);
                json.WriteStartArray("shape");
                for (int i = 0; i < parameter.Shape.Rank; i++)
                {
                    json.WriteNumberValue(parameter.Shape[i]);
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    }
}
