using System.Collections.Concurrent;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway;

/// <summary>What the gateway has done since it started; told by <c>session.status</c>.</summary>
internal sealed class GatewayCounters
{
    private readonly ConcurrentDictionary<ExchangeErrorCode, Counter> _errors = new();

    public Counter CommandFrames { get; } = new();

    public Counter CommandBytes { get; } = new();

    public Counter Replies { get; } = new();

    /// <summary>Replies that could not be delivered: the peer is gone, or does not read.</summary>
    public Counter RepliesUndeliverable { get; } = new();

    /// <summary>Frames on the update socket that were neither a subscription nor its end.</summary>
    public Counter UnknownSubscriberFrames { get; } = new();

    /// <summary>Messages on the command socket without a body.</summary>
    public Counter EmptyMessages { get; } = new();

    public Counter TopicSubscriptions { get; } = new();

    public Counter Snapshots { get; } = new();

    public Counter Heartbeats { get; } = new();

    /// <summary>Updates of a stream that came twice or out of order, and were left out.</summary>
    public Counter Duplicates { get; } = new();

    public Counter ProducersLost { get; } = new();

    public Counter EpochChanges { get; } = new();

    /// <summary>Traders that went away and whose orders were cancelled for it.</summary>
    public Counter TradersCancelled { get; } = new();

    /// <summary>Defects: exceptions that nothing expected. Each is logged.</summary>
    public Counter Failures { get; } = new();

    public IEnumerable<KeyValuePair<ExchangeErrorCode, long>> Errors => _errors.Select(e => KeyValuePair.Create(e.Key, e.Value.Value));

    public void CountError(ExchangeErrorCode code) => _errors.GetOrAdd(code, static _ => new Counter()).Add();

    /// <summary>A number that only grows, from any thread.</summary>
    internal sealed class Counter
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Add(long amount = 1) => Interlocked.Add(ref _value, amount);
    }
}
