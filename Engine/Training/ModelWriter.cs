using PureLlm.Engine.Inference;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Training;

/// <summary>Lets a model that is being trained write: a decoder continues the prompt, an encoder-decoder reads what stands before the separator and writes the rest.</summary>
internal sealed class ModelWriter(LanguageModel model, TextTokenizer tokenizer, Backend backend) : IDisposable
{
    private readonly TextGenerator generator = new(model, tokenizer, backend);

    public string Continue(ContinuationRequest request)
    {
        var options = new SamplingOptions
        {
            Temperature = request.Temperature,
            TopK = request.TopK,
            TopP = request.TopP,
            Seed = request.Seed,
            MaxTokens = request.Tokens,
        };
        int separator = model.Config.IsEncoderDecoder ? request.Prompt.IndexOf(PairShape.Separator, StringComparison.Ordinal) : -1;
        if (separator <= 0)
        {
            return generator.Complete(request.Prompt, options).Text;
        }
        generator.Tokens.SetSource(tokenizer.Encode(request.Prompt[..separator]));
        return generator.Complete(request.Prompt[separator..], options).Text;
    }

    public void Dispose() => generator.Dispose();
}
