using System.Buffers;
using PureLlm.Benchmarks.Peers;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>One tokenizer, ours and another program's, that must agree.</summary>
/// <param name="Peer">The other program's name.</param>
/// <param name="RoundTrips">True where any bytes come back from their ids.</param>
internal sealed record FuzzTarget(string Name, string Peer, TextTokenizer Ours, Func<TokenizerPeer> Start, bool RoundTrips)
{
    public void Encode(byte[] text, List<int> ids) => Ours.Encode(text, ids);

    public byte[] Decode(int[] ids)
    {
        var text = new ArrayBufferWriter<byte>();
        Ours.Decode(ids, text);
        return FuzzText.Valid(text.WrittenSpan.ToArray());
    }
}

/// <summary>The tokenizers that are compared, and how their peers are started.</summary>
internal static class FuzzTargets
{
    public static IEnumerable<FuzzTarget> Of(FuzzOptions options)
    {
        string scripts = Path.Combine(AppContext.BaseDirectory, "tokenizers"), work = Directory.CreateTempSubdirectory("pure-llm-fuzz-").FullName;
        try
        {
            foreach ((string name, Func<FuzzTarget> make) in All(options, scripts, work))
            {
                if (options.Targets.Count == 0 || options.Targets.Contains(name))
                {
                    yield return make();
                }
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static IEnumerable<(string Name, Func<FuzzTarget> Make)> All(FuzzOptions options, string scripts, string work)
    {
        string tokenizers = Path.Combine(options.Data, "tokenizers");
        yield return ("gpt2-tiktoken", () => new("gpt2-tiktoken", "tiktoken", Gpt2(), () => Node("tiktoken_peer.cjs", "r50k_base"), true));
        yield return ("gpt2", () => Json("gpt2", Gpt2(), true));

        TextTokenizer Gpt2() => Gpt2Files.Load(Path.Combine(tokenizers, "gpt2-encoder.json"), Path.Combine(tokenizers, "gpt2-vocab.bpe"));

        // Our tokenizer, written by us, read by theirs.
        FuzzTarget Json(string name, TextTokenizer ours, bool roundTrips)
        {
            string file = Path.Combine(work, name + ".json");
            TokenizerJson.Save(ours, file);
            return new(name, "tokenizers", ours, () => Node("hf_peer.cjs", file, "plain"), roundTrips);
        }

        TokenizerPeer Node(string script, params string[] arguments) => new("node", [Path.Combine(scripts, script), .. arguments], ("NODE_PATH", options.Modules));
    }
}
