using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Unicode;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Training;

/// <summary>Counts a corpus's pieces on several threads. Sums do not depend on who counted what, so the counts are the same for any number of threads.</summary>
internal static class PieceCounter
{
    /// <summary>A long text is counted in parts of about this many bytes where its split allows it.</summary>
    private const int PartLength = 1 << 18;

    /// <summary>The distinct pieces of the corpus with their counts, in no particular order.</summary>
    public static PieceTable Count(TrainingCorpus corpus, TrainingRun run, Func<PieceCutter> cutter, bool requireUtf8 = false)
    {
        int threads = Math.Max(1, run.Threads);
        var tables = new PieceTable[threads];
        long done = 0, total = corpus.Length ?? 0;
        PieceCutter parts = cutter();
        using IEnumerator<CorpusBlock> blocks = corpus.Blocks().SelectMany(block => Parts(block, parts)).GetEnumerator();
        void Work(int worker)
        {
            PieceCutter own = cutter();
            PieceTable table = tables[worker] = new PieceTable();
            while (true)
            {
                CorpusBlock block;
                lock (blocks)
                {
                    run.Cancellation.ThrowIfCancellationRequested();
                    if (!blocks.MoveNext())
                    {
                        return;
                    }
                    block = blocks.Current;
                    done += block.Bytes.Length;
                    run.Progress?.Invoke(new TrainingProgress(TrainingPhase.Reading, done, total));
                }
                if (requireUtf8 && !Utf8.IsValid(block.Bytes.Span))
                {
                    throw NotUtf8(block.Bytes.Span);
                }
                own.Count(block, table);
                block.Return();
            }
        }
        Parallel(threads, Work);
        for (int i = 1; i < threads; i++)
        {
            tables[0].Add(tables[i]);
            tables[i] = null!;
        }
        return tables[0];
    }

    /// <summary>The error for a corpus without text.</summary>
    public static TokenizerException Empty(string trainer) => new($"{trainer} training: the corpus holds no text; give texts, or files that are not empty.");

    /// <summary>Runs the work of each worker on a thread of its own; the first error is thrown as it was.</summary>
    public static void Parallel(int threads, Action<int> work)
    {
        if (threads == 1)
        {
            work(0);
            return;
        }
        Task[] others = [.. Enumerable.Range(1, threads - 1).Select(worker => Task.Factory.StartNew(() => work(worker), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        ExceptionDispatchInfo? error = null;
        try
        {
            work(0);
        }
        catch (Exception e)
        {
            error = ExceptionDispatchInfo.Capture(e);
        }
        foreach (Task other in others)
        {
            try
            {
                other.GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                error ??= ExceptionDispatchInfo.Capture(e);
            }
        }
        error?.Throw();
    }

    private static TokenizerException NotUtf8(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(text[at..], out _, out int length) == OperationStatus.Done)
        {
            at += length;
        }
        string before = Encoding.UTF8.GetString(text[Math.Max(0, at - 20)..at]).ReplaceLineEndings(" ");
        return new TokenizerException(
            $"train: the corpus is not UTF-8: byte 0x{text[at]:x2} behind '{before}'; this trainer works on characters: repair the text, or train a byte-level vocabulary.");
    }

    private static IEnumerable<CorpusBlock> Parts(CorpusBlock block, PieceCutter cutter)
    {
        if (block.AreLines)
        {
            yield return block;
            yield break;
        }
        for (int start = 0; start < block.Bytes.Length;)
        {
            int rest = block.Bytes.Length - start;
            int length = rest <= 2 * PartLength ? rest : cutter.CutNear(block.Bytes.Span[start..], PartLength);
            yield return block with { Bytes = block.Bytes.Slice(start, length) };
            start += length;
        }
    }
}

/// <summary>Cuts texts into pieces and counts them; belongs to one thread.</summary>
internal abstract class PieceCutter
{
    /// <summary>Counts the pieces of one text.</summary>
    public abstract void Count(ReadOnlySpan<byte> text, PieceTable table);

    /// <summary>The length of a first part of the text, such that the parts have the pieces of the whole; the whole where that is not known.</summary>
    public virtual int CutNear(ReadOnlySpan<byte> text, int near) => text.Length;

    /// <summary>Counts the pieces of a block: of each line, or of the one text.</summary>
    public void Count(CorpusBlock block, PieceTable table)
    {
        ReadOnlySpan<byte> rest = block.Bytes.Span;
        while (block.AreLines && rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            Count(rest[..(end + 1)], table);
            rest = rest[(end + 1)..];
        }
        Count(rest, table);
    }
}

/// <summary>A published split, straight from the bytes.</summary>
internal sealed class ScannerCutter(PieceScanner scanner) : PieceCutter
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Count(ReadOnlySpan<byte> text, PieceTable table)
    {
        for (int i = 0; i < text.Length;)
        {
            int length = scanner.NextLength(text, i);
            table.Add(text.Slice(i, length));
            i += length;
        }
    }

    /// <summary>Before a single space between two ASCII letters every published split ends a piece and begins one, whatever stands around them.</summary>
    public override int CutNear(ReadOnlySpan<byte> text, int near)
    {
        for (int i = near; i + 1 < text.Length; i++)
        {
            if (text[i] == ' ' && char.IsAsciiLetter((char)text[i - 1]) && char.IsAsciiLetter((char)text[i + 1]))
            {
                return i;
            }
        }
        return text.Length;
    }
}

/// <summary>Any normalizer and pre-tokenizer.</summary>
internal sealed class PipelineCutter(Normalizer? normalizer, PreTokenizer preTokenizer) : PieceCutter
{
    private readonly AlignedText _text = new();
    private readonly PieceList _pieces = new();

    public override void Count(ReadOnlySpan<byte> text, PieceTable table)
    {
        _text.Reset(text);
        normalizer?.Normalize(_text);
        _pieces.Reset(_text.Length);
        preTokenizer.Split(_text, _pieces);
        ReadOnlySpan<byte> bytes = _text.Bytes;
        for (int i = 0; i < _pieces.Count; i++)
        {
            (int start, int end) = _pieces[i];
            table.Add(bytes[start..end]);
        }
    }
}
