using PureLlm.Engine.Formats;
using PureLlm.Engine.Inference;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Commands;

/// <summary>A model that was loaded to write text: a decoder continues the prompt, an encoder-decoder answers it.</summary>
internal sealed class TextModel : IDisposable
{
    private const string Separator = "=";

    private readonly Backend backend;
    private readonly LoadedModel loaded;
    private readonly TextGenerator generator;

    public TextModel(CommandContext context, ModelInput input)
    {
        backend = context.CreateBackend();
        (loaded, Tokenizer, Folder) = input.Load(context, backend);
        generator = new TextGenerator(loaded.Model, Tokenizer, backend, reusesPrefix: true);
    }

    public TextTokenizer Tokenizer { get; }

    /// <summary>The folder that was read.</summary>
    public string Folder { get; }

    public LanguageModel Model => loaded.Model;

    /// <summary>Writes after a prompt; an empty one starts where a text begins.</summary>
    /// <exception cref="CliException">The prompt cannot be used, or the model gives no numbers.</exception>
    public GeneratedText Write(string prompt, SamplingOptions options, Func<string, bool>? onText = null, Action<GeneratedToken>? onToken = null)
    {
        int[] start = Start(prompt);
        try
        {
            return generator.Complete(start, options, onText, onToken);
        }
        catch (ArithmeticException error)
        {
            throw new CliException(ExitCode.Numeric, error.Message, "another checkpoint: --checkpoint best");
        }
    }

    /// <summary>The likeliest next tokens after a text, with their probabilities.</summary>
    public IReadOnlyList<(int Id, double Probability)> Likeliest(string text, int count)
    {
        // One token is drawn so that the whole text is read; the logits are those before it.
        generator.Tokens.Generate(Start(text), new SamplingOptions { Temperature = 0, MaxTokens = 1 }).Count();
        ReadOnlySpan<float> logits = generator.Tokens.Logits[..Tokenizer.VocabularySize];
        double largest = logits[Sampler.Largest(logits)], sum = 0;
        var all = new (int Id, double Probability)[logits.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = (i, Math.Exp(logits[i] - largest));
            sum += all[i].Probability;
        }
        return [.. all.OrderByDescending(item => item.Probability).Take(count).Select(item => (item.Id, item.Probability / sum))];
    }

    /// <summary>Tokens of the prompt.</summary>
    public int Count(string prompt) => Tokenizer.Encode(prompt).Length;

    public void Dispose()
    {
        generator.Dispose();
        loaded.Model.Dispose();
        backend.Dispose();
    }

    private int[] Start(string prompt)
    {
        if (loaded.Model is EncoderDecoder)
        {
            int[] source = Tokenizer.Encode(prompt.TrimEnd().TrimEnd('='));
            if (source.Length == 0 || source.Length > Model.Config.Context)
            {
                throw new CliException(ExitCode.Input, $"an encoder-decoder needs a source of 1 to {Model.Config.Context} tokens, and the prompt has {source.Length}");
            }
            generator.Tokens.SetSource(source);
            return Tokenizer.Encode(Separator);
        }
        int[] ids = Tokenizer.Encode(prompt);
        return ids.Length > 0 ? ids : Tokenizer.EndOfText is int end ? [end]
            : throw new CliException(ExitCode.Usage, $"the prompt is empty, and this model's '{Tokenizer.Kind}' tokenizer has no end of text to start after", "write the beginning of a text");
    }
}
