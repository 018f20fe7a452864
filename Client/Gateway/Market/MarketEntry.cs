using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Market;

/// <summary>What one session asked for. Depth and interval matter for books alone.</summary>
internal readonly record struct MarketWish(int TopN, int FrequencyMs);

/// <summary>One market topic and who wants it. Changes and calls of a topic are made one after another.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "the semaphore's wait handle is never taken")]
internal sealed class MarketEntry(TopicName topic)
{
    private readonly ConcurrentDictionary<GatewaySession, MarketWish> _wishes = new();
    private readonly SemaphoreSlim _lock = new(1, 1);

    // 0: no renewal runs; 1: one runs; 2: one runs and must go round again.
    private int _renewal;

    public TopicName Topic => topic;

    public ConnectionId Connection { get; } = topic.Producer!;

    public bool IsWanted => !_wishes.IsEmpty;

    public int Sessions => _wishes.Count;

    public async Task<Holder> LockAsync()
    {
        await _lock.WaitAsync();
        return new Holder(_lock);
    }

    public MarketWish? Find(GatewaySession session) => _wishes.TryGetValue(session, out var wish) ? wish : null;

    public void Set(GatewaySession session, MarketWish wish) => _wishes[session] = wish;

    public bool Remove(GatewaySession session) => _wishes.TryRemove(session, out _);

    public void Restore(GatewaySession session, MarketWish? before)
    {
        if (before is { } wish)
            _wishes[session] = wish;
        else
            _wishes.TryRemove(session, out _);
    }

    public void Clear() => _wishes.Clear();

    /// <summary>The deepest book and the shortest interval that anybody asked for.</summary>
    public MarketWish Merged()
    {
        var merged = new MarketWish(0, int.MaxValue);
        foreach (var wish in _wishes.Values)
            merged = new MarketWish(Math.Max(merged.TopN, wish.TopN), Math.Min(merged.FrequencyMs, wish.FrequencyMs));
        return merged;
    }

    /// <summary>True when the caller is to renew; false when somebody does so already, and will do it once more.</summary>
    public bool BeginRenewal() => Interlocked.CompareExchange(ref _renewal, 1, 0) == 0 || (Interlocked.Exchange(ref _renewal, 2) == 0 && BeginAgain());

    /// <summary>True when nobody asked for another round meanwhile.</summary>
    public bool EndRenewal() => Interlocked.CompareExchange(ref _renewal, 0, 1) == 1 || Interlocked.Exchange(ref _renewal, 1) == 0;

    private bool BeginAgain()
    {
        Volatile.Write(ref _renewal, 1);
        return true;
    }

    internal readonly struct Holder(SemaphoreSlim held) : IDisposable
    {
        public void Dispose() => held.Release();
    }
}
