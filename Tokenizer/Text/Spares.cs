namespace PureLlm.Tokenizer.Text;

/// <summary>Working memory that is lent to one thread at a time and comes back: a few slots, no lock, no allocation once warm.</summary>
/// <remarks>A core first looks where it put one back, so that what it remembers is still in that core's caches.</remarks>
internal sealed class Spares<T>(Func<T> create)
    where T : class
{
    private readonly T?[] _slots = new T?[Math.Max(4, 2 * Environment.ProcessorCount)];

    /// <summary>A spare one, or a new one where all are lent.</summary>
    public T Take()
    {
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _slots.Length; i++)
        {
            ref T? slot = ref Slot(first, i);
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } spare)
            {
                return spare;
            }
        }
        return create();
    }

    /// <summary>Gives one back; it is dropped where all slots are full.</summary>
    public void Return(T spare)
    {
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _slots.Length; i++)
        {
            ref T? slot = ref Slot(first, i);
            if (slot is null && Interlocked.CompareExchange(ref slot, spare, null) is null)
            {
                return;
            }
        }
    }

    private ref T? Slot(int first, int offset) => ref _slots[(uint)(first + offset) % (uint)_slots.Length];
}
