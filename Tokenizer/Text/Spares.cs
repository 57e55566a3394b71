namespace PureLlm.Tokenizer.Text;

/// <summary>Working memory that is lent to one thread at a time and comes back: a few slots, no lock, no allocation once warm.</summary>
internal sealed class Spares<T>(Func<T> create)
    where T : class
{
    private readonly T?[] _slots = new T?[Math.Max(4, 2 * Environment.ProcessorCount)];

    /// <summary>A spare one, or a new one where all are lent.</summary>
    public T Take()
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is not null && Interlocked.Exchange(ref _slots[i], null) is { } spare)
            {
                return spare;
            }
        }
        return create();
    }

    /// <summary>Gives one back; it is dropped where all slots are full.</summary>
    public void Return(T spare)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is null && Interlocked.CompareExchange(ref _slots[i], spare, null) is null)
            {
                return;
            }
        }
    }
}
