using System.Diagnostics.CodeAnalysis;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Protocol;

namespace Exchange.Client.Gateway.Traders;

/// <summary>One trader: the owner of orders, whatever session speaks for it at the moment.</summary>
internal sealed class GatewayTrader(string name)
{
    public string Name => name;

    /// <summary>Its sessions; guarded by the table.</summary>
    public HashSet<GatewaySession> Sessions { get; } = [];

    /// <summary>What its latest session chose.</summary>
    public WhenGone WhenGone { get; set; }

    /// <summary>Counts its starts, so that a departure that is under way sees that it is back.</summary>
    public int Starts { get; set; }
}

/// <summary>The traders that have started a session, by name. One that is gone for good is forgotten.</summary>
internal sealed class TraderTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, GatewayTrader> _traders = new(StringComparer.Ordinal);

    /// <summary>Called when somebody's policy may have changed.</summary>
    public Action Changed { get; set; } = static () => { };

    /// <summary>A session speaks for a trader from now on.</summary>
    public GatewayTrader Start(GatewaySession session, string name, WhenGone whenGone)
    {
        GatewayTrader trader;
        lock (_gate)
        {
            if (session.Trader is { } before && before.Name != name)
                before.Sessions.Remove(session);
            if (!_traders.TryGetValue(name, out trader!))
                _traders[name] = trader = new GatewayTrader(name);
            trader.Sessions.Add(session);
            trader.WhenGone = whenGone;
            trader.Starts++;
            session.Trader = trader;
        }

        Changed();
        return trader;
    }

    /// <summary>A session has ended.</summary>
    /// <param name="session">The session.</param>
    /// <param name="gone">Its trader, when no other session speaks for it.</param>
    /// <returns>True when the trader is gone with it.</returns>
    public bool End(GatewaySession session, [NotNullWhen(true)] out GatewayTrader? gone)
    {
        lock (_gate)
        {
            gone = session.Trader;
            if (gone is null || !gone.Sessions.Remove(session) || gone.Sessions.Count > 0)
                return false;
            if (gone.WhenGone == WhenGone.Leave)
                _traders.Remove(gone.Name);
        }

        Changed();
        return true;
    }

    /// <summary>The departure is over: nothing of the trader's is left, unless it came back.</summary>
    public void Forget(GatewayTrader trader)
    {
        lock (_gate)
        {
            if (trader.Sessions.Count == 0)
                _traders.Remove(trader.Name);
        }

        Changed();
    }

    /// <summary>The trader is gone, and has not come back since the given start.</summary>
    public bool IsGone(GatewayTrader trader, int start)
    {
        lock (_gate)
            return trader.Sessions.Count == 0 && trader.Starts == start;
    }

    /// <summary>True when the orders of this owner are to be cancelled when it goes away. Nobody's orders are not.</summary>
    public bool WantsCancel(string? owner)
    {
        if (owner is null)
            return false;
        lock (_gate)
            return _traders.TryGetValue(owner, out var trader) && trader.WhenGone == WhenGone.Cancel;
    }
}
