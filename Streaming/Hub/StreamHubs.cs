using System.Diagnostics.Metrics;

namespace Exchange.Streaming.Hub;

/// <summary>The hubs of one silo, and the sum of what they and their predecessors have done.</summary>
internal sealed class StreamHubs : IExchangeStreamMetrics, IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<StreamHub> _open = [];
    private readonly Meter _meter = new(IExchangeStreamMetrics.MeterName);
    private StreamCounters _past;

    public StreamHubs()
    {
        _meter.CreateObservableCounter("exchange.streams.published", () => Counters.Published, "{update}", "Updates published.");
        _meter.CreateObservableCounter("exchange.streams.delivered", () => Counters.Delivered, "{update}", "Updates acknowledged by a subscriber.");
        _meter.CreateObservableCounter("exchange.streams.dropped", () => Counters.Dropped, "{subscriber}", "Subscribers dropped as too slow.");
        _meter.CreateObservableCounter("exchange.streams.expired", () => Counters.Expired, "{subscriber}", "Subscribers that stopped renewing.");
        _meter.CreateObservableCounter("exchange.streams.failed", () => Counters.Failed, "{subscriber}", "Subscribers to whom a delivery failed.");
        _meter.CreateObservableGauge("exchange.streams.queued", () => Counters.Queued, "{update}", "Updates waiting for subscribers.");
        _meter.CreateObservableGauge("exchange.streams.subscribers", () => Counters.Subscribers, "{subscriber}", "Subscribers.");
    }

    public StreamCounters Counters
    {
        get
        {
            lock (_lock)
                return _open.Aggregate(_past, (sum, hub) => sum + hub.Counters);
        }
    }

    public void Add(StreamHub hub)
    {
        lock (_lock)
            _open.Add(hub);
    }

    public void Remove(StreamHub hub)
    {
        lock (_lock)
        {
            if (_open.Remove(hub))
                _past += hub.Counters with { Queued = 0, Subscribers = 0 };
        }
    }

    public void Dispose() => _meter.Dispose();
}
