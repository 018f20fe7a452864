using Exchange.Client.Gateway.Traders;
using Exchange.Client.Protocol;

namespace Exchange.Client.Gateway.Sessions;

/// <summary>What the gateway knows of one peer of the command socket.</summary>
internal sealed class GatewaySession(string key)
{
    private int _inFlight;

    /// <summary>The routing id, as text.</summary>
    public string Key => key;

    /// <summary>What it called itself.</summary>
    public string? Client { get; set; }

    /// <summary>It sends heartbeats, so their absence means something.</summary>
    public bool Heartbeats { get; set; }

    /// <summary>The trader that it speaks for; null before <c>session.start</c>.</summary>
    public GatewayTrader? Trader { get; set; }

    /// <summary>The silence after which it counts as gone, where it chose its own.</summary>
    public TimeSpan? SilenceLimit { get; set; }

    /// <summary>When the last command came, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastSeen { get; set; }

    /// <summary>It ended; a subscription that is just being made is given back.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Topics that it subscribed to with <c>market.subscribe_*</c>; guarded by the session itself.</summary>
    public HashSet<TopicName> Subscriptions { get; } = [];

    public int InFlight => Volatile.Read(ref _inFlight);

    public int Begin() => Interlocked.Increment(ref _inFlight);

    public void End() => Interlocked.Decrement(ref _inFlight);
}
