using System.Buffers;

namespace PureLlm.Tokenizer.Training;

/// <summary>Where a trainer's text comes from, block by block, so that a corpus may be larger than memory. Read once per training.</summary>
public abstract class TrainingCorpus
{
    private const int BlockLength = 1 << 20;

    /// <summary>Each element is one text; no piece spans two of them.</summary>
    public static TrainingCorpus FromTexts(IEnumerable<ReadOnlyMemory<byte>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new Texts(texts);
    }

    /// <summary>Each line, its line feed included, is one text: what Hugging Face's trainers make of files.</summary>
    public static TrainingCorpus FromLines(Stream utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        return new Lines(() => [utf8], null);
    }

    /// <summary>Each line of each file, its line feed included, is one text. Files are opened one after the other.</summary>
    /// <exception cref="TokenizerException">A file does not exist.</exception>
    public static TrainingCorpus FromFiles(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        long length = 0;
        foreach (string path in paths)
        {
            var file = new FileInfo(path);
            length += file.Exists ? file.Length : throw new TokenizerException($"train: there is no file '{path}'.");
        }
        return new Lines(() => paths.Select(File.OpenRead), length);
    }

    /// <summary>Bytes in all, where that is known before reading.</summary>
    internal abstract long? Length { get; }

    /// <summary>The blocks in order. Whoever takes a block returns it.</summary>
    internal abstract IEnumerable<CorpusBlock> Blocks();

    private sealed class Texts(IEnumerable<ReadOnlyMemory<byte>> texts) : TrainingCorpus
    {
        internal override long? Length => texts is IReadOnlyCollection<ReadOnlyMemory<byte>> known ? known.Sum(t => (long)t.Length) : null;

        internal override IEnumerable<CorpusBlock> Blocks() => texts.Select(text => new CorpusBlock(text, null, AreLines: false));
    }

    private sealed class Lines(Func<IEnumerable<Stream>> open, long? length) : TrainingCorpus
    {
        internal override long? Length => length;

        internal override IEnumerable<CorpusBlock> Blocks()
        {
            foreach (Stream stream in open())
            {
                using (stream)
                {
                    foreach (CorpusBlock block in Blocks(stream))
                    {
                        yield return block;
                    }
                }
            }
        }

        /// <summary>Blocks that end behind a line feed; a line longer than a block makes the block grow.</summary>
        private static IEnumerable<CorpusBlock> Blocks(Stream stream)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockLength);
            int filled = 0, searched = 0;
            while (true)
            {
                filled += stream.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
                if (filled < buffer.Length)
                {
                    yield return new CorpusBlock(buffer.AsMemory(0, filled), buffer, AreLines: true);
                    yield break;
                }
                int end = searched + buffer.AsSpan(searched, filled - searched).LastIndexOf((byte)'\n') + 1;
                bool found = end > searched;
                byte[] next = Next(found ? BlockLength + filled - end : 2L * filled);
                int keptFrom = found ? end : 0;
                buffer.AsSpan(keptFrom, filled - keptFrom).CopyTo(next);
                if (found)
                {
                    yield return new CorpusBlock(buffer.AsMemory(0, end), buffer, AreLines: true);
                }
                else
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
                (buffer, filled) = (next, filled - keptFrom);
                searched = found ? 0 : filled;
            }
        }

        private static byte[] Next(long length) =>
            length <= 1 << 30
                ? ArrayPool<byte>.Shared.Rent((int)length)
                : throw new TokenizerException($"train: a line of more than {length / 2:N0} bytes; a corpus file is read by lines and needs line feeds.");
    }
}

/// <summary>Some text of a corpus: one text, or whole lines that are a text each.</summary>
internal readonly record struct CorpusBlock(ReadOnlyMemory<byte> Bytes, byte[]? Rented, bool AreLines)
{
    /// <summary>The ranges of the block's texts: each line, or the one text.</summary>
    public IEnumerable<Range> Texts()
    {
        int start = 0;
        while (AreLines && Bytes.Span[start..].IndexOf((byte)'\n') is var end and >= 0)
        {
            yield return start..(start + end + 1);
            start += end + 1;
        }
        if (start < Bytes.Length)
        {
            yield return start..Bytes.Length;
        }
    }

    /// <summary>Gives the memory back for the next block.</summary>
    public void Return()
    {
        if (Rented is not null)
        {
            ArrayPool<byte>.Shared.Return(Rented);
        }
    }
}
