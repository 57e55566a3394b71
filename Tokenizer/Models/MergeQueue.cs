namespace PureLlm.Tokenizer.Models;

/// <summary>A heap of candidate merges, the lowest rank first and then the leftmost; its memory is kept from piece to piece.</summary>
internal sealed class MergeQueue
{
    private (ulong Order, int Result)[] _heap = new (ulong, int)[64];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Add(int rank, int place, int result)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * Count);
        }
        (ulong, int) item = (((ulong)(uint)rank << 32) | (uint)place, result);
        int at = Count++;
        while (at > 0 && item.Item1 < _heap[(at - 1) / 4].Order)
        {
            _heap[at] = _heap[(at - 1) / 4];
            at = (at - 1) / 4;
        }
        _heap[at] = item;
    }

    public (int Rank, int Place, int Result) Take()
    {
        (ulong Order, int Result) first = _heap[0], last = _heap[--Count];
        int at = 0;
        for (int child = 1; child < Count; child = (4 * at) + 1)
        {
            int least = child, end = Math.Min(child + 4, Count);
            for (int i = child + 1; i < end; i++)
            {
                least = _heap[i].Order < _heap[least].Order ? i : least;
            }
            if (last.Order <= _heap[least].Order)
            {
                break;
            }
            _heap[at] = _heap[least];
            at = least;
        }
        _heap[at] = last;
        return ((int)(first.Order >> 32), (int)(uint)first.Order, first.Result);
    }
}
