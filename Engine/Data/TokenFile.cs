using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PureLlm.Engine.Formats;

namespace PureLlm.Engine.Data;

/// <summary>A .bin file of token ids, mapped into memory: bare little-endian uint16 or uint32, or with llm.c's header of 256 int32.</summary>
/// <remarks>
/// The header is (20240520, 1, count) for uint16 tokens and (20240801, 7, count) for uint32 ones, zeros after it, then the tokens.
/// A bare file holds uint16 where the vocabulary has at most 65,536 tokens, else uint32.
/// </remarks>
public sealed unsafe class TokenFile : TokenStore
{
    /// <summary>The first int32 of a headed file of uint16 tokens.</summary>
    public const int Magic16 = 20240520;

    /// <summary>The first int32 of a headed file of uint32 tokens.</summary>
    public const int Magic32 = 20240801;

    private const int HeaderBytes = 256 * sizeof(int);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _tokens;
    private readonly bool _wide;
    private bool _disposed;

    /// <summary>Maps a file and checks every token against the vocabulary.</summary>
    /// <exception cref="DataException">The file is not a token file, is cut off, or holds a token outside the vocabulary.</exception>
    public TokenFile(string path, int vocabularySize)
    {
        long bytes = new FileInfo(path).Length;
        Header header = ReadHeader(path, bytes, vocabularySize);
        Count = header.Count;
        _wide = header.Wide;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _tokens = start + _view.PointerOffset + header.Offset;
        try
        {
            RequireInside(path, vocabularySize);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override long Count { get; }

    public override void Read(long start, Span<int> destination)
    {
        if (start < 0 || start + destination.Length > Count)
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"[{start}, {start}+{destination.Length}) leaves a file of {Count} tokens.");
        }
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (int)At(start + i);
        }
    }

    /// <summary>Writes tokens in the headed form: uint16 where the vocabulary allows it, else uint32.</summary>
    /// <exception cref="IOException">The disk is full, or the folder is not writable; an older file of that name is untouched.</exception>
    public static void Write(string path, TokenStore tokens, int vocabularySize) => AtomicFile.Write(path, file => Write(file, tokens, vocabularySize > ushort.MaxValue + 1));

    private static void Write(Stream file, TokenStore tokens, bool wide)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(header, wide ? Magic32 : Magic16);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], wide ? 7 : 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], checked((int)tokens.Count));
        file.Write(header);
        var ids = new int[1 << 14];
        var bytes = new byte[ids.Length * (wide ? 4 : 2)];
        for (long at = 0; at < tokens.Count; at += ids.Length)
        {
            Span<int> part = ids.AsSpan(0, (int)Math.Min(ids.Length, tokens.Count - at));
            tokens.Read(at, part);
            for (int i = 0; i < part.Length; i++)
            {
                if (wide)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 4), part[i]);
                }
                else
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), (ushort)part[i]);
                }
            }
            file.Write(bytes.AsSpan(0, part.Length * (wide ? 4 : 2)));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint At(long index) => _wide
        ? LittleEndian(Unsafe.ReadUnaligned<uint>(_tokens + (index * 4)))
        : LittleEndian16(Unsafe.ReadUnaligned<ushort>(_tokens + (index * 2)));

    private static uint LittleEndian(uint value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private static uint LittleEndian16(ushort value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private void RequireInside(string path, int vocabularySize)
    {
        for (long i = 0; i < Count; i++)
        {
            if (At(i) >= (uint)vocabularySize)
            {
                throw new DataException(
                    "D007",
                    $"token {At(i):N0} at position {i:N0} of {path} is outside the vocabulary of {vocabularySize:N0}. The file was made with another tokenizer; use that one, or make the file again from its text.");
            }
        }
    }

    private static Header ReadHeader(string path, long bytes, int vocabularySize)
    {
        Span<byte> start = stackalloc byte[12];
        using FileStream file = File.OpenRead(path);
        bool mayHaveHeader = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length;
        int magic = mayHaveHeader ? BinaryPrimitives.ReadInt32LittleEndian(start) : 0;
        if (magic is Magic16 or Magic32)
        {
            return Headed(path, bytes, magic, BinaryPrimitives.ReadInt32LittleEndian(start[4..]), BinaryPrimitives.ReadInt32LittleEndian(start[8..]));
        }
        bool wide = vocabularySize > ushort.MaxValue + 1;
        int size = wide ? 4 : 2;
        if (bytes == 0 || bytes % size != 0)
        {
            throw new DataException("D003", $"{path} has {bytes:N0} bytes, not a whole number of {size}-byte tokens (a vocabulary of {vocabularySize:N0} takes uint{size * 8}); it is empty, cut off or no token file.");
        }
        return new Header(0, bytes / size, wide);
    }

    private static Header Headed(string path, long bytes, int magic, int version, int count)
    {
        int expectedVersion = magic == Magic16 ? 1 : 7, size = magic == Magic16 ? 2 : 4;
        if (version != expectedVersion)
        {
            throw new DataException("D003", $"{path}: the header has version {version}; token files with magic {magic} are read in version {expectedVersion}.");
        }
        if (count < 1 || HeaderBytes + ((long)count * size) != bytes)
        {
            throw new DataException("D003", $"{path}: the header promises {count:N0} tokens of {size} bytes, {HeaderBytes + ((long)count * size):N0} bytes in all, but the file has {bytes:N0}; it was cut off or changed.");
        }
        return new Header(HeaderBytes, count, size == 4);
    }

    private readonly record struct Header(int Offset, long Count, bool Wide);
}
