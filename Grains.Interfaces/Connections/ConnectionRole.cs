namespace Exchange.Grains.Interfaces;

/// <summary>What a connection is for. On the wire and in settings: <c>oms</c>, <c>pms</c>, <c>data</c>, <c>market</c>.</summary>
public enum ConnectionRole
{
    /// <summary>Orders over the private WebSocket (<see cref="IExchangeOms"/>).</summary>
    Oms = 0,
    /// <summary>Positions and account over the private WebSocket (<see cref="IExchangePms"/>).</summary>
    Pms = 1,
    /// <summary>Recovery over HTTP (<see cref="IExchangeDataFetcher"/>).</summary>
    Data = 2,
    /// <summary>Public market data (<see cref="IExchangeSubscriber"/>).</summary>
    Market = 3,
}
