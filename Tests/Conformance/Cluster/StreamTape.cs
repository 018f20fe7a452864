using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Orleans.Streams;

namespace Exchange.Tests.Conformance.Cluster;

/// <summary>What a trader's subscription is handed: updates, and notices that something may have been missed.</summary>
internal sealed class StreamTape<T>(Signal changed) : IAsyncObserver<StreamUpdate<T>>
{
    private readonly Lock _gate = new();
    private readonly List<StreamUpdate<T>> _updates = [];
    private readonly HashSet<int> _resumedAt = [];

    /// <summary>Everything so far.</summary>
    public IReadOnlyList<StreamUpdate<T>> Updates
    {
        get
        {
            lock (_gate)
                return [.. _updates];
        }
    }

    /// <summary>The indices of updates ahead of which the trader was told to take a snapshot.</summary>
    public IReadOnlySet<int> ResumedAt
    {
        get
        {
            lock (_gate)
                return new HashSet<int>(_resumedAt);
        }
    }

    public Task OnNextAsync(StreamUpdate<T> item, StreamSequenceToken? token = null)
    {
        lock (_gate)
            _updates.Add(item);
        changed.Set();
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        if (ex is StreamSnapshotRequiredException or StreamDroppedException)
        {
            lock (_gate)
                _resumedAt.Add(_updates.Count);
        }

        changed.Set();
        return Task.CompletedTask;
    }
}
