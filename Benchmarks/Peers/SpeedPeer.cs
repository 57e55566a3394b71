using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using PureLlm.Benchmarks.Tokenizer;
using PureLlm.Tokenizer;

namespace PureLlm.Benchmarks.Peers;

/// <summary>A tokenizer that is timed, ours or another program's, each with the form of text that its own interface takes.</summary>
internal abstract class SpeedPeer(string name) : IDisposable
{
    public string Name => name;

    /// <summary>Makes a fresh tokenizer from its file; the seconds that it took.</summary>
    public abstract double Load();

    /// <summary>Encodes a text with the tokenizer made last; the seconds that it took, and the tokens.</summary>
    public abstract (double Seconds, int Tokens) Encode(SpeedText text);

    public virtual void Dispose()
    {
    }
}

/// <summary>A text in the forms that peers take: bytes, UTF-16, and a file.</summary>
internal sealed record SpeedText(string Name, byte[] Utf8, string Path)
{
    public string Text { get; } = Encoding.UTF8.GetString(Utf8);
}

/// <summary>This project's pipeline: UTF-8 in, ids and byte ranges out.</summary>
internal sealed class OurSpeed(SpeedVocabulary vocabulary) : SpeedPeer("pure-llm")
{
    private PipelineTokenizer? _tokenizer;
    private TokenBuffer _tokens = new();

    public override double Load()
    {
        var clock = Stopwatch.StartNew();
        _tokenizer = vocabulary.Load();
        double seconds = clock.Elapsed.TotalSeconds;
        _tokens = new TokenBuffer();
        return seconds;
    }

    public override (double Seconds, int Tokens) Encode(SpeedText text)
    {
        var clock = Stopwatch.StartNew();
        _tokens.Clear();
        _tokenizer!.Encode(text.Utf8, _tokens);
        return (clock.Elapsed.TotalSeconds, _tokens.Count);
    }

    /// <summary>The seconds for many documents on this many threads, by a warm tokenizer.</summary>
    public double Batch(IReadOnlyList<ReadOnlyMemory<byte>> documents, int threads)
    {
        var clock = Stopwatch.StartNew();
        _tokenizer!.EncodeBatch(documents, default, threads);
        return clock.Elapsed.TotalSeconds;
    }
}

/// <summary>Microsoft.ML.Tokenizers from a folder with its assembly: UTF-16 in, ids out. It is no dependency of this project, so it is found by reflection.</summary>
internal sealed class MicrosoftSpeed : SpeedPeer
{
    private readonly SpeedVocabulary _vocabulary;
    private readonly MethodInfo _create;
    private readonly MethodInfo _encode;
    private object? _tokenizer;

    public MicrosoftSpeed(SpeedVocabulary vocabulary, string folder)
        : base("Microsoft.ML.Tokenizers")
    {
        _vocabulary = vocabulary;
        Assembly assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(Path.Combine(folder, "Microsoft.ML.Tokenizers.dll")));
        Type type = assembly.GetType("Microsoft.ML.Tokenizers.TiktokenTokenizer", throwOnError: true)!;
        _create = type.GetMethods().Single(m => m.Name == "CreateForModel" && m.GetParameters() is { Length: 5 } p && p[1].ParameterType == typeof(Stream));
        _encode = type.GetMethods().Single(m => m.Name == "EncodeToIds" && m.GetParameters() is { Length: 3 } p && p[0].ParameterType == typeof(string));
    }

    public override double Load()
    {
        var clock = Stopwatch.StartNew();
        using FileStream file = File.OpenRead(_vocabulary.Path);
        _tokenizer = _create.Invoke(null, [_vocabulary.Model, file, null, Type.Missing, null])!;
        return clock.Elapsed.TotalSeconds;
    }

    public override (double Seconds, int Tokens) Encode(SpeedText text)
    {
        var clock = Stopwatch.StartNew();
        var ids = (IReadOnlyList<int>)_encode.Invoke(_tokenizer, [text.Text, true, true])!;
        return (clock.Elapsed.TotalSeconds, ids.Count);
    }
}

/// <summary>A JavaScript or WebAssembly package in a process of its own, which does its own timing.</summary>
internal sealed class NodeSpeed : SpeedPeer
{
    private readonly Process _process;

    public NodeSpeed(string package, string vocabulary, string modules)
        : base(package)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "tokenizers", "speed_peer.cjs"), package, vocabulary])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["NODE_PATH"] = Path.GetFullPath(modules);
        _process = Process.Start(start)!;
    }

    public override double Load() => Ask("load").Seconds;

    public override (double Seconds, int Tokens) Encode(SpeedText text) => Ask($"encode {text.Path}");

    public override void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private (double Seconds, int Tokens) Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        string[] answer = (_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name}: the peer ended before it answered; its message is above.")).Split(' ');
        return (double.Parse(answer[0], CultureInfo.InvariantCulture), int.Parse(answer[1], CultureInfo.InvariantCulture));
    }
}
