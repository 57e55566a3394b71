using System.Diagnostics;

namespace PureLlm.Benchmarks.Peers;

/// <summary>Another program's tokenizer in a process of its own, asked over its standard input; the frames are described in <c>tokenizers/frames.cjs</c>.</summary>
internal sealed class TokenizerPeer : IDisposable
{
    private readonly Process _process;
    private readonly BinaryReader _answers;
    private readonly BinaryWriter _requests;

    /// <summary>Starts <paramref name="program"/>; environment entries are added to this process's own.</summary>
    public TokenizerPeer(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        _requests = new BinaryWriter(new BufferedStream(_process.StandardInput.BaseStream, 1 << 16));
        _answers = new BinaryReader(new BufferedStream(_process.StandardOutput.BaseStream, 1 << 16));
    }

    /// <summary>The peer's ids of each text, which must be valid UTF-8.</summary>
    public int[][] Encode(IReadOnlyList<byte[]> texts)
    {
        Ask(0, texts, text => text.Length, text => _requests.Write(text));
        return Answer(texts.Count, length =>
        {
            var ids = new int[length];
            for (int i = 0; i < length; i++)
            {
                ids[i] = _answers.ReadInt32();
            }
            return ids;
        });
    }

    /// <summary>The peer's text of each row of ids, UTF-8.</summary>
    public byte[][] Decode(IReadOnlyList<int[]> rows)
    {
        Ask(1, rows, row => row.Length, row =>
        {
            foreach (int id in row)
            {
                _requests.Write(id);
            }
        });
        return Answer(rows.Count, _answers.ReadBytes);
    }

    public void Dispose()
    {
        _requests.Dispose();
        _process.WaitForExit();
        _answers.Dispose();
        _process.Dispose();
    }

    private void Ask<T>(int operation, IReadOnlyList<T> items, Func<T, int> length, Action<T> write)
    {
        _requests.Write(operation);
        _requests.Write(items.Count);
        foreach (T item in items)
        {
            _requests.Write(length(item));
            write(item);
        }
        _requests.Flush();
    }

    private T[] Answer<T>(int count, Func<int, T> read)
    {
        try
        {
            var answers = new T[count];
            for (int i = 0; i < count; i++)
            {
                answers[i] = read(_answers.ReadInt32());
            }
            return answers;
        }
        catch (EndOfStreamException)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}: the peer ended before it answered; its message is above.");
        }
    }
}
