using System.Buffers;
using PureLlm.Benchmarks.Peers;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Formats.Gguf;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>One tokenizer, ours and another program's, that must agree.</summary>
/// <param name="Peer">The other program's name.</param>
/// <param name="Options">What ours does about special tokens, to be like the peer.</param>
/// <param name="RoundTrips">True where any bytes come back from their ids.</param>
internal sealed record FuzzTarget(string Name, string Peer, PipelineTokenizer Ours, EncodeOptions Options, Func<TokenizerPeer> Start, bool RoundTrips)
{
    public void Encode(byte[] text, List<int> ids) => Ours.Encode(text, ids, Options);

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
    /// <summary>Models that spm_train makes of the texts at hand: Llama 2's kind, T5's, XLM-R's, and others.</summary>
    private static readonly (string Name, string Arguments)[] SentencePieceModels =
    [
        ("sp-bpe", "model_type=bpe vocab_size=8000"),
        ("sp-bpe-bytes", "model_type=bpe vocab_size=8000 byte_fallback=true normalization_rule_name=identity split_digits=true remove_extra_whitespaces=false"),
        ("sp-unigram", "model_type=unigram vocab_size=8000"),
        ("sp-unigram-bytes", "model_type=unigram vocab_size=8000 byte_fallback=true normalization_rule_name=nfkc_cf user_defined_symbols=<|im_start|>,the"),
    ];

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
        PipelineTokenizer Published(string name) => (PipelineTokenizer)TokenizerFile.Load(Path.Combine(tokenizers, name + ".tiktoken"));
        BytePairModel Ranks(string name) => TiktokenFile.Load(Path.Combine(tokenizers, name + ".tiktoken"));

        foreach (string name in new[] { "r50k_base", "cl100k_base", "o200k_base" })
        {
            yield return (name, () => new(name, "tiktoken", Published(name), default, () => Node("tiktoken_peer.cjs", name), true));
        }
        yield return ("gpt2", () => Json("gpt2", Gpt2Files.Load(Path.Combine(tokenizers, "gpt2-encoder.json"), Path.Combine(tokenizers, "gpt2-vocab.bpe")), true));
        yield return ("cl100k", () => Json("cl100k", Published("cl100k_base"), true));
        yield return ("o200k", () => Json("o200k", Published("o200k_base"), true));
        yield return ("llama3", () => Json("llama3", Llama3(), true));
        yield return ("qwen2", () => Json("qwen2", Split(Ranks("cl100k_base"), PieceScanner.Qwen2, "<|endoftext|>", "<|im_start|>", "<|im_end|>"), true));
        yield return ("qwen3.5", () => Json("qwen3.5", Split(Ranks("cl100k_base"), PieceScanner.Qwen35, "<|endoftext|>", "<|im_start|>", "<|im_end|>"), true));
        yield return ("starcoder", () => Json("starcoder", new PipelineTokenizer(new PipelineParts
        {
            PreTokenizer = new SequencePreTokenizer([new DigitsPreTokenizer(individualDigits: true), new ByteLevelPreTokenizer(addPrefixSpace: false)]),
            Model = Ranks("r50k_base"),
            Decoder = new ByteLevelDecoder(),
        }), true));
        yield return ("deepseek", () => Json("deepseek", Split(Ranks("cl100k_base"), PieceScanner.DeepSeek, "<s>", "</s>"), true));
        yield return ("tekken", () => Json("tekken", Split(Ranks("o200k_base"), PieceScanner.Tekken, "<s>", "</s>"), true));
        // Published splits that have no scanner of their own, for the engine of tokenizer.json's patterns.
        foreach ((string[] patterns, _, string[] names) in GgufSplits.Patterns)
        {
            yield return (names[0], () => Json(names[0], new PipelineTokenizer(new PipelineParts
            {
                PreTokenizer = new SequencePreTokenizer([.. GgufSplits.SplitBy(patterns).Steps, new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: false)]),
                Model = Ranks("cl100k_base"),
                Decoder = new ByteLevelDecoder(),
            }), true));
        }
        // Vocabularies that we train on the texts at hand.
        TrainingCorpus Corpus() => TrainingCorpus.FromFiles(options.Texts());
        yield return ("bert", () => Json("bert", WordPieceTrainer.Train(Corpus(), new WordPieceOptions { VocabularySize = 8000, Normalizer = new BertNormalizer() }).ToTokenizer(), false));
        yield return ("unigram", () => Json("unigram", UnigramTrainer.Train(Corpus(), new UnigramOptions()).ToTokenizer(), false));
        yield return ("unigram-bytes", () => Json("unigram-bytes", UnigramTrainer.Train(Corpus(), new UnigramOptions { ByteFallback = true }).ToTokenizer(), false));
        yield return ("llama2", () => Json("llama2", CharacterBytePairTrainer.Train(Corpus(), new CharacterBytePairOptions { VocabularySize = 8000, ByteFallback = true }).ToTokenizer(), false));

        foreach ((string name, string arguments) in SentencePieceModels)
        {
            yield return (name, () =>
            {
                string file = Path.Combine(work, name + ".model");
                new TokenizerPeer(options.Python, [Path.Combine(scripts, "sentencepiece_train.py"), file, string.Join(',', options.Texts()), .. arguments.Split(' ')]).Dispose();
                // The byte-fallback models go through GGUF as well, which is how Llama 2's are met.
                var ours = (PipelineTokenizer)TokenizerFile.Load(file);
                return new(name, "sentencepiece", arguments.Contains("byte_fallback") ? ThroughGguf(ours) : ours, default, () => new TokenizerPeer(options.Python, [Path.Combine(scripts, "sentencepiece_peer.py"), file]), false);
            }
            );
        }

        // A conversion that is exact but for text between user-defined pieces that spells a byte piece: SentencePiece's own rules here, Hugging Face's reading of the converted file there.
        yield return ("sp-bpe-json", () =>
        {
            string file = Path.Combine(work, "converted.model"), json = Path.Combine(work, "converted.json");
            string[] arguments = ["model_type=bpe", "vocab_size=8000", "byte_fallback=true", "normalization_rule_name=identity", "remove_extra_whitespaces=false", "user_defined_symbols=ing,Japan"];
            new TokenizerPeer(options.Python, [Path.Combine(scripts, "sentencepiece_train.py"), file, string.Join(',', options.Texts()), .. arguments]).Dispose();
            var ours = (PipelineTokenizer)TokenizerFile.Load(file);
            TokenizerJson.Save(ours, json);
            // Decoded as the file says: SentencePiece itself hides marks.
            ours = new PipelineTokenizer(ours.Parts with { Decoder = ((PipelineTokenizer)TokenizerJson.Load(json)).Parts.Decoder });
            return new("sp-bpe-json", "tokenizers", ours, EncodeOptions.Full, () => Node("hf_peer.cjs", json, "special"), false);
        }
        );

        yield return ("llama3-gguf", () =>
        {
            FuzzTarget target = Json("llama3-gguf", Llama3(), true);
            return target with { Ours = ThroughGguf(target.Ours) };
        }
        );

        PipelineTokenizer Llama3() => Split(Ranks("cl100k_base"), PieceScanner.Llama3, "<|begin_of_text|>", "<|end_of_text|>");

        PipelineTokenizer ThroughGguf(PipelineTokenizer ours)
        {
            string file = Path.Combine(work, "through.gguf");
            File.WriteAllBytes(file, TokenizerFile.ToFiles(ours, file)[0].Content);
            return (PipelineTokenizer)TokenizerFile.Load(file);
        }

        // A published model's split and special tokens over ranks that are at hand.
        static PipelineTokenizer Split(BytePairModel ranks, PieceScanner split, params string[] special) =>
            PublishedVocabulary.Create(ranks, split, special.Select((name, i) => (name, ranks.VocabularySize + i)));

        // Our tokenizer, written by us, read and written again by theirs, and that file read by us: both sides have the same file, and it has been through both.
        FuzzTarget Json(string name, PipelineTokenizer ours, bool roundTrips)
        {
            string written = Path.Combine(work, name + ".json"), saved = Path.Combine(work, name + ".saved.json");
            TokenizerJson.Save(ours, written);
            Node("hf_save.cjs", written, saved).Dispose();
            return new(name, "tokenizers", (PipelineTokenizer)TokenizerJson.Load(saved), EncodeOptions.Full, () => Node("hf_peer.cjs", saved, "special"), roundTrips);
        }

        TokenizerPeer Node(string script, params string[] arguments) => new("node", [Path.Combine(scripts, script), .. arguments], ("NODE_PATH", options.Modules));
    }
}
