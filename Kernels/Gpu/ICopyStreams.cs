namespace PureLlm.Kernels.Gpu;

/// <summary>A queue of work on a device.</summary>
internal enum StreamKind
{
    /// <summary>Kernels, and copies between places of the device.</summary>
    Compute,

    /// <summary>Copies between the host and the device.</summary>
    Copy,
}

/// <summary>The two queues of a device, the marks that order them, and the staging that the copy queue moves words through.</summary>
/// <remarks>Staging is page-locked memory of the host and as much memory of the device: word i of the one is copied to word i of the other. A mark that was never set is passed.</remarks>
internal interface ICopyStreams : IDisposable
{
    /// <summary>A new mark.</summary>
    int CreateMark();

    /// <summary>Sets a mark behind all work that a queue has now; it is passed when that is done.</summary>
    void Set(int mark, StreamKind behind);

    /// <summary>Work that a queue gets from now on starts when the mark, as it is set now, is passed.</summary>
    void Hold(StreamKind stream, int mark);

    /// <summary>The host waits until a mark is passed.</summary>
    void Wait(int mark);

    bool IsPassed(int mark);

    /// <summary>Queues a copy of staging words to the device.</summary>
    void Upload(int start, int words);

    /// <summary>Queues a copy of staging words from the device.</summary>
    void Download(int start, int words);

    /// <summary>Staging of the host.</summary>
    Span<float> Host(int start, int words);
}
