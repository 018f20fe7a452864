using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Streaming.Hub;

/// <summary>The newest updates of one stream. Grows to its size as updates come. Not thread-safe.</summary>
internal sealed class UpdateRing<T>(int size)
{
    private StreamUpdate<T>[] _slots = new StreamUpdate<T>[Math.Min(size, 16)];
    private int _count;

    /// <summary>The number of the newest update, 0 when there was none. Updates are numbered from 1.</summary>
    public long LastSeq { get; private set; }

    /// <summary>The place before the oldest update kept.</summary>
    public long OldestAfter => LastSeq - _count;

    public void Add(StreamUpdate<T> update)
    {
        if (_count == _slots.Length && _count < size)
            Grow();
        LastSeq = update.Seq;
        _slots[Slot(update.Seq)] = update;
        if (_count < _slots.Length)
            _count++;
    }

    /// <summary>True when every update after <paramref name="seq"/> is kept.</summary>
    public bool Keeps(long seq) => seq >= OldestAfter && seq <= LastSeq;

    /// <summary>At most <paramref name="limit"/> updates after <paramref name="seq"/>, which must be kept.</summary>
    public ImmutableArray<StreamUpdate<T>> After(long seq, int limit)
    {
        var count = (int)Math.Min(LastSeq - seq, limit);
        var updates = ImmutableArray.CreateBuilder<StreamUpdate<T>>(count);
        for (var i = 1; i <= count; i++)
            updates.Add(_slots[Slot(seq + i)]);
        return updates.MoveToImmutable();
    }

    private int Slot(long seq) => (int)(seq % _slots.Length);

    private void Grow()
    {
        var larger = new StreamUpdate<T>[Math.Min(size, _slots.Length * 2)];
        foreach (var update in _slots)
            larger[(int)(update.Seq % larger.Length)] = update;
        _slots = larger;
    }
}
