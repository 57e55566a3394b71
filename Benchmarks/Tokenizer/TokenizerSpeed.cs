using System.Globalization;
using System.Text;
using PureLlm.Benchmarks.Peers;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>Times our encoder and other programs' in turns, on the same texts and vocabularies, and prints a Markdown table: see Peers/README.md.</summary>
internal static class TokenizerSpeed
{
    private const int BatchRounds = 51;

    private const string Usage = "usage: tokenizer-speed --data FOLDER --code FOLDER [--microsoft FOLDER_WITH_DLL] [--modules NODE_MODULES [--package NAME]] [--rounds N] [--unwarmed] [VOCABULARY|TEXT|TOKENIZER.json ...]";

    public static int Run(string[] args)
    {
        string data = "", code = "", microsoft = "", modules = "", package = "";
        int rounds = 3;
        bool warmed = true;
        List<string> chosen = [];
        for (int i = 0; i < args.Length; i++)
        {
            string Next() => ++i < args.Length ? args[i] : throw new ArgumentException(Usage);
            switch (args[i])
            {
                case "--data": data = Next(); break;
                case "--code": code = Next(); break;
                case "--microsoft": microsoft = Next(); break;
                case "--modules": modules = Next(); break;
                case "--package": package = Next(); break;
                case "--rounds": rounds = int.Parse(Next(), CultureInfo.InvariantCulture); break;
                case "--unwarmed": warmed = false; break;
                default: chosen.Add(args[i]); break;
            }
        }
        if (!Directory.Exists(data) || !Directory.Exists(code))
        {
            throw new ArgumentException(Usage);
        }
        string work = Directory.CreateTempSubdirectory("pure-llm-speed-").FullName;
        try
        {
            SpeedText[] texts =
            [
                .. new (string Name, Func<byte[]> Make)[]
                {
                    ("english", () => File.ReadAllBytes(Path.Combine(data, "text", "war-and-peace.txt"))),
                    ("code", () => SpeedTexts.Code(code)),
                    ("mixed", () => SpeedTexts.Mixed(3_000_000)),
                }.Where(t => Chosen(t.Name, "english", "code", "mixed")).Select(t => Save(t.Name, t.Make(), work)),
            ];
            SpeedText warmUp = Save("warm-up", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Warm up: don't, 123 Ünïcode Привет 日本語 😀\n\n  if (x == 1) { return FooBar; }\r\n", 4000))), work);
            Console.WriteLine("| vocabulary | text | MB | tokenizer | load ms | first pass MB/s | warm MB/s | tokens | ours ÷ it, first | warm |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
            SpeedVocabulary[] files = [.. chosen.Where(name => name.EndsWith(".json", StringComparison.Ordinal)).Select(SpeedVocabulary.OfJson)];
            SpeedVocabulary[] published = [.. SpeedVocabulary.In(Path.Combine(data, "tokenizers")).Where(v => files.Length > 0 ? chosen.Contains(v.Name) : Chosen(v.Name, "r50k_base", "cl100k_base", "o200k_base"))];
            foreach (SpeedVocabulary vocabulary in published.Concat(files))
            {
                Compare(vocabulary, texts, warmed ? warmUp : null, microsoft, modules, package, work, rounds);
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
        return 0;

        bool Chosen(string name, params string[] kind) => !chosen.Exists(kind.Contains) || chosen.Contains(name);
    }

    private static void Compare(SpeedVocabulary vocabulary, SpeedText[] texts, SpeedText? warmUp, string microsoft, string modules, string package, string work, int rounds)
    {
        var ours = new OurSpeed(vocabulary);
        List<SpeedPeer> peers = [ours];
        if (microsoft.Length > 0 && vocabulary.Model is not null)
        {
            peers.Add(new MicrosoftSpeed(vocabulary, microsoft));
        }
        if (modules.Length > 0)
        {
            string json = vocabulary.Path;
            if (vocabulary.Split is not null)
            {
                json = Path.Combine(work, $"{vocabulary.Name}.json");
                TokenizerJson.Save(vocabulary.Load(), json);
            }
            (string Name, string Vocabulary)[] packages = [.. vocabulary.Split is null ? Array.Empty<(string, string)>() : [("tiktoken", vocabulary.Name), ("gpt-tokenizer", vocabulary.Name)], ("tokenizers", json)];
            peers.AddRange(packages.Where(p => package.Length == 0 || p.Name == package).Select(p => new NodeSpeed(p.Name, p.Vocabulary, modules)));
        }
        if (warmUp is not null)
        {
            // Twice with a rest, so that the code is compiled for good before a tokenizer's first pass is taken.
            foreach (SpeedPeer peer in peers)
            {
                for (int i = 0; i < 30; i++)
                {
                    if (i is 0 or 20)
                    {
                        peer.Load();
                    }
                    if (i == 20)
                    {
                        Thread.Sleep(300);
                    }
                    peer.Encode(warmUp);
                }
            }
        }
        foreach (SpeedText text in texts)
        {
            var results = peers.ToDictionary(p => p, _ => (Load: new List<double>(), First: new List<double>(), Warm: new List<double>(), Tokens: 0));
            for (int round = 0; round < rounds; round++)
            {
                foreach (SpeedPeer peer in peers.Skip(round % peers.Count).Concat(peers.Take(round % peers.Count)))
                {
                    results[peer].Load.Add(peer.Load());
                    GC.Collect();
                    (double seconds, int tokens) = peer.Encode(text);
                    results[peer].First.Add(seconds);
                    results[peer].Warm.AddRange(Enumerable.Range(0, 2).Select(_ => peer.Encode(text).Seconds));
                    results[peer] = results[peer] with { Tokens = tokens };
                }
            }
            double first = Median(results[ours].First), warm = Median(results[ours].Warm), size = text.Utf8.Length / 1e6;
            foreach (SpeedPeer peer in peers)
            {
                (List<double> Load, List<double> First, List<double> Warm, int Tokens) r = results[peer];
                string compared = peer == ours ? "| | " : FormattableString.Invariant($"| {Median(r.First) / first:0.0}× | {Median(r.Warm) / warm:0.0}× ");
                Console.WriteLine(FormattableString.Invariant(
                    $"| {vocabulary.Name} | {text.Name} | {size:0.00} | {peer.Name} | {1e3 * Median(r.Load):0} | {size / Median(r.First):0.0} | {size / Median(r.Warm):0.0} | {r.Tokens} {compared}|"));
            }
            ReadOnlyMemory<byte>[] documents = [.. Documents(text.Utf8, 16_384)];
            // Twice on two threads first, so that both have met the text; then in turns.
            ours.Batch(documents, 2);
            ours.Batch(documents, 2);
            var scaling = new CoreScaling(threads => ours.Batch(documents, threads));
            for (int i = 0; i < BatchRounds; i++)
            {
                scaling.Measure();
            }
            Console.WriteLine(FormattableString.Invariant(
                $"| {vocabulary.Name} | {text.Name} | {size:0.00} | pure-llm, {documents.Length} documents, 2 threads | | | {size / scaling.Two:0.0} | | | {scaling.Ratio:0.00}× 1 thread (plain arithmetic {scaling.PlainRatio:0.00}×); shortest {scaling.RatioOfShortest:0.00}× |"));
        }
        peers.ForEach(peer => peer.Dispose());
    }

    private static SpeedText Save(string name, byte[] utf8, string folder)
    {
        string path = Path.Combine(folder, name + ".txt");
        File.WriteAllBytes(path, utf8);
        return new SpeedText(name, utf8, path);
    }

    /// <summary>A text cut at line ends into documents of about this size.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Documents(byte[] text, int size)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            int line = start + size >= text.Length ? -1 : text.AsSpan(start + size).IndexOf((byte)'\n');
            end = line < 0 ? text.Length : start + size + line + 1;
            yield return text.AsMemory(start, end - start);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
