using System.Text;
using System.Text.Unicode;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Data;

/// <summary>Text files as a corpus: UTF-8, with or without a byte-order mark; one file is one document unless it holds end-of-text marks.</summary>
public static class TextFiles
{
    private static readonly byte[] Mark = Encoding.UTF8.GetBytes(TextTokenizer.EndOfTextMark);

    /// <summary>Reads the files and holds out the last share of each (of its bytes, or of its documents where marks separate them).</summary>
    /// <param name="paths">The files, in order.</param>
    /// <param name="validationShare">0 holds out nothing.</param>
    /// <param name="validationPaths">Files to validate on instead of a share.</param>
    /// <exception cref="DataException">A file is empty, is not text, or all together are too large for memory.</exception>
    public static Corpus Read(IReadOnlyList<string> paths, double validationShare, IReadOnlyList<string>? validationPaths = null)
    {
        long total = paths.Concat(validationPaths ?? []).Sum(p => new FileInfo(p).Length);
        if (total > 1_900_000_000)
        {
            throw new DataException("D004", $"{total / 1e9:0.0} GB of text do not fit in memory as one corpus (1.9 GB at most). Make .bin token files of it, and use those as data.source.");
        }
        List<ReadOnlyMemory<byte>> train = [], held = [];
        foreach (string path in paths)
        {
            List<ReadOnlyMemory<byte>> documents = SplitAtMarks(ReadText(path));
            HoldOut(documents, validationPaths is null ? validationShare : 0, train, held);
        }
        foreach (string path in validationPaths ?? [])
        {
            held.AddRange(SplitAtMarks(ReadText(path)));
        }
        return new Corpus
        {
            Name = paths.Count == 1 ? Path.GetFileName(paths[0]) : $"{paths.Count} files",
            Train = Join(train),
            Validation = Join(held),
            EndsDocuments = train.Count > 1 || held.Count > 1,
        };
    }

    /// <summary>The bytes of one text file, without its byte-order mark.</summary>
    /// <exception cref="DataException">The file is empty or is not UTF-8 text.</exception>
    public static ReadOnlyMemory<byte> ReadText(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        ReadOnlySpan<byte> span = bytes;
        if (span.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || span.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
        {
            throw new DataException("D002", $"{path} is UTF-16 text; save it as UTF-8.");
        }
        ReadOnlyMemory<byte> text = bytes.AsMemory(span.StartsWith("\ufeff"u8) ? 3 : 0);
        if (text.IsEmpty)
        {
            throw new DataException("D002", $"{path} is empty; there is nothing to learn from.");
        }
        int zero = text.Span.IndexOf((byte)0);
        if (zero >= 0)
        {
            throw new DataException("D002", $"{path} is a binary file, not text: byte {zero:N0} is 0. Text files are UTF-8; token files end in .bin.");
        }
        if (!Utf8.IsValid(text.Span))
        {
            throw new DataException("D002", $"{path} is not UTF-8: byte {FirstInvalid(text.Span):N0} belongs to no character. Save it as UTF-8 (it may be Latin-1 or Windows-1252).");
        }
        return text;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }
        return at;
    }

    private static List<ReadOnlyMemory<byte>> SplitAtMarks(ReadOnlyMemory<byte> text)
    {
        List<ReadOnlyMemory<byte>> documents = [];
        for (int end; (end = text.Span.IndexOf(Mark)) >= 0; text = text[(end + Mark.Length)..])
        {
            AddTrimmed(text[..end]);
        }
        if (documents.Count == 0)
        {
            return [text];
        }
        AddTrimmed(text);
        return documents;

        // Line ends around a mark are layout, not text.
        void AddTrimmed(ReadOnlyMemory<byte> part)
        {
            part = part.Trim("\r\n"u8);
            if (!part.IsEmpty)
            {
                documents.Add(part);
            }
        }
    }

    private static void HoldOut(List<ReadOnlyMemory<byte>> documents, double share, List<ReadOnlyMemory<byte>> train, List<ReadOnlyMemory<byte>> held)
    {
        if (documents.Count > 1)
        {
            int kept = documents.Count - (share > 0 ? Math.Max(1, (int)Math.Round(documents.Count * share)) : 0);
            train.AddRange(documents.Take(kept));
            held.AddRange(documents.Skip(kept));
            return;
        }
        ReadOnlyMemory<byte> text = documents[0];
        int cut = (int)(text.Length * (1 - share));
        while (cut < text.Length && (text.Span[cut] & 0xC0) == 0x80)
        {
            cut--;
        }
        train.Add(text[..cut]);
        if (cut < text.Length)
        {
            held.Add(text[cut..]);
        }
    }

    private static Documents Join(List<ReadOnlyMemory<byte>> parts)
    {
        var utf8 = new byte[parts.Sum(p => (long)p.Length)];
        var starts = new int[parts.Count];
        for (int i = 0, at = 0; i < parts.Count; at += parts[i].Length, i++)
        {
            starts[i] = at;
            parts[i].CopyTo(utf8.AsMemory(at));
        }
        return new Documents(utf8, starts);
    }
}
