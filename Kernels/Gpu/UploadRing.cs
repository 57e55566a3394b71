namespace PureLlm.Kernels.Gpu;

/// <summary>Pieces of staging on their way to the device while it computes: two halves, each filled piece by piece.</summary>
/// <remarks>
/// A piece is written by the host (W), copied to the device by the copy queue (C), and read there by the compute queue (R), which puts it where it belongs: so a
/// buffer is only ever touched by the compute queue, and a copy needs not wait for the last use of its target. Three hazards remain:
/// R before C of the same piece: <see cref="Send"/> holds the compute queue until the piece has arrived.
/// W before C of the half's last turn: <see cref="Take"/> waits until its copies are done before the host writes there again.
/// C before R of the half's last turn: <see cref="Take"/> holds the copy queue until the compute queue has read what lies there.
/// The caller queues R between <see cref="Send"/> and the next <see cref="Take"/>.
/// </remarks>
/// <param name="streams">Where the copies are queued.</param>
/// <param name="pieceWords">Words of a half: the longest piece.</param>
internal sealed class UploadRing(ICopyStreams streams, int pieceWords)
{
    // Pieces start at multiples of this many words: 256 bytes.
    private const int Alignment = 64;

    private readonly int arrived = streams.CreateMark();
    private readonly int[] copied = [streams.CreateMark(), streams.CreateMark()], read = [streams.CreateMark(), streams.CreateMark()];
    private int half, used;

    /// <summary>Words of staging for so long pieces.</summary>
    public static int StagingWords(int pieceWords) => 2 * pieceWords;

    /// <summary>Where a piece starts that the host may write.</summary>
    public int Take(int words)
    {
        if (words > pieceWords - used)
        {
            streams.Set(copied[half], StreamKind.Copy);
            streams.Set(read[half], StreamKind.Compute);
            half ^= 1;
            used = 0;
            streams.Wait(copied[half]);
            streams.Hold(StreamKind.Copy, read[half]);
        }
        int start = (half * pieceWords) + used;
        used = Math.Min(pieceWords, used + ((words + Alignment - 1) / Alignment * Alignment));
        return start;
    }

    /// <summary>Queues the copy of a piece that the host has written; work that the compute queue gets now finds it on the device.</summary>
    public void Send(int start, int words)
    {
        streams.Upload(start, words);
        streams.Set(arrived, StreamKind.Copy);
        streams.Hold(StreamKind.Compute, arrived);
    }
}
